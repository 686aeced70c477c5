import { expect } from 'chai';
import {
  ConnectionAborted,
  ConnectionDetached,
  ConnectionDone,
  ConnectionLost,
  NotConnectedError,
} from '../../src/errors/index.js';
import { Failure } from '../../src/defer/index.js';
import { LogCapture } from '../../src/testing/index.js';
import { FakeConnection, connect, contentOf } from './fake-connection.js';
import { RecordingProtocol } from '../../src/testing/conformance/index.js';

const errorOf = (failure: Failure | undefined): unknown => failure?.value;

describe('Connection', () => {
  it('is neither connected nor listening to anybody before it begins', () => {
    const connection = new FakeConnection();

    expect(connection.connected).to.equal(false);
    expect(connection.write(Buffer.from('x'))).to.equal(false);
    connection.loseConnection();
    connection.abortConnection();
    connection.pauseProducing();
    connection.resumeProducing();
    expect(() => connection.detach()).to.throw(NotConnectedError);
    expect(connection.fake.calls).to.deep.equal([]);
  });

  it('reads and is connected before the protocol hears of it', () => {
    const seen: unknown[] = [];
    const { driver } = connect({
      hooks: { made: ({ transport }) => void seen.push(transport.connected, transport.bytesQueued) },
    });

    expect(seen).to.deep.equal([true, 0]);
    expect(driver.calls).to.deep.equal(['startReading']);
  });

  it('hands on what is received and counts it', () => {
    const { connection, protocol } = connect();

    connection.receive('ab');
    connection.receive('c');

    expect(protocol.received.toString()).to.equal('abc');
    expect(connection.bytesRead).to.equal(3);
  });

  it('counts what nobody wants as read, too', () => {
    const { connection, protocol } = connect();
    connection.loseConnection();

    connection.dataDiscarded(7);

    expect(connection.bytesRead).to.equal(7);
    expect(protocol.events).to.deep.equal(['made']);
  });

  describe('write()', () => {
    it('queues and has the driver send at the end of the turn', () => {
      const { connection, driver } = connect();

      expect(connection.write(Buffer.from('ab'))).to.equal(true);
      expect(connection.writeSequence([Buffer.from('c'), Buffer.from('d')])).to.equal(true);
      expect(connection.bytesQueued).to.equal(4);
      connection.flush();

      expect(connection.output).to.equal('abcd');
      expect(connection.bytesWritten).to.equal(4);
      expect(driver.writing).to.equal(false);
    });

    it('asks for nothing when there is nothing to send', () => {
      const { connection, driver } = connect();

      expect(connection.write(new Uint8Array(0))).to.equal(true);
      expect(connection.writeSequence([])).to.equal(true);

      expect(driver.writing).to.equal(false);
    });

    // Twisted: FileDescriptorTests.test_writeWithUnicodeRaisesException
    it('takes bytes only, and says what to do with text', () => {
      const { connection } = connect();

      expect(() => connection.write('text' as never)).to.throw(TypeError, 'use Buffer.from(text)');
      expect(() => connection.write([1, 2] as never)).to.throw(TypeError, 'not object');
      expect(() => connection.write(undefined as never)).to.throw(TypeError, 'not undefined');
    });

    // Twisted: WriteSequenceTestsMixin.test_writeSequenceWithUnicodeRaisesException
    it('looks at all pieces of a sequence before it queues the first', () => {
      const { connection } = connect();

      expect(() => connection.writeSequence([Buffer.from('a'), 'b' as never])).to.throw(TypeError);

      expect(connection.bytesQueued).to.equal(0);
      expect(connection.write(Buffer.from('c'))).to.equal(true);
    });

    // Twisted: ConnectionTestsMixin.test_writeAfterDisconnect
    it('does nothing after connectionLost, yet still refuses text', () => {
      const { connection } = connect();
      connection.endOfFile();

      expect(connection.write(Buffer.from('x'))).to.equal(false);
      expect(connection.writeSequence([Buffer.from('x')])).to.equal(false);
      expect(() => connection.write('text' as never)).to.throw(TypeError);
      expect(connection.bytesQueued).to.equal(0);
    });

    it('still sends what is written between loseConnection() and the last byte', () => {
      const { connection, protocol } = connect();
      connection.write(Buffer.from('a'));
      connection.loseConnection();
      connection.write(Buffer.from('b'));

      connection.flush();

      expect(connection.output).to.equal('ab');
      expect(protocol.lost).to.equal(true);
    });

    // Twisted: WriteDescriptorTests.test_kernelBufferFull
    it('keeps everything when the kernel takes nothing', () => {
      const { connection, protocol } = connect();
      connection.write(Buffer.from('abc'));

      connection.flush(0);

      expect(connection.bytesQueued).to.equal(3);
      expect(protocol.lost).to.equal(false);
      connection.flush();
      expect(connection.output).to.equal('abc');
    });
  });

  describe('loseConnection()', () => {
    it('stops reading at once and closes in order when a turn has ended', () => {
      const { connection, driver, protocol } = connect();

      connection.loseConnection();

      expect(driver.reading).to.equal(false);
      expect(connection.disconnecting).to.equal(true);
      expect(protocol.lost).to.equal(false);
      connection.flush();
      expect(errorOf(protocol.reason)).to.be.instanceOf(ConnectionDone);
      expect(driver.givenUp).to.deep.equal(['in order']);
      expect(driver.peerEnded).to.equal(false);
    });

    it('waits until all that is queued is sent', () => {
      const { connection, protocol } = connect();
      connection.write(Buffer.from('abc'));
      connection.loseConnection();

      connection.flush(1);
      connection.flush(1);
      expect(protocol.lost).to.equal(false);
      connection.flush(1);

      expect(protocol.lost).to.equal(true);
      expect(connection.output).to.equal('abc');
    });

    it('does nothing the second time, nor after the end', () => {
      const { connection, driver, protocol } = connect();
      connection.loseConnection();
      connection.loseConnection();
      connection.flush();
      const { length } = driver.calls;

      connection.loseConnection();

      expect(driver.calls).to.have.length(length);
      expect(protocol.events).to.deep.equal(['made', 'lost']);
    });

    // Twisted: TCPConnectionTestsBuilder.test_resumeProducingWhileDisconnecting
    it('is not undone by resumeProducing()', () => {
      const { connection, driver } = connect();
      connection.loseConnection();

      connection.resumeProducing();

      expect(driver.reading).to.equal(false);
    });

    it('in connectionMade ends the connection with no data ever', () => {
      const { connection, driver, protocol } = connect({
        hooks: { made: (p) => p.transport.loseConnection() },
      });

      expect(driver.reading).to.equal(false);
      connection.flush();
      expect(protocol.events).to.deep.equal(['made', 'lost']);
    });

    it('wants no more data, and ignores an end that comes all the same', () => {
      const { connection, protocol } = connect();
      connection.loseConnection();

      expect(connection.wantsData).to.equal(false);
      connection.endOfFile();
      expect(protocol.lost).to.equal(false);
      connection.flush();
      expect(protocol.events).to.deep.equal(['made', 'lost']);
    });
  });

  describe('abortConnection()', () => {
    it('drops the queue and tells in a later turn, with a reset for the peer', () => {
      const { connection, driver, protocol } = connect();
      connection.write(Buffer.from('abc'));

      connection.abortConnection();

      expect(connection.bytesQueued).to.equal(0);
      expect(driver.reading).to.equal(false);
      expect(protocol.lost).to.equal(false);
      connection.nextTurn();
      expect(errorOf(protocol.reason)).to.be.instanceOf(ConnectionAborted);
      expect(driver.givenUp).to.deep.equal(['with reset']);
    });

    // Twisted: AbortConnectionMixin.test_dataReceivedAbort (in twisted.internet.test.test_tcp)
    it('in dataReceived is not re-entrant, and nothing is written or read after it', () => {
      const { connection, driver, protocol } = connect({
        hooks: {
          data: (p) => {
            p.transport.abortConnection();
            p.transport.write(Buffer.from('late'));
          },
        },
      });

      connection.receive('x');

      expect(protocol.events).to.deep.equal(['made', 'data']);
      expect(connection.wantsData).to.equal(false);
      connection.flush();
      connection.resumeProducing();
      expect(driver.reading).to.equal(false);
      connection.nextTurn();
      expect(protocol.events).to.deep.equal(['made', 'data', 'lost']);
      expect(protocol.reentered).to.deep.equal([]);
      expect(connection.output).to.equal('');
    });

    it('twice, and loseConnection() after it, change nothing', () => {
      const { connection, driver, protocol } = connect();

      connection.abortConnection();
      connection.abortConnection();
      connection.loseConnection();
      connection.loseWriteConnection();
      connection.flush();
      connection.nextTurn();

      expect(protocol.events).to.deep.equal(['made', 'lost']);
      expect(errorOf(protocol.reason)).to.be.instanceOf(ConnectionAborted);
      expect(driver.givenUp).to.deep.equal(['with reset']);
    });

    it('ends a connection that is closing and has bytes left', () => {
      const { connection, driver, protocol } = connect();
      connection.write(Buffer.from('abc'));
      connection.loseConnection();

      connection.abortConnection();
      connection.flush();
      expect(protocol.lost).to.equal(false);
      connection.nextTurn();

      expect(errorOf(protocol.reason)).to.be.instanceOf(ConnectionAborted);
      expect(driver.givenUp).to.deep.equal(['with reset']);
    });

    it('leaves nothing to be done by its timer when the connection was lost before', () => {
      const { connection, driver, protocol } = connect();
      connection.abortConnection();

      connection.failed(new Error('recv failed'));
      connection.nextTurn();

      expect(protocol.events).to.deep.equal(['made', 'lost']);
      expect(driver.givenUp).to.deep.equal(['at once']);
    });
  });

  describe('detach()', () => {
    it('answers the number at once and tells in a later turn', () => {
      const { connection, driver, protocol } = connect();

      expect(connection.detach()).to.equal(42);

      expect(protocol.lost).to.equal(false);
      connection.nextTurn();
      expect(errorOf(protocol.reason)).to.be.instanceOf(ConnectionDetached);
      expect(driver.givenUp).to.deep.equal(['released']);
    });

    it('refuses while bytes are queued, and leaves the connection as it was', () => {
      const { connection, driver } = connect();
      connection.write(Buffer.from('abc'));

      expect(() => connection.detach()).to.throw('3 bytes are queued');

      expect(driver.givenUp).to.deep.equal([]);
      connection.flush();
      expect(connection.detach()).to.equal(42);
    });

    it('throws once the connection is going or gone', () => {
      const aborted = connect();
      aborted.connection.abortConnection();
      expect(() => aborted.connection.detach()).to.throw(NotConnectedError);
      aborted.connection.nextTurn();
      expect(() => aborted.connection.detach()).to.throw(NotConnectedError);

      const detached = connect();
      detached.connection.detach();
      expect(() => detached.connection.detach()).to.throw(NotConnectedError);
      expect(detached.driver.givenUp).to.deep.equal(['released']);
    });

    it('leaves the driver alone whatever the program still calls', () => {
      const { connection, driver, protocol } = connect({ halfClose: true });
      connection.registerProducer({ resumeProducing: () => {}, stopProducing: () => {} }, false);
      connection.loseWriteConnection();
      connection.detach();

      connection.pauseProducing();
      connection.resumeProducing();
      connection.unregisterProducer();
      connection.loseConnection();
      connection.loseWriteConnection();
      connection.abortConnection();
      connection.write(Buffer.from('x'));
      connection.nextTurn();

      expect(driver.givenUp).to.deep.equal(['released']);
      expect(protocol.events).to.deep.equal(['made', 'lost']);
    });

    it('in dataReceived is not re-entrant', () => {
      const { connection, protocol } = connect({ hooks: { data: (p) => void p.transport.detach() } });

      connection.receive('x');
      expect(protocol.events).to.deep.equal(['made', 'data']);
      connection.nextTurn();

      expect(protocol.events).to.deep.equal(['made', 'data', 'lost']);
      expect(protocol.reentered).to.deep.equal([]);
    });
  });

  describe('the end of the input', () => {
    it('ends the whole connection of a protocol that takes no half-closes', () => {
      const { connection, driver, protocol } = connect();

      connection.endOfFile();

      expect(errorOf(protocol.reason)).to.be.instanceOf(ConnectionDone);
      expect(driver.givenUp).to.deep.equal(['in order']);
      expect(driver.peerEnded).to.equal(true);
    });

    it('leaves to the driver what is still queued', () => {
      const { connection, driver } = connect();
      connection.write(Buffer.from('rest'));

      connection.endOfFile();

      expect(contentOf(driver.leftover!).toString()).to.equal('rest');
    });
  });

  describe('a failure', () => {
    it('ends the connection with a ConnectionLost that tells the cause', () => {
      const { connection, driver, protocol } = connect();
      const cause = new Error('recv failed');
      connection.write(Buffer.from('rest'));

      connection.failed(cause);

      expect(errorOf(protocol.reason)).to.be.instanceOf(ConnectionLost).and.to.have.property('cause', cause);
      expect(driver.givenUp).to.deep.equal(['at once']);
      expect(connection.bytesQueued).to.equal(0);
    });

    it('of the reactor, which drops the descriptor, is told as it is', () => {
      const { connection, driver, protocol } = connect();
      const reason = new Failure(new ConnectionLost());

      connection.dropped(reason);

      expect(protocol.reason).to.equal(reason);
      expect(driver.givenUp).to.deep.equal(['at once']);
    });

    it('is told once, whatever comes after it', () => {
      const { connection, protocol } = connect();

      connection.failed(new Error('first'));
      connection.failed(new Error('second'));
      connection.dropped(new Failure(new Error('third')));
      connection.endOfFile();
      connection.hangUp('reset');

      expect(protocol.events).to.deep.equal(['made', 'lost']);
      expect(connection.endings).to.deep.equal([protocol.reason]);
    });
  });

  describe('pauseProducing() and resumeProducing()', () => {
    it('stop and start the reading', () => {
      const { connection, driver } = connect();

      connection.pauseProducing();
      expect(driver.reading).to.equal(false);
      connection.resumeProducing();
      expect(driver.reading).to.equal(true);
    });

    // Twisted: PauseProducingTests.test_pauseProducingInConnectionMade (in twisted.test.test_tcp)
    it('count in connectionMade', () => {
      const { driver } = connect({ hooks: { made: (p) => p.transport.pauseProducing() } });

      expect(driver.reading).to.equal(false);
    });

    // Twisted: TCPConnectionTestsBuilder.test_resumeProducingWhileDisconnected
    it('do nothing after connectionLost', () => {
      const { connection, driver } = connect();
      connection.failed(new Error('gone'));
      const { length } = driver.calls;

      connection.pauseProducing();
      connection.resumeProducing();

      expect(driver.calls).to.have.length(length);
    });

    it('have a third, stopProducing(), that closes in order', () => {
      const { connection, protocol } = connect();

      connection.stopProducing();
      connection.flush();

      expect(errorOf(protocol.reason)).to.be.instanceOf(ConnectionDone);
    });
  });

  describe('waiting for the end', () => {
    it('whenLost() fires after connectionLost, for all who wait', () => {
      const order: string[] = [];
      const { connection } = connect({ hooks: { lost: () => void order.push('connectionLost') } });
      connection.whenLost().addCallback(() => void order.push('first'));
      connection.whenLost().addCallback(() => void order.push('second'));

      connection.failed(new Error('gone'));

      expect(order).to.deep.equal(['connectionLost', 'first', 'second']);
    });

    it('whenLost() fires at once when it is all over', () => {
      const { connection } = connect();
      connection.endOfFile();

      expect(connection.whenLost().called).to.equal(true);
    });

    it('`await using` closes in order and waits until the connection is lost', async () => {
      const { connection, protocol } = connect();
      connection.write(Buffer.from('bye'));

      const disposed = connection[Symbol.asyncDispose]();
      expect(protocol.lost).to.equal(false);
      connection.flush();
      await disposed;

      expect(connection.output).to.equal('bye');
      expect(protocol.lost).to.equal(true);
    });

    it('`await using` waits for an abort as well', async () => {
      const { connection, protocol } = connect();
      connection.abortConnection();

      const disposed = connection[Symbol.asyncDispose]();
      connection.nextTurn();
      await disposed;

      expect(errorOf(protocol.reason)).to.be.instanceOf(ConnectionAborted);
    });
  });

  it('allows every method in connectionLost, and none of them does anything', () => {
    const { connection, driver, protocol } = connect({
      hooks: {
        lost: (p) => {
          const transport = p.transport;
          expect(transport.connected).to.equal(false);
          expect(transport.write(Buffer.from('x'))).to.equal(false);
          transport.loseConnection();
          transport.loseWriteConnection();
          transport.abortConnection();
          transport.pauseProducing();
          transport.resumeProducing();
          transport.unregisterProducer();
          transport.stopConsuming();
        },
      },
    });

    connection.failed(new Error('gone'));
    connection.nextTurn();

    expect(protocol.events).to.deep.equal(['made', 'lost']);
    expect(driver.calls.at(-1)).to.equal('closeAtOnce');
    expect(driver.clock.getDelayedCalls()).to.deep.equal([]);
  });

  // Twisted: ConnectionTestsMixin.test_protocolGarbageAfterLostConnection
  it('lets go of the protocol when it is over', async () => {
    const connection = new FakeConnection();
    const weak = ((): WeakRef<RecordingProtocol> => {
      const protocol = new RecordingProtocol();
      connection.start(protocol);
      return new WeakRef(protocol);
    })();
    connection.endOfFile();

    // A WeakRef holds its target until the job that made it has ended.
    await new Promise((resolve) => setImmediate(resolve));
    global.gc?.();

    expect(weak.deref()).to.equal(undefined);
    expect(connection.connected).to.equal(false);
  });

  it('logs nothing in all of an orderly life', () => {
    using log = new LogCapture();
    const { connection } = connect({ hooks: { data: (p, data) => void p.transport.write(data) } });
    connection.receive('x');
    connection.flush();
    connection.loseConnection();
    connection.flush();

    expect(connection.output).to.equal('x');
    expect(log.records).to.deep.equal([]);
  });
});
