import { expect } from 'chai';
import { expectTypeOf } from 'expect-type';
import { Failure } from '../../src/defer/failure.js';
import { ConnectionDone } from '../../src/errors/index.js';
import type { IProtocol } from '../../src/interfaces/protocol.js';
import type { ITCPTransport, ITransport } from '../../src/interfaces/transport.js';
import { Factory, Protocol } from '../../src/protocols/index.js';
import { RecordingTransport } from './recording-transport.js';

class Echo extends Protocol<ITransport> {
  override dataReceived(data: Buffer): void {
    this.transport.write(data);
  }
}

describe('Protocol', () => {
  // Twisted: ProtocolTests.test_makeConnection
  it('`makeConnection()` sets the transport and then calls connectionMade', () => {
    const transport = new RecordingTransport();
    const seen: ITransport[] = [];
    class Greeter extends Protocol<ITransport> {
      override connectionMade(): void {
        seen.push(this.transport);
      }
    }
    new Greeter().makeConnection(transport);
    expect(seen).to.deep.equal([transport]);
  });

  it('`makeConnection()` answers what connectionMade answers', async () => {
    class Slow extends Protocol {
      override connectionMade(): Promise<string> {
        return Promise.resolve('made');
      }
    }
    expect(await new Slow().makeConnection(new RecordingTransport())).to.equal('made');
  });

  it('writes by its transport', () => {
    const transport = new RecordingTransport();
    const echo = new Echo();
    echo.makeConnection(transport);
    echo.dataReceived(Buffer.from('abc'));
    expect(transport.text).to.equal('abc');
  });

  it('has no transport before makeConnection, and says so', () => {
    expect(() => new Echo().transport).to.throw(Error, 'Echo has no transport before connectionMade');
  });

  it('keeps its transport after connectionLost', () => {
    const transport = new RecordingTransport();
    const protocol = new Protocol<ITransport>();
    protocol.makeConnection(transport);
    protocol.connectionLost(new Failure(new ConnectionDone()));
    expect(protocol.transport).to.equal(transport);
  });

  it('is connected from makeConnection until its transport says otherwise', () => {
    const transport = Object.assign(new RecordingTransport(), { connected: true });
    const protocol = new Protocol<ITransport>();
    expect(protocol.connected).to.equal(false);
    protocol.makeConnection(transport);
    expect(protocol.connected).to.equal(true);
    transport.connected = false;
    expect(protocol.connected).to.equal(false);
  });

  it('is connected for good over a transport that does not say', () => {
    const protocol = new Protocol<ITransport>();
    protocol.makeConnection(new RecordingTransport());
    expect(protocol.connected).to.equal(true);
  });

  it('takes everything without a word unless it is overridden', () => {
    const transport = new RecordingTransport();
    const protocol = new Protocol<ITransport>();
    expect(protocol.makeConnection(transport)).to.equal(undefined);
    expect(protocol.dataReceived(Buffer.from('abc'))).to.equal(undefined);
    expect(protocol.connectionLost(new Failure(new ConnectionDone()))).to.equal(undefined);
    expect(transport.text).to.equal('');
  });

  // Twisted: ProtocolTests.test_logPrefix
  it("has its class's name as log prefix", () => {
    expect(new Echo().logPrefix()).to.equal('Echo');
  });

  it('has the transport of TCP unless its author says otherwise', () => {
    expectTypeOf<Protocol['transport']>().toEqualTypeOf<ITCPTransport>();
    expectTypeOf<Echo['transport']>().toEqualTypeOf<ITransport>();
    expectTypeOf<Protocol>().toExtend<IProtocol>();
    class Chat extends Protocol {
      declare factory: ChatFactory;
    }
    class ChatFactory extends Factory<Chat> {
      override protocol = Chat;
      readonly history: string[] = [];
    }
    const chat = new ChatFactory().buildProtocol(new RecordingTransport().getPeer());
    expectTypeOf(chat).toEqualTypeOf<Chat | null>();
    expect(chat?.factory.history).to.deep.equal([]);
  });
});
