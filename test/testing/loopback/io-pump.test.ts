import { expect } from 'chai';
import { Protocol } from '../../../src/protocols/index.js';
import {
  AccumulatingProtocol,
  IOPump,
  RecordingProtocol,
  connectedServerAndClient,
} from '../../../src/testing/index.js';
import { Clock } from '../../../src/time/index.js';

describe('IOPump', () => {
  it('makes the calls that are due, and lets time pass', () => {
    // Twisted: IOPumpTests.test_timeAdvances
    const clock = new Clock();
    const [, , pump] = connectedServerAndClient(Protocol, Protocol, { clock });
    const called: number[] = [];
    clock.callLater(0, () => called.push(clock.seconds()));
    clock.callLater(2, () => called.push(clock.seconds()));
    expect(pump.idle).to.equal(false);
    expect(pump.pump()).to.equal(true);
    expect(pump.idle).to.equal(true);
    expect(pump.pump()).to.equal(false);
    expect(pump.pump(2)).to.equal(true);
    expect(called).to.deep.equal([0, 2]);
    expect(pump.clock).to.equal(clock);
  });

  it('`pump()` does one round, `flush()` as many as there are', () => {
    const [client, server, pump] = connectedServerAndClient(AccumulatingProtocol, AccumulatingProtocol);
    client.transport.write(Buffer.from('hello'));
    expect(pump.pump()).to.equal(true);
    expect(server.data).to.have.length(0);
    expect(pump.pump()).to.equal(true);
    expect(server.data.toString()).to.equal('hello');
    expect(pump.flush()).to.equal(false);
    server.transport.write(Buffer.from('answer'));
    expect(pump.flush()).to.equal(true);
    expect(client.data.toString()).to.equal('answer');
  });

  it('`flush()` throws when two protocols never stop', () => {
    class Echo extends Protocol {
      override dataReceived(data: Buffer): void {
        this.transport.write(data);
      }
    }
    const [client, , pump] = connectedServerAndClient(Echo, Echo);
    client.transport.write(Buffer.from('ping-pong'));
    expect(() => pump.flush()).to.throw('still talking with each other after 1000 rounds');
    expect(() => pump.flush({ roundsMax: 3 })).to.throw('after 3 rounds');
  });

  it('can’t be pumped inside a callback', () => {
    let thrown: unknown;
    class Impatient extends Protocol {
      override dataReceived(): void {
        try {
          pump.flush();
        } catch (error) {
          thrown = error;
        }
      }
    }
    const [client, , pump] = connectedServerAndClient(Impatient, Protocol);
    client.transport.write(Buffer.from('x'));
    pump.flush();
    expect(String(thrown)).to.contain('A round is under way');
  });

  it('goes on after a delayed call that throws, which comes out of it', () => {
    const [client, server, pump] = connectedServerAndClient(AccumulatingProtocol, Protocol);
    pump.clock.callLater(0, () => {
      throw new Error('in a timer');
    });
    client.transport.write(Buffer.from('x'));
    expect(() => pump.flush()).to.throw('in a timer');
    pump.flush();
    expect(server.data.toString()).to.equal('x');
  });

  it('`settle()` waits for what protocols await', async () => {
    class Slow extends Protocol {
      override async dataReceived(data: Buffer): Promise<void> {
        await new Promise((resolve) => setImmediate(resolve));
        this.transport.write(data);
      }
    }
    const [client, , pump] = connectedServerAndClient(Slow, AccumulatingProtocol);
    client.transport.write(Buffer.from('x'));
    await pump.settle();
    expect(client.data.toString()).to.equal('x');
  });

  it('throws a RangeError for buffers that can hold nothing', () => {
    expect(() => new IOPump({ server: { bufferBytes: 0 } })).to.throw(RangeError, 'bufferBytes');
    expect(() => new IOPump({ client: { readBytes: 0.5 } })).to.throw(RangeError, 'readBytes');
    expect(() => new IOPump({ client: { writeBufferSize: -1 } })).to.throw(RangeError, 'writeBufferSize');
  });

  it('connects protocols that the test has made', () => {
    const pump = new IOPump();
    const [server, client] = [new RecordingProtocol(), new RecordingProtocol()];
    pump.start(server, client);
    expect([server.made, client.made]).to.deep.equal([true, true]);
    expect(pump.idle).to.equal(true);
  });
});
