import { expect } from 'chai';
import { ConnectionAborted, ConnectionDone, ConnectionLost } from '../../src/errors/index.js';
import { RecordingProtocol } from '../../src/testing/conformance/index.js';
import { FakeConnection, connect } from './fake-connection.js';

describe('The half-close of a Connection', () => {
  describe('of our side', () => {
    // Twisted: HalfCloseTests.testCloseWriteCloser
    it('sends what is queued, then ends writing, then tells; reading goes on', () => {
      const { connection, driver, protocol } = connect({ halfClose: true });
      connection.write(Buffer.from('hello'));

      connection.loseWriteConnection();
      connection.flush(3);
      expect(driver.calls).not.to.include('shutdownWrite');
      connection.flush();

      expect(connection.output).to.equal('hello');
      expect(driver.calls.at(-1)).to.equal('shutdownWrite');
      expect(protocol.events).to.deep.equal(['made', 'writeLost']);
      connection.receive('x');
      expect(protocol.received.toString()).to.equal('x');
    });

    it('drops what is written after it', () => {
      const { connection, driver } = connect({ halfClose: true });
      connection.loseWriteConnection();
      connection.flush();

      expect(connection.write(Buffer.from('late'))).to.equal(false);
      expect(connection.bytesQueued).to.equal(0);
      connection.loseWriteConnection();
      connection.flush();
      expect(driver.calls.filter((call) => call === 'shutdownWrite')).to.have.length(1);
    });

    it('ends writing of a protocol that takes no half-closes, too, and tells it nothing', () => {
      const { connection, driver, protocol } = connect();
      connection.loseWriteConnection();
      connection.flush();

      expect(driver.calls.at(-1)).to.equal('shutdownWrite');
      expect(protocol.events).to.deep.equal(['made']);
    });

    it('waits for a producer as loseConnection() does', () => {
      const { connection, driver } = connect({ halfClose: true });
      connection.registerProducer({ resumeProducing: () => {}, stopProducing: () => {} }, false);

      connection.loseWriteConnection();
      connection.flush();
      expect(driver.calls).not.to.include('shutdownWrite');
      connection.write(Buffer.from('last'));
      connection.unregisterProducer();
      connection.flush();

      expect(connection.output).to.equal('last');
      expect(driver.calls).to.include('shutdownWrite');
    });

    it('is overtaken by loseConnection()', () => {
      const { connection, protocol } = connect({ halfClose: true });
      connection.loseWriteConnection();
      connection.loseConnection();
      connection.flush();

      expect(protocol.events).to.deep.equal(['made', 'lost']);
    });

    it('is overtaken by abortConnection()', () => {
      const { connection, driver, protocol } = connect({ halfClose: true });
      connection.loseWriteConnection();
      connection.abortConnection();
      connection.flush();
      connection.nextTurn();

      expect(protocol.events).to.deep.equal(['made', 'lost']);
      expect(driver.calls).not.to.include('shutdownWrite');
    });

    // Twisted has this as test_doubleHalfClose: no write event comes after the one that ended writing.
    it('with loseConnection() in writeConnectionLost comes to its end', () => {
      const { connection, protocol } = connect({
        halfClose: true,
        hooks: { writeLost: ({ transport }) => transport.loseConnection() },
      });
      connection.loseWriteConnection();
      connection.flush();
      connection.flush();

      expect(protocol.events).to.deep.equal(['made', 'writeLost', 'lost']);
      expect(protocol.reason?.value).to.be.instanceOf(ConnectionDone);
      expect(protocol.reentered).to.deep.equal([]);
    });

    it('with abortConnection() in writeConnectionLost is aborted', () => {
      const { connection, protocol } = connect({
        halfClose: true,
        hooks: { writeLost: ({ transport }) => transport.abortConnection() },
      });
      connection.loseWriteConnection();
      connection.flush();
      connection.nextTurn();

      expect(protocol.reason?.value).to.be.instanceOf(ConnectionAborted);
      expect(protocol.reentered).to.deep.equal([]);
    });
  });

  describe('of the other side', () => {
    // Twisted: HalfCloseTests.testWriteCloseNotification
    it('is told, reading stops, writing goes on', () => {
      const { connection, driver, protocol } = connect({ halfClose: true });

      connection.endOfFile();

      expect(protocol.events).to.deep.equal(['made', 'readLost']);
      expect(driver.reading).to.equal(false);
      connection.write(Buffer.from('answer'));
      connection.flush();
      expect(connection.output).to.equal('answer');
    });

    it('is told once, and reading cannot be resumed', () => {
      const { connection, driver, protocol } = connect({ halfClose: true });
      connection.endOfFile();

      connection.endOfFile();
      connection.resumeProducing();

      expect(protocol.events).to.deep.equal(['made', 'readLost']);
      expect(driver.reading).to.equal(false);
    });

    it('with loseConnection() in readConnectionLost sends what is queued and ends', () => {
      const { connection, driver, protocol } = connect({
        halfClose: true,
        hooks: {
          readLost: ({ transport }) => {
            transport.write(Buffer.from('bye'));
            transport.loseConnection();
          },
        },
      });

      connection.endOfFile();
      connection.flush();

      expect(connection.output).to.equal('bye');
      expect(protocol.events).to.deep.equal(['made', 'readLost', 'lost']);
      expect(driver.peerEnded).to.equal(true);
      expect(protocol.reentered).to.deep.equal([]);
    });

    it('with abortConnection() in readConnectionLost is aborted', () => {
      const { connection, driver, protocol } = connect({
        halfClose: true,
        hooks: { readLost: ({ transport }) => transport.abortConnection() },
      });
      connection.endOfFile();
      connection.nextTurn();

      expect(protocol.reason?.value).to.be.instanceOf(ConnectionAborted);
      expect(driver.givenUp).to.deep.equal(['with reset']);
    });

    it('then a reset ends the connection, for nothing else would tell of it', () => {
      const { connection, driver, protocol } = connect({ halfClose: true });
      connection.endOfFile();

      connection.hangUp('reset');

      expect(protocol.events).to.deep.equal(['made', 'readLost', 'lost']);
      expect(protocol.reason?.value).to.be.instanceOf(ConnectionLost);
      expect(driver.givenUp).to.deep.equal(['at once']);
    });

    it('takes both callbacks: a protocol with one of them is lost as a whole', () => {
      class ReadOnly extends RecordingProtocol {
        readConnectionLost(): void {
          this.events.push('readLost');
        }
      }
      const connection = new FakeConnection();
      const protocol = new ReadOnly();
      connection.start(protocol);

      connection.endOfFile();

      expect(protocol.events).to.deep.equal(['made', 'lost']);
    });
  });

  describe('of both sides', () => {
    for (const first of ['ours', 'theirs'] as const) {
      it(`ends the connection in a later turn (${first} first)`, () => {
        const { connection, driver, protocol } = connect({ halfClose: true });
        const ours = (): void => {
          connection.loseWriteConnection();
          connection.flush();
        };
        const theirs = (): void => connection.endOfFile();
        for (const end of first === 'ours' ? [ours, theirs] : [theirs, ours]) end();

        expect(protocol.lost).to.equal(false);
        connection.nextTurn();

        expect(protocol.reason?.value).to.be.instanceOf(ConnectionDone);
        expect([...protocol.events].sort()).to.deep.equal(['lost', 'made', 'readLost', 'writeLost']);
        expect(driver.givenUp).to.deep.equal(['in order']);
        expect(driver.peerEnded).to.equal(true);
      });
    }

    it('ends it once when loseConnection() is called in the second callback as well', () => {
      const { connection, driver, protocol } = connect({
        halfClose: true,
        hooks: { readLost: ({ transport }) => transport.loseConnection() },
      });
      connection.loseWriteConnection();
      connection.flush();
      connection.endOfFile();
      connection.flush();
      connection.nextTurn();

      expect(protocol.events).to.deep.equal(['made', 'writeLost', 'readLost', 'lost']);
      expect(driver.givenUp).to.deep.equal(['in order']);
    });
  });
});
