import { expect } from 'chai';
import {
  ConnectionAborted,
  NotConnectedError,
  SlowReaderError,
  WriteQueueOverflowError,
} from '../../src/errors/index.js';
import type { Deferred } from '../../src/defer/index.js';
import type { TransportEvents } from '../../src/interfaces/index.js';
import { LogCapture } from '../../src/testing/index.js';
import { type FakeConnection, connect } from './fake-connection.js';

const bytes = (length: number): Buffer => Buffer.alloc(length, 'x');

const names: readonly (keyof TransportEvents)[] = [
  'hangUp',
  'writeBufferFull',
  'drain',
  'writeQueueOverflow',
  'slowReader',
];

/** The events of a connection from now on, each with its arguments. */
function eventsOf(connection: FakeConnection): unknown[][] {
  const events: unknown[][] = [];
  for (const name of names)
    connection.events.on(name, (...args: readonly unknown[]) => void events.push([name, ...args]));
  return events;
}

/** What a Deferred has come to: nothing yet, 'fired', or its error. */
function outcomeOf(deferred: Deferred<void>): () => unknown {
  let outcome: unknown;
  deferred.addCallbacks(
    () => void (outcome = 'fired'),
    (failure) => void (outcome = failure.value),
  );
  return () => outcome;
}

describe('The write queue of a Connection', () => {
  describe('above its high-water mark', () => {
    it('is told of once, and its draining once', () => {
      const { connection } = connect({ limits: { writeBufferSize: 10 } });
      const events = eventsOf(connection);

      expect(connection.write(bytes(10))).to.equal(true);
      expect(connection.write(bytes(1))).to.equal(false);
      expect(connection.write(bytes(1))).to.equal(false);
      connection.flush(11);
      expect(events).to.deep.equal([['writeBufferFull', 11]]);
      connection.flush();

      expect(events).to.deep.equal([['writeBufferFull', 11], ['drain']]);
      connection.write(bytes(12));
      connection.flush();
      expect(events.slice(2)).to.deep.equal([['writeBufferFull', 12], ['drain']]);
    });

    it('is one that the program may move', () => {
      const { connection } = connect();
      expect(connection.writeBufferSize).to.equal(65_536);

      connection.writeBufferSize = 3;

      expect(connection.write(bytes(4))).to.equal(false);
    });

    it('tells of no draining when it was cleared by an abort', () => {
      const { connection } = connect({ limits: { writeBufferSize: 1 } });
      const events = eventsOf(connection);
      connection.write(bytes(2));

      connection.abortConnection();
      connection.flush();
      connection.nextTurn();

      expect(events).to.deep.equal([['writeBufferFull', 2]]);
    });

    it('is drained before a close is carried out, and a listener may still write', () => {
      const { connection, protocol } = connect({ limits: { writeBufferSize: 1 } });
      connection.events.once('drain', () => void connection.write(bytes(1)));
      connection.write(bytes(2));
      connection.loseConnection();

      connection.flush();
      expect(protocol.lost).to.equal(false);
      connection.flush();

      expect(connection.output).to.equal('xxx');
      expect(protocol.lost).to.equal(true);
    });
  });

  describe('above its limit', () => {
    for (const [title, limits] of [
      ['above the high-water mark', { writeBufferSize: 5, writeQueueLimit: 10 }],
      ['below the high-water mark', { writeQueueLimit: 10 }],
      ['of nothing', { writeQueueLimit: 0 }],
    ] as const) {
      it(`aborts the connection (a limit ${title})`, () => {
        const { connection, driver, protocol } = connect({ limits });
        const events = eventsOf(connection);

        expect(connection.write(bytes(11))).to.equal(false);
        expect(connection.bytesQueued).to.equal(0);
        expect(protocol.lost).to.equal(false);
        connection.nextTurn();

        expect(events).to.deep.equal([['writeQueueOverflow', 11]]);
        expect(protocol.reason?.value).to.be.instanceOf(WriteQueueOverflowError).and.to.include({
          queuedBytes: 11,
          limitBytes: limits.writeQueueLimit,
        });
        expect(driver.givenUp).to.deep.equal(['with reset']);
      });
    }

    it('takes exactly the limit', () => {
      const { connection, protocol } = connect({ limits: { writeQueueLimit: 10 } });

      expect(connection.write(bytes(10))).to.equal(true);
      connection.nextTurn();

      expect(protocol.lost).to.equal(false);
    });

    it('does the same while the connection is closing', () => {
      const { connection, protocol } = connect({ limits: { writeQueueLimit: 10 } });
      connection.write(bytes(10));
      connection.loseConnection();

      connection.write(bytes(1));
      connection.flush();
      connection.nextTurn();

      expect(protocol.reason?.value).to.be.instanceOf(WriteQueueOverflowError);
      expect(connection.output).to.equal('');
    });

    it('leaves the reason to a listener that aborts by itself', () => {
      const { connection, protocol } = connect({ limits: { writeQueueLimit: 1 } });
      connection.events.on('writeQueueOverflow', () => connection.abortConnection());

      connection.write(bytes(2));
      connection.nextTurn();

      expect(protocol.reason?.value).to.be.instanceOf(ConnectionAborted);
      expect(protocol.reason?.value).not.to.be.instanceOf(WriteQueueOverflowError);
    });
  });

  describe('of a peer that takes nothing', () => {
    it('aborts the connection when the time is up', () => {
      const { connection, driver, protocol } = connect({ limits: { slowReaderTimeoutMs: 1000 } });
      const events = eventsOf(connection);
      connection.write(bytes(5));
      connection.flush(0);

      driver.clock.advance(0.999);
      expect(protocol.lost).to.equal(false);
      driver.clock.advance(0.001);

      expect(events).to.deep.equal([['slowReader', 5]]);
      expect(protocol.reason?.value)
        .to.be.instanceOf(SlowReaderError)
        .and.to.include({ queuedBytes: 5, timeoutMs: 1000 });
      expect(driver.givenUp).to.deep.equal(['with reset']);
    });

    it('gives it time anew with every byte that it takes, not with what is written meanwhile', () => {
      const { connection, driver, protocol } = connect({ limits: { slowReaderTimeoutMs: 1000 } });
      connection.write(bytes(5));
      driver.clock.advance(0.9);
      connection.flush(1);
      driver.clock.advance(0.9);
      connection.write(bytes(1));
      expect(protocol.lost).to.equal(false);

      driver.clock.advance(0.1);

      expect(protocol.lost).to.equal(true);
    });

    it('waits for nothing while nothing is queued', () => {
      const { connection, driver, protocol } = connect({ limits: { slowReaderTimeoutMs: 1000 } });
      connection.write(bytes(5));
      connection.flush();

      expect(driver.clock.getDelayedCalls()).to.deep.equal([]);
      driver.clock.advance(10);
      expect(protocol.lost).to.equal(false);
    });

    it('aborts a connection that is closing, too', () => {
      const { connection, driver, protocol } = connect({ limits: { slowReaderTimeoutMs: 1000 } });
      connection.write(bytes(5));
      connection.loseConnection();
      connection.flush(0);

      driver.clock.advance(1);

      expect(protocol.reason?.value).to.be.instanceOf(SlowReaderError);
    });

    it('is not complained of once the connection is aborted for another reason', () => {
      const { connection, driver } = connect({ limits: { slowReaderTimeoutMs: 0 } });
      const events = eventsOf(connection);
      connection.write(bytes(5));

      connection.abortConnection();
      driver.clock.advance(1);

      expect(events).to.deep.equal([]);
    });

    it('leaves no timer when the connection ends', () => {
      const { connection, driver } = connect({ limits: { slowReaderTimeoutMs: 1000 } });
      connection.write(bytes(5));

      connection.endOfFile();

      expect(driver.clock.getDelayedCalls()).to.deep.equal([]);
    });
  });

  describe('drained()', () => {
    it('fires at once when nothing is queued', () => {
      const { connection } = connect();

      expect(outcomeOf(connection.drained())()).to.equal('fired');
    });

    it('fires for all who wait when the last byte is sent', () => {
      const { connection } = connect();
      connection.write(bytes(2));
      const outcomes = [outcomeOf(connection.drained()), outcomeOf(connection.drained())];

      connection.flush(1);
      expect(outcomes.map((outcome) => outcome())).to.deep.equal([undefined, undefined]);
      connection.flush();

      expect(outcomes.map((outcome) => outcome())).to.deep.equal(['fired', 'fired']);
    });

    it('fires before connectionLost, and who waited may write more before the close', () => {
      const { connection, protocol } = connect();
      connection.write(bytes(2));
      connection.drained().addCallback(() => void connection.write(bytes(1)));
      connection.loseConnection();

      connection.flush();
      expect(protocol.lost).to.equal(false);
      connection.flush();

      expect(connection.output).to.equal('xxx');
      expect(protocol.lost).to.equal(true);
    });

    it('fails with the reason when the connection is lost first, before connectionLost', () => {
      const order: unknown[] = [];
      const { connection, protocol } = connect({ hooks: { lost: () => void order.push('lost') } });
      connection.write(bytes(2));
      connection.drained().addErrback((failure) => void order.push(failure.value));

      connection.failed(new Error('gone'));

      expect(order).to.deep.equal([protocol.reason?.value, 'lost']);
    });

    it('fails when the peer ends first, though the rest may still be sent', () => {
      const { connection, protocol } = connect();
      connection.write(bytes(2));
      const outcome = outcomeOf(connection.drained());

      connection.endOfFile();

      expect(outcome()).to.equal(protocol.reason?.value);
    });

    it('fails with the reason when it is asked for after an abort, which has dropped what was queued', () => {
      const { connection, driver, protocol } = connect();
      connection.write(bytes(2));
      connection.abortConnection();
      const outcome = outcomeOf(connection.drained());
      expect(outcome()).to.equal(undefined);
      driver.clock.advance(0);

      expect(outcome()).to.be.instanceOf(ConnectionAborted).and.to.equal(protocol.reason?.value);
    });

    it('fails after the end', () => {
      const { connection } = connect();
      connection.endOfFile();

      expect(outcomeOf(connection.drained())()).to.be.instanceOf(NotConnectedError);
    });

    it('can be cancelled by who asked', () => {
      const { connection } = connect();
      connection.write(bytes(2));
      const drained = connection.drained();
      const outcome = outcomeOf(drained);

      drained.cancel();
      connection.flush();

      expect(outcome()).to.be.instanceOf(Error);
      expect(connection.bytesQueued).to.equal(0);
    });
  });

  describe('hang-ups', () => {
    it('are told as they come, until the connection is over', () => {
      const { connection } = connect();
      const events = eventsOf(connection);
      connection.pauseProducing();

      connection.hangUp('ended');
      connection.hangUp('reset');
      connection.failed(new Error('gone'));
      connection.hangUp('reset');

      expect(events).to.deep.equal([
        ['hangUp', 'ended'],
        ['hangUp', 'reset'],
      ]);
    });
  });

  it('has listeners that cannot harm it', () => {
    using log = new LogCapture();
    const { connection, protocol } = connect({ limits: { writeBufferSize: 1 } });
    for (const name of ['writeBufferFull', 'drain'] as const) {
      connection.events.on(name, () => {
        throw new Error('boom');
      });
    }

    connection.write(bytes(2));
    connection.flush();

    expect(connection.output).to.equal('xx');
    expect(protocol.lost).to.equal(false);
    expect(log.errors).to.have.length(2);
  });
});
