import { expect } from 'chai';
import { ConnectionDone, NotConnectedError } from '../../src/errors/index.js';
import type { Failure } from '../../src/defer/index.js';
import { LogCapture } from '../../src/testing/index.js';
import { NOTHING_QUEUED } from '../../src/tcp/write-queue.js';
import { FakeConnection, connect } from './fake-connection.js';
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

    it('has a queue of its own only while something is queued', () => {
      const { connection: one } = connect();
      const { connection: other } = connect();
      expect([one.queue, other.queue]).to.deep.equal([NOTHING_QUEUED, NOTHING_QUEUED]);

      one.write(Buffer.from('ab'));
      other.writeSequence([Buffer.from('c'), Buffer.from('d')]);
      one.flush(1);
      other.flush();

      expect([one.output, one.bytesQueued, other.output, other.bytesQueued]).to.deep.equal(['a', 1, 'cd', 0]);
      expect([one.queue === NOTHING_QUEUED, other.queue]).to.deep.equal([false, NOTHING_QUEUED]);
      expect(NOTHING_QUEUED.bytes).to.equal(0);
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

  describe('pauseProducing() and resumeProducing()', () => {
    it('stop and start the reading', () => {
      const { connection, driver } = connect();

      connection.pauseProducing();
      expect(driver.reading).to.equal(false);
      connection.resumeProducing();
      expect(driver.reading).to.equal(true);
    });

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
