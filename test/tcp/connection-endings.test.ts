import { expect } from 'chai';
import {
  ConnectionAborted,
  ConnectionDetached,
  ConnectionDone,
  ConnectionLost,
  NotConnectedError,
} from '../../src/errors/index.js';
import { Failure } from '../../src/defer/index.js';
import { connect, contentOf } from './fake-connection.js';

const errorOf = (failure: Failure | undefined): unknown => failure?.value;

describe('The end of a Connection', () => {
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

    it('tells the protocol the reason it is given, once all that is queued is sent', () => {
      for (const give of [(error: Error) => error, (error: Error) => new Failure(error)]) {
        const { connection, driver, protocol } = connect();
        const error = new Error('the peer talks nonsense');
        connection.write(Buffer.from('abc'));

        connection.loseConnection({ reason: give(error) });
        connection.loseConnection({ reason: new Error('too late') });
        connection.flush(1);
        expect(protocol.lost).to.equal(false);
        connection.flush(2);

        expect(errorOf(protocol.reason)).to.equal(error);
        expect(driver.givenUp).to.deep.equal(['in order']);
        expect(connection.output).to.equal('abc');
      }
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

    // Twisted: AbortConnectionMixin.test_clientAbortsConnectionThenLosesConnection
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
});
