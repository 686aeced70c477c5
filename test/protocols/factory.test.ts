import { expect } from 'chai';
import { expectTypeOf } from 'expect-type';
import { IPv4Address } from '../../src/address/index.js';
import { Failure } from '../../src/defer/failure.js';
import type { IConnector } from '../../src/interfaces/connector.js';
import type { IClientFactory, IProtocolFactory } from '../../src/interfaces/protocol.js';
import { ClientFactory, Factory, Protocol, ServerFactory } from '../../src/protocols/index.js';
import { LogRecording } from '../logger/log-recording.js';

class Echo extends Protocol {}

class Room extends Factory<Echo> {
  readonly events: string[] = [];

  constructor(readonly topic = '') {
    super();
  }

  override startFactory(): void {
    this.events.push(`start at ${this.numPorts}`);
  }

  override stopFactory(): void {
    this.events.push(`stop at ${this.numPorts}`);
  }
}

const address = new IPv4Address('TCP', '127.0.0.1', 80);

describe('Factory', () => {
  // Twisted: ProtocolTests.testFactory, FactoryTests.test_defaultBuildProtocol
  it('`buildProtocol()` makes an instance of its protocol and tells it who made it', () => {
    const factory = new Factory<Echo>();
    factory.protocol = Echo;
    const one = factory.buildProtocol(address);
    const other = factory.buildProtocol(address);
    expect(one).to.be.instanceOf(Echo);
    expect(one?.factory).to.equal(factory);
    expect(other).to.be.instanceOf(Echo).and.not.equal(one);
  });

  it('`buildProtocol()` without a protocol throws and says what is missing', () => {
    expect(() => new Room().buildProtocol(address)).to.throw(TypeError, 'Room has no protocol');
  });

  // Twisted: FactoryTests.test_forProtocol
  it('`forProtocol()` makes a factory of its own class with the given arguments', () => {
    const room = Room.forProtocol(Echo, 'weather');
    expect(room).to.be.instanceOf(Room).and.include({ topic: 'weather', protocol: Echo });
    expect(room.buildProtocol(address)).to.be.instanceOf(Echo);
    expect(ServerFactory.forProtocol(Echo)).to.be.instanceOf(ServerFactory);
    expect(ClientFactory.forProtocol(Echo)).to.be.instanceOf(ClientFactory);
  });

  it('`forProtocol()` knows the types of what it makes', () => {
    const plain = Factory.forProtocol(Echo);
    expectTypeOf(plain.buildProtocol(address)).toEqualTypeOf<Echo | null>();
    expectTypeOf(plain).toExtend<IProtocolFactory>();
    const room = Room.forProtocol(Echo, 'weather');
    expectTypeOf(room.topic).toEqualTypeOf<string>();
    const client = ClientFactory.forProtocol(Echo);
    expectTypeOf(client).toExtend<IClientFactory>();
    expectTypeOf(client.buildProtocol(address)).toEqualTypeOf<Echo | null>();
    // @ts-expect-error -- Room's constructor takes a text.
    expect(Room.forProtocol(Echo, 3)).to.be.instanceOf(Room);
  });

  it('starts with its first user and stops after its last', () => {
    const room = new Room();
    room.doStart();
    room.doStart();
    expect(room.events).to.deep.equal(['start at 0']);
    expect(room.numPorts).to.equal(2);
    room.doStop();
    expect(room.events).to.deep.equal(['start at 0']);
    room.doStop();
    expect(room.events).to.deep.equal(['start at 0', 'stop at 0']);
  });

  it('can be started again', () => {
    const room = new Room();
    for (const step of ['doStart', 'doStop', 'doStart'] as const) room[step]();
    expect(room.events).to.deep.equal(['start at 0', 'stop at 0', 'start at 0']);
    expect(room.numPorts).to.equal(1);
  });

  it('`doStop()` without a user does nothing', () => {
    const room = new Room();
    room.doStop();
    expect(room.events).to.deep.equal([]);
    expect(room.numPorts).to.equal(0);
  });

  it('has no user more if startFactory throws', () => {
    class Broken extends Factory {
      override startFactory(): void {
        throw new Error('broken');
      }
    }
    const factory = new Broken();
    expect(() => factory.doStart()).to.throw('broken');
    expect(factory.numPorts).to.equal(0);
  });

  // Twisted: FactoryTests.test_doStartLoggingStatement, FactoryTests.test_doStopLoggingStatement
  it('logs its start and its stop, with itself in the record', () => {
    using recording = new LogRecording();
    const room = new Room();
    for (const step of ['doStart', 'doStart', 'doStop', 'doStop'] as const) room[step]();
    expect(recording.records.map(({ level, message }) => [level, message.join('')])).to.deep.equal([
      ['info', 'Starting factory Room'],
      ['info', 'Stopping factory Room'],
    ]);
    for (const { properties } of recording.records) expect(properties['factory']).to.equal(room);
  });

  it('logs nothing if it is not noisy', () => {
    using recording = new LogRecording();
    const room = new Room();
    room.noisy = false;
    room.doStart();
    room.doStop();
    expect(recording.messages).to.deep.equal([]);
  });

  // Twisted: FactoryTests.test_logPrefix
  it("has its class's name as log prefix", () => {
    expect(new Room().logPrefix()).to.equal('Room');
  });
});

describe('ClientFactory', () => {
  it('takes what its connector tells without a word', () => {
    const connector: IConnector = {
      state: 'disconnected',
      connect: () => expect.fail('connect'),
      disconnect: () => expect.fail('disconnect'),
      stopConnecting: () => expect.fail('stopConnecting'),
      getDestination: () => address,
    };
    const factory = new ClientFactory();
    const reason = new Failure(new Error('why'));
    expect(() => {
      factory.startedConnecting(connector);
      factory.clientConnectionFailed(connector, reason);
      factory.clientConnectionLost(connector, reason);
    }).not.to.throw();
  });
});
