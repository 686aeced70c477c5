import { expect } from 'chai';
import { ConnectionAborted } from '../../src/errors/index.js';
import { LogCapture } from '../../src/testing/index.js';
import type { ProtocolHooks, RecordingProtocol } from '../../src/testing/conformance/index.js';
import { type Connected, connect } from './fake-connection.js';

const boom = new Error('boom');

function explode(): never {
  throw boom;
}

/** Lets promise continuations run. */
async function microtasks(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** Each callback in which a throw costs the connection, and what brings it about. */
const callbacks: readonly {
  readonly name: string;
  readonly hook: keyof ProtocolHooks;
  readonly provoke: (connected: Connected) => void;
}[] = [
  { name: 'connectionMade', hook: 'made', provoke: () => {} },
  { name: 'dataReceived', hook: 'data', provoke: ({ connection }) => connection.receive('x') },
  { name: 'readConnectionLost', hook: 'readLost', provoke: ({ connection }) => connection.endOfFile() },
  {
    name: 'writeConnectionLost',
    hook: 'writeLost',
    provoke: ({ connection }) => {
      connection.loseWriteConnection();
      connection.flush();
    },
  },
];

function connectAnd(
  hook: keyof ProtocolHooks,
  action: (protocol: RecordingProtocol) => void | Promise<void>,
): Connected {
  return connect({ halfClose: true, hooks: { [hook]: action } });
}

describe('A protocol that throws', () => {
  for (const { name, hook, provoke } of callbacks) {
    describe(`in ${name}`, () => {
      // Twisted: HalfCloseBuggyApplicationTests.test_readNotificationRaises; for connectionMade beyond Twisted: C1
      it('loses its connection with the error, which is logged once', () => {
        using log = new LogCapture();
        const connected = connectAnd(hook, explode);
        provoke(connected);
        connected.connection.nextTurn();

        const { protocol, driver } = connected;
        expect(protocol.reason?.value).to.equal(boom);
        expect(protocol.events.filter((event) => event === 'lost')).to.have.length(1);
        expect(protocol.events.at(-1)).to.equal('lost');
        expect(driver.givenUp).to.deep.equal(['at once']);
        expect(log.records).to.have.length(1);
        expect(log.messages[0]).to.match(new RegExp(`^${name} of FakeConnection threw`));
        expect(log.records[0]?.properties['error']).to.equal(boom);
      });

      it('loses its connection with the error of a rejected promise as well', async () => {
        using log = new LogCapture();
        const connected = connectAnd(hook, async () => {
          await Promise.resolve();
          explode();
        });
        provoke(connected);
        expect(connected.protocol.lost).to.equal(false);
        await microtasks();
        connected.connection.nextTurn();

        expect(connected.protocol.reason?.value).to.equal(boom);
        expect(connected.driver.givenUp).to.deep.equal(['at once']);
        expect(log.messages).to.have.length(1);
      });

      // Twisted: AbortConnectionMixin.test_dataReceivedThrows
      it('after abortConnection() hears of the end once, with its own error', () => {
        using log = new LogCapture();
        const connected = connectAnd(hook, ({ transport }) => {
          transport.abortConnection();
          explode();
        });
        provoke(connected);
        connected.connection.nextTurn();

        expect(connected.protocol.reason?.value).to.equal(boom);
        expect(connected.protocol.events.filter((event) => event === 'lost')).to.have.length(1);
        expect(connected.driver.givenUp).to.deep.equal(['at once']);
        expect(log.messages).to.have.length(1);
      });

      it('after loseConnection() hears of the end once, with its own error', () => {
        using log = new LogCapture();
        const connected = connectAnd(hook, ({ transport }) => {
          transport.loseConnection();
          explode();
        });
        provoke(connected);
        connected.connection.flush();

        expect(connected.protocol.reason?.value).to.equal(boom);
        expect(connected.driver.givenUp).to.deep.equal(['at once']);
        expect(log.messages).to.have.length(1);
      });

      it('after detach() hears of the end once, and the descriptor stays open', () => {
        using log = new LogCapture();
        const connected = connectAnd(hook, ({ transport }) => {
          transport.detach();
          explode();
        });
        provoke(connected);
        connected.connection.nextTurn();

        expect(connected.protocol.reason?.value).to.equal(boom);
        expect(connected.driver.givenUp).to.deep.equal(['released']);
        expect(log.messages).to.have.length(1);
      });

      it('by a promise that is rejected after the end is logged and no more', async () => {
        using log = new LogCapture();
        const connected = connectAnd(hook, async ({ transport }) => {
          transport.abortConnection();
          await Promise.resolve();
          explode();
        });
        provoke(connected);
        connected.connection.nextTurn();
        await microtasks();

        expect(connected.protocol.reason?.value).to.be.instanceOf(ConnectionAborted);
        expect(connected.protocol.events.filter((event) => event === 'lost')).to.have.length(1);
        expect(log.messages).to.have.length(1);
      });
    });
  }

  describe('in connectionLost', () => {
    it('is logged, and the end goes on', () => {
      using log = new LogCapture();
      const connected = connectAnd('lost', explode);
      const lost = connected.connection.whenLost();
      connected.connection.endOfFile();
      connected.connection.loseConnection();
      connected.connection.flush();

      expect(connected.connection.endings).to.have.length(1);
      expect(lost.called).to.equal(true);
      expect(log.messages).to.have.length(1);
      expect(log.messages[0]).to.match(/^connectionLost of RecordingHalfCloseProtocol threw/);
    });

    it('is logged when its promise is rejected', async () => {
      using log = new LogCapture();
      const connected = connectAnd('lost', () => Promise.reject(boom));
      connected.connection.failed(new Error('gone'));
      await microtasks();

      expect(connected.connection.endings).to.have.length(1);
      expect(log.records.map(({ properties }) => properties['error'])).to.deep.equal([boom]);
    });
  });

  it('in its log prefix costs nobody but itself', () => {
    using log = new LogCapture();
    const connected = connectAnd('lost', explode);
    connected.protocol.logPrefix = explode;
    connected.connection.failed(new Error('gone'));

    expect(connected.connection.endings).to.have.length(1);
    expect(log.messages).to.have.length(1);
  });

  it('two rejections are both logged, and the first one is the reason', async () => {
    using log = new LogCapture();
    const later = new Error('later');
    const errors = [boom, later];
    const connected = connect({ hooks: { data: () => Promise.reject(errors.shift()) } });
    connected.connection.receive('a');
    connected.connection.receive('b');
    await microtasks();

    expect(connected.protocol.reason?.value).to.equal(boom);
    expect(log.records.map(({ properties }) => properties['error'])).to.deep.equal([boom, later]);
  });

  it('anything that is not an error is passed on as it is', () => {
    using log = new LogCapture();
    const connected = connect({
      hooks: {
        data: () => {
          throw 'a text';
        },
      },
    });
    connected.connection.receive('x');

    expect(connected.protocol.reason?.value).to.equal('a text');
    expect(log.messages).to.have.length(1);
  });

  it("answers that are no promises are none of the connection's business", () => {
    using log = new LogCapture();
    const connected = connect({ hooks: { made: () => 1 as never, data: () => 'text' as never } });
    connected.connection.receive('x');
    connected.connection.loseConnection();
    connected.connection.flush();

    expect(connected.protocol.events).to.deep.equal(['made', 'data', 'lost']);
    expect(log.messages).to.deep.equal([]);
  });

  it('in pauseProducing lets the error out of write(), and so costs the connection', () => {
    using log = new LogCapture();
    const connected = connect({
      limits: { writeBufferSize: 1 },
      hooks: {
        data: ({ transport }) => {
          transport.registerProducer(
            { pauseProducing: explode, resumeProducing: () => {}, stopProducing: () => {} },
            true,
          );
          transport.write(Buffer.from('ab'));
        },
      },
    });
    connected.connection.receive('x');

    expect(connected.protocol.reason?.value).to.equal(boom);
    expect(log.messages).to.have.length(1);
  });
});
