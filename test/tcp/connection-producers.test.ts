import { expect } from 'chai';
import { ConnectionAborted, ConnectionDone, ConnectionLost } from '../../src/errors/index.js';
import type { ITCPTransport } from '../../src/interfaces/index.js';
import { LogCapture } from '../../src/testing/index.js';
import { connect } from './fake-connection.js';

/** A producer of either kind that keeps what it is told, and does what the test wants. */
class Producer {
  readonly told: string[] = [];
  onResume: () => void = () => {};
  onPause: () => void = () => {};
  onStop: () => void = () => {};

  resumeProducing(): void {
    this.told.push('resume');
    this.onResume();
  }

  pauseProducing(): void {
    this.told.push('pause');
    this.onPause();
  }

  stopProducing(): void {
    this.told.push('stop');
    this.onStop();
  }
}

const bytes = (length: number): Buffer => Buffer.alloc(length, 'x');

describe('A producer of a Connection', () => {
  describe('that pushes', () => {
    it('is told nothing on registering, nor while the queue is short', () => {
      const { connection } = connect({ limits: { writeBufferSize: 10 } });
      const producer = new Producer();

      connection.registerProducer(producer, true);
      connection.write(bytes(10));
      connection.flush();

      expect(producer.told).to.deep.equal([]);
    });

    // Twisted: WriteSequenceTestsMixin.test_streamingProducer
    it('is paused inside the write that goes above the mark, and resumed when all is sent', () => {
      const { connection } = connect({ limits: { writeBufferSize: 500 } });
      const producer = new Producer();
      producer.onResume = () => connection.unregisterProducer();
      connection.registerProducer(producer, true);

      expect(connection.writeSequence(Array.from({ length: 20 }, () => bytes(50)))).to.equal(false);
      expect(producer.told).to.deep.equal(['pause']);
      connection.flush(999);
      expect(producer.told).to.deep.equal(['pause']);
      connection.flush();

      expect(producer.told).to.deep.equal(['pause', 'resume']);
    });

    // Twisted: ProducerTests.test_reentrantStreamingProducerUsingWriteSequence
    it('may write inside resumeProducing, and is paused there anew', () => {
      const { connection } = connect({ limits: { writeBufferSize: 1 } });
      const producer = new Producer();
      producer.onResume = () => void connection.write(bytes(2));
      connection.registerProducer(producer, true);
      connection.write(bytes(2));

      connection.flush();
      connection.flush();

      expect(producer.told).to.deep.equal(['pause', 'resume', 'pause', 'resume', 'pause']);
      expect(connection.bytesQueued).to.equal(2);
    });
  });

  describe('that is pulled', () => {
    // Twisted: WriteSequenceTestsMixin.test_nonStreamingProducer
    it('is asked on registering, then once for each time that all is sent, and never paused', () => {
      const { connection } = connect({ limits: { writeBufferSize: 1 } });
      const producer = new Producer();
      producer.onResume = () => void connection.write(bytes(5));

      connection.registerProducer(producer, false);
      expect(producer.told).to.deep.equal(['resume']);
      connection.flush(3);
      expect(producer.told).to.deep.equal(['resume']);
      connection.flush();
      connection.flush();

      expect(producer.told).to.deep.equal(['resume', 'resume', 'resume']);
    });

    it('lets its error out of registerProducer() when its first piece throws', () => {
      const { connection } = connect();
      const producer = new Producer();
      producer.onResume = () => {
        throw new Error('boom');
      };

      expect(() => connection.registerProducer(producer, false)).to.throw('boom');
    });
  });

  it('is the only one', () => {
    const { connection } = connect();
    connection.registerProducer(new Producer(), true);

    expect(() => connection.registerProducer(new Producer(), false)).to.throw('takes one at a time');
  });

  // Twisted: ProducerTests.test_unconnectedFileDescriptor
  it('is stopped at once, and nothing else, by a connection that is over', () => {
    const { connection } = connect();
    connection.endOfFile();
    const [push, pull] = [new Producer(), new Producer()];

    connection.registerProducer(push, true);
    connection.registerProducer(pull, false);

    expect([push.told, pull.told]).to.deep.equal([['stop'], ['stop']]);
  });

  it('is stopped at once by a connection that was aborted or detached', () => {
    for (const end of ['abortConnection', 'detach'] as const) {
      const { connection } = connect();
      connection[end]();
      const producer = new Producer();

      connection.registerProducer(producer, false);
      connection.nextTurn();

      expect(producer.told, end).to.deep.equal(['stop']);
    }
  });

  // Twisted: AbortConnectionMixin.test_resumeProducingAbortLater
  it('is stopped once and before connectionLost, however the connection ends', () => {
    const ends: readonly ((
      transport: ITCPTransport,
      connection: ReturnType<typeof connect>['connection'],
    ) => void)[] = [
      (transport) => transport.abortConnection(),
      (_transport, connection) => connection.failed(new Error('gone')),
      (_transport, connection) => connection.endOfFile(),
      (transport) => void transport.detach(),
    ];
    for (const end of ends) {
      const order: string[] = [];
      const { connection, protocol } = connect({ hooks: { lost: () => void order.push('lost') } });
      const producer = new Producer();
      producer.onStop = () => void order.push('stop');
      connection.registerProducer(producer, true);

      end(protocol.transport, connection);
      connection.nextTurn();

      expect(order, String(end)).to.deep.equal(['stop', 'lost']);
    }
  });

  it('that throws in stopProducing is logged, and the connection ends all the same', () => {
    using log = new LogCapture();
    const { connection, protocol, driver } = connect();
    const producer = new Producer();
    producer.onStop = () => {
      throw new Error('boom');
    };
    connection.registerProducer(producer, true);

    connection.endOfFile();

    expect(protocol.lost).to.equal(true);
    expect(driver.givenUp).to.deep.equal(['in order']);
    expect(log.errors).to.have.length(1);
  });

  describe('while the connection is closing', () => {
    // Twisted closes under a producer that pushes and isn't paused; beyond Twisted (C3) it is waited for, too.
    for (const streaming of [true, false]) {
      it(`is waited for: only unregistering closes (${streaming ? 'push' : 'pull'})`, () => {
        const { connection, protocol } = connect();
        const producer = new Producer();
        connection.registerProducer(producer, streaming);

        connection.loseConnection();
        connection.flush();
        connection.flush();
        expect(protocol.lost).to.equal(false);
        connection.unregisterProducer();
        connection.flush();

        expect(protocol.reason?.value).to.be.instanceOf(ConnectionDone);
      });
    }

    it('goes on writing, and all of that is sent', () => {
      const { connection, protocol } = connect();
      const producer = new Producer();
      let pieces = 3;
      producer.onResume = () => {
        connection.write(Buffer.from(String(pieces)));
        if ((pieces -= 1) === 0) connection.unregisterProducer();
      };
      connection.registerProducer(producer, false);
      connection.loseConnection();

      for (let turn = 0; turn < 5; turn += 1) connection.flush();

      expect(connection.output).to.equal('321');
      expect(protocol.lost).to.equal(true);
    });

    it('can be unregistered by stopConsuming(), which closes', () => {
      const { connection, protocol } = connect();
      connection.registerProducer(new Producer(), true);

      connection.stopConsuming();
      connection.flush();

      expect(protocol.reason?.value).to.be.instanceOf(ConnectionDone);
    });

    it('is not waited for once the peer has reset the connection', () => {
      const { connection, protocol } = connect();
      const producer = new Producer();
      connection.registerProducer(producer, true);
      connection.loseConnection();
      connection.flush();

      connection.hangUp('reset');
      connection.nextTurn();

      expect(producer.told).to.deep.equal(['stop']);
      expect(protocol.reason?.value).to.be.instanceOf(ConnectionLost);
    });
  });

  it('can be unregistered in and after connectionLost, and nothing is asked of the driver', () => {
    const { connection, driver } = connect({
      hooks: { lost: ({ transport }) => transport.unregisterProducer() },
    });
    connection.registerProducer(new Producer(), true);
    connection.loseConnection();
    connection.flush();
    connection.failed(new Error('gone'));

    connection.unregisterProducer();

    expect(driver.calls.at(-1)).to.equal('closeAtOnce');
  });

  it('makes room for the next one by unregistering, also in its own callbacks', () => {
    const { connection } = connect();
    const [first, second] = [new Producer(), new Producer()];
    first.onResume = () => {
      connection.unregisterProducer();
      connection.registerProducer(second, false);
    };

    connection.registerProducer(first, false);

    expect([first.told, second.told]).to.deep.equal([['resume'], ['resume']]);
  });

  it('is not asked any more after abortConnection()', () => {
    const { connection } = connect({ limits: { writeBufferSize: 1 } });
    const producer = new Producer();
    producer.onPause = () => connection.abortConnection();
    connection.registerProducer(producer, true);

    connection.write(bytes(2));
    connection.flush();
    connection.nextTurn();

    expect(producer.told).to.deep.equal(['pause', 'stop']);
  });

  it('is not asked any more when a listener of `drain` has aborted', () => {
    const { connection } = connect({ limits: { writeBufferSize: 1 } });
    connection.events.on('drain', () => connection.abortConnection());
    const producer = new Producer();
    connection.registerProducer(producer, true);
    connection.write(bytes(2));

    connection.flush();
    connection.nextTurn();

    expect(producer.told).to.deep.equal(['pause', 'stop']);
  });

  // Twisted: AbortConnectionMixin.test_resumeProducingAbort
  it('that aborts in resumeProducing is stopped before connectionLost, in a later turn', () => {
    const { connection, protocol } = connect();
    const producer = new Producer();
    connection.write(bytes(1));
    connection.registerProducer(producer, false);
    producer.onResume = () => connection.abortConnection();

    connection.flush();
    expect(protocol.lost).to.equal(false);
    connection.nextTurn();

    expect(producer.told).to.deep.equal(['resume', 'resume', 'stop']);
    expect(protocol.reason?.value).to.be.instanceOf(ConnectionAborted);
    expect(protocol.reentered).to.deep.equal([]);
  });

  // Twisted: AbortConnectionMixin.test_resumeProducingThrows
  it('that aborts and then throws in resumeProducing makes one end, with its error, logged once', () => {
    using log = new LogCapture();
    const boom = new Error('boom');
    const { connection, protocol } = connect();
    const producer = new Producer();
    connection.write(bytes(1));
    connection.registerProducer(producer, false);
    producer.onResume = () => {
      connection.abortConnection();
      throw boom;
    };

    connection.flush();
    connection.nextTurn();

    expect(protocol.events).to.deep.equal(['made', 'lost']);
    expect(protocol.reason?.value).to.equal(boom);
    expect(producer.told.filter((told) => told === 'stop')).to.have.length(1);
    expect(log.errors).to.have.length(1);
    expect(log.messages[0]).to.match(/^resumeProducing of FakeConnection threw/);
  });

  describe('that is the connection itself, as in an echo', () => {
    it('holds nothing up once the connection is being closed: it reads no more', () => {
      const { connection, protocol } = connect();
      connection.registerProducer(connection, true);
      connection.receive('x');
      connection.write(bytes(70_000));

      connection.loseConnection();

      expect(connection.connected).to.equal(true);
      connection.flush();
      expect(connection.output).to.have.length(70_000);
      expect(protocol.reason?.value).to.be.an.instanceOf(ConnectionDone);
    });

    it('holds the end of writing not up once the peer has ended', () => {
      const { connection, protocol } = connect({ halfClose: true });
      connection.registerProducer(connection, true);
      connection.endOfFile();
      expect(protocol.lost).to.equal(false);

      connection.loseWriteConnection();
      connection.flush();
      connection.nextTurn();

      expect(protocol.reason?.value).to.be.an.instanceOf(ConnectionDone);
    });
  });

  describe('after a hang-up while reading is paused', () => {
    // Beyond Twisted: C4
    it('is stopped at once by a reset; the connection waits to be resumed', () => {
      const { connection, protocol } = connect();
      const producer = new Producer();
      connection.registerProducer(producer, true);
      connection.pauseProducing();

      connection.hangUp('reset');

      expect(producer.told).to.deep.equal(['stop']);
      expect(protocol.lost).to.equal(false);
      connection.resumeProducing();
      connection.failed(new Error('ECONNRESET'));
      expect(producer.told).to.deep.equal(['stop']);
      expect(protocol.lost).to.equal(true);
    });

    it('goes on after a mere end', () => {
      const { connection } = connect();
      const producer = new Producer();
      connection.registerProducer(producer, true);
      connection.pauseProducing();

      connection.hangUp('ended');

      expect(producer.told).to.deep.equal([]);
    });
  });
});
