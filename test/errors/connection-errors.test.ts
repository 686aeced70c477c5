import { expect } from 'chai';
import {
  ConnectionAborted,
  ConnectionClosed,
  ConnectionDetached,
  ConnectionDone,
  ConnectionFdescWentAway,
  ConnectionLost,
  FileSendError,
  NotConnectedError,
  SlowReaderError,
  SystemError,
  WriteQueueOverflowError,
} from '../../src/errors/index.js';

const abortText = 'Connection was aborted locally using ITCPTransport.abortConnection';

describe('the reasons of connectionLost', () => {
  // Twisted: ConnectionAbortedTests.test_str
  it('ConnectionAborted says who aborted', () => {
    expect(new ConnectionAborted().message).to.equal(`${abortText}.`);
  });

  // Twisted: ConnectionAbortedTests.test_strArgs
  it('ConnectionAborted puts its detail behind a colon', () => {
    expect(new ConnectionAborted('foo bar').message).to.equal(`${abortText}: foo bar.`);
  });

  // Twisted: StringificationTests.testThemAll
  it('have the texts of Twisted', () => {
    const lost = 'Connection to the other side was lost in a non-clean fashion';
    expect(new ConnectionLost().message).to.equal(`${lost}.`);
    expect(new ConnectionLost('foo bar').message).to.equal(`${lost}: foo bar.`);
    expect(new ConnectionDone().message).to.equal('Connection was closed cleanly.');
    expect(new ConnectionDone('foo bar').message).to.equal('Connection was closed cleanly: foo bar.');
  });

  // Twisted: SubclassingTests.test_connectionLostSubclassOfConnectionClosed
  it('ConnectionLost and its kinds are kinds of ConnectionClosed', () => {
    const kinds = [
      new ConnectionLost(),
      new ConnectionAborted(),
      new ConnectionFdescWentAway(),
      new WriteQueueOverflowError(1, 0),
      new SlowReaderError(1, 1),
    ];
    for (const error of kinds) {
      expect(error).to.be.instanceOf(ConnectionLost).and.instanceOf(ConnectionClosed);
      expect(error).not.to.be.instanceOf(ConnectionDone);
    }
  });

  // Twisted: SubclassingTests.test_connectionDoneSubclassOfConnectionClosed
  it('ConnectionDone and ConnectionDetached are kinds of ConnectionClosed', () => {
    for (const error of [new ConnectionDone(), new ConnectionDetached()]) {
      expect(error).to.be.instanceOf(ConnectionDone).and.instanceOf(ConnectionClosed);
      expect(error).not.to.be.instanceOf(ConnectionLost);
    }
  });

  it('ConnectionLost takes its code from its cause', () => {
    const cause = new SystemError('recv', 104, { fd: 3 });
    expect(new ConnectionLost('', { cause })).to.include({ cause, code: 'ECONNRESET' });
    expect(new ConnectionLost().code).to.equal(undefined);
    expect(new ConnectionLost('', { cause: null }).code).to.equal(undefined);
  });

  it('WriteQueueOverflowError and SlowReaderError are aborts that say how much was queued', () => {
    const overflow = new WriteQueueOverflowError(70_000, 65_536);
    expect(overflow)
      .to.be.instanceOf(ConnectionAborted)
      .and.include({ queuedBytes: 70_000, limitBytes: 65_536 });
    expect(overflow.message).to.equal(
      'Connection was aborted: 70000 bytes were queued and the limit is 65536.',
    );
    const slow = new SlowReaderError(12, 3000);
    expect(slow).to.be.instanceOf(ConnectionAborted).and.include({ queuedBytes: 12, timeoutMs: 3000 });
    expect(slow.message).to.equal(
      'Connection was aborted: the peer took none of 12 queued bytes for 3000 ms.',
    );
  });

  it('FileSendError is an abort that says how much is missing, and why', () => {
    const short = new FileSendError(12, 'has ended too early');
    expect(short).to.be.instanceOf(ConnectionAborted).and.include({ bytesMissing: 12, code: undefined });
    expect(short.message).to.equal(
      'Connection was aborted: a file has ended too early, and 12 bytes of it are missing.',
    );
    const cause = new SystemError('pread', 5, { fd: 3 });
    expect(new FileSendError(1, 'could not be read', { cause })).to.include({ cause, code: 'EIO' });
  });

  it('carry their final message at the head of their stack', () => {
    expect(new ConnectionAborted('foo').stack).to.match(
      /^ConnectionAborted: Connection was aborted .*: foo\.\n/,
    );
  });

  it('a subclass has its own sentence', () => {
    class Shed extends ConnectionLost {
      protected static override readonly sentence = 'Shed';
    }
    expect(new Shed('no room').message).to.equal('Shed: no room.');
  });
});

describe('NotConnectedError', () => {
  it('is no reason of a connectionLost', () => {
    expect(new NotConnectedError()).to.be.instanceOf(Error).and.not.instanceOf(ConnectionClosed);
  });
});
