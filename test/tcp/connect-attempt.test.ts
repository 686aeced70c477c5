import { expect } from 'chai';
import { IPv4Address, IPv6Address } from '../../src/address/index.js';
import { CancelledError, Failure } from '../../src/defer/index.js';
import {
  ConnectBindError,
  ConnectError,
  ConnectionLost,
  ConnectionRefusedError,
  NoRouteError,
  ReactorClosedError,
  SystemError,
  TCPTimedOutError,
} from '../../src/errors/index.js';
import type { ConnectTCPOptions, IInternetAddress } from '../../src/interfaces/index.js';
import { type ErrnoName, type Libc, type SocketAddress, errno } from '../../src/libc/index.js';
import { ConnectAttempt } from '../../src/tcp/connect-attempt.js';
import { FakeContext } from './fake-context.js';

const destination = new IPv4Address('TCP', '127.0.0.1', 8007);

/** An attempt over a kernel that answers as it is told. */
class Subject {
  readonly calls: string[] = [];
  /** What calls answer that are to fail, or to answer anything but 0. */
  answers: Partial<Record<'socket' | 'setsockopt' | 'bind' | 'connect' | 'getsockopt', number>> = {};
  /** SO_ERROR. */
  pending = 0;
  readonly context = new FakeContext(this.#libc());
  attempt: ConnectAttempt | undefined;
  /** The descriptor, or the error. */
  outcome: unknown;

  start(options: ConnectTCPOptions = {}, to: IInternetAddress = destination): this {
    const attempt = new ConnectAttempt(this.context, to, options);
    this.attempt = attempt;
    attempt.connected.addCallbacks(
      (fd) => void (this.outcome = fd),
      (failure) => void (this.outcome = failure.value),
    );
    return this;
  }

  get closes(): number {
    return this.calls.filter((call) => call.startsWith('close')).length;
  }

  #libc(): Partial<Libc> {
    const address = ({ family, port }: SocketAddress): string => `family ${family} port ${port}`;
    return {
      socket: (domain) => {
        this.calls.push(`socket ${domain}`);
        return this.answers.socket ?? 9;
      },
      setsockopt: (_fd, level, name) => {
        this.calls.push(`setsockopt ${level} ${name}`);
        return this.answers.setsockopt ?? 0;
      },
      bind: (_fd, to) => {
        this.calls.push(`bind ${address(to)}`);
        return this.answers.bind ?? 0;
      },
      connect: (_fd, to) => {
        this.calls.push(`connect ${address(to)}`);
        return this.answers.connect ?? -errno.EINPROGRESS;
      },
      getsockopt: (_fd, _level, _name, value) => {
        this.calls.push('getsockopt');
        Buffer.from(value.buffer, value.byteOffset).writeInt32LE(this.pending, 0);
        return this.answers.getsockopt ?? 4;
      },
      close: (fd) => {
        this.calls.push(`close ${fd}`);
        return 0;
      },
    };
  }
}

const start = (answers: Subject['answers'] = {}, options: ConnectTCPOptions = {}): Subject => {
  const subject = new Subject();
  subject.answers = answers;
  return subject.start(options);
};

/** What connect(2) may answer, at once or through SO_ERROR, and the class of error that it becomes. */
const refusals: readonly (readonly [ErrnoName, new (...args: never[]) => ConnectError])[] = [
  ['ECONNREFUSED', ConnectionRefusedError],
  ['ETIMEDOUT', TCPTimedOutError],
  ['ENETUNREACH', NoRouteError],
  ['EHOSTUNREACH', ConnectError],
  ['EADDRNOTAVAIL', ConnectError],
  ['EAGAIN', ConnectError],
  ['EACCES', ConnectError],
];

describe('ConnectAttempt', () => {
  it('that succeeds at once gives the descriptor away, unwatched', () => {
    const { outcome, context, closes, attempt } = start({ connect: 0 });

    expect(outcome).to.equal(9);
    expect(context.watching).to.equal(false);
    expect(closes).to.equal(0);
    expect(attempt?.fileno()).to.equal(-1);
  });

  for (const errnoName of ['EINPROGRESS', 'EINTR'] as const) {
    it(`that goes on in the background (${errnoName}) is not made again, and is asked when it is writable`, () => {
      const subject = start({ connect: -errno[errnoName] });
      expect(subject.outcome).to.equal(undefined);
      expect(subject.context.writers.size).to.equal(1);

      subject.context.write();

      expect(subject.outcome).to.equal(9);
      expect(subject.calls).to.deep.equal(['socket 2', 'connect family 2 port 8007', 'getsockopt']);
      expect(subject.context.watching).to.equal(false);
      // The number lives on, so the kernel has to be told in so many words.
      expect(subject.context.forgotten).to.deep.equal([true]);
    });
  }

  it('has a hang-up watch, or epoll would take a refusal for a lost connection', () => {
    const subject = start();
    expect(subject.context.hangUpWatches.size).to.equal(1);

    subject.attempt?.hangUp();

    expect(subject.outcome).to.equal(undefined);
  });

  for (const [name, type] of refusals) {
    it(`fails with ${type.name} for ${name}, at once or later, and closes its socket`, () => {
      const atOnce = start({ connect: -errno[name] });
      const later = start();
      later.pending = errno[name];
      later.context.write();

      for (const { outcome, closes, context } of [atOnce, later]) {
        expect(outcome).to.be.instanceOf(type).and.to.include({ code: name });
        expect((outcome as ConnectError).message).to.include('127.0.0.1:8007');
        expect(closes).to.equal(1);
        expect(context.watching).to.equal(false);
      }
    });
  }

  it('fails when the kernel does not say how it went', () => {
    const subject = start({ getsockopt: -errno.ENOBUFS });
    subject.context.write();

    expect(subject.outcome).to.be.instanceOf(ConnectError).and.to.include({ code: 'ENOBUFS' });
    expect(subject.closes).to.equal(1);
  });

  it('fails with a kind of ConnectError when the reactor drops it', () => {
    for (const reason of [new ConnectionLost(), new SystemError('epoll_ctl', errno.ENOSPC)]) {
      const subject = start();
      subject.context.drop(new Failure(reason));

      expect(subject.outcome).to.be.instanceOf(ConnectError).and.to.include({ cause: reason });
      expect(subject.closes).to.equal(1);
    }
  });

  it('is over when it is cancelled: the socket is closed, and nothing more is heard', () => {
    const subject = start();
    subject.attempt?.connected.cancel();

    expect(subject.outcome).to.be.instanceOf(CancelledError);
    expect(subject.closes).to.equal(1);
    expect(subject.context.watching).to.equal(false);
    subject.attempt?.connected.cancel();
    expect(subject.closes).to.equal(1);
  });

  // Beyond Twisted: E6
  it('fails with ConnectBindError when no socket can be had', () => {
    const subject = start({ socket: -errno.ENFILE });

    expect(subject.outcome).to.be.instanceOf(ConnectBindError).and.to.include({ code: 'ENFILE' });
    expect(subject.closes).to.equal(0);
  });

  it('fails with ConnectBindError on a closed reactor, without a socket', () => {
    const subject = new Subject();
    subject.context.closed = true;
    subject.start();

    expect(subject.outcome).to.be.instanceOf(ConnectBindError);
    expect((subject.outcome as ConnectBindError).cause).to.be.instanceOf(ReactorClosedError);
    expect(subject.calls).to.deep.equal([]);
  });

  it('sets the options of the connection before it connects', () => {
    const { calls } = start({}, { noDelay: true, userTimeoutMs: 5, keepAlive: true });

    expect(calls).to.deep.equal([
      'socket 2',
      'setsockopt 6 1',
      'setsockopt 6 18',
      'setsockopt 1 9',
      'connect family 2 port 8007',
    ]);
  });

  it('fails with ConnectBindError when an option cannot be set, and closes its socket', () => {
    const subject = start({ setsockopt: -errno.ENOPROTOOPT }, { noDelay: true });

    expect(subject.outcome).to.be.instanceOf(ConnectBindError).and.to.include({ code: 'ENOPROTOOPT' });
    expect(subject.closes).to.equal(1);
  });

  it('fails, and does not throw, for an address that is none, as a resolver may give', () => {
    const subject = new Subject().start({}, { host: 'nonsense', port: 1 } as IInternetAddress);

    expect(subject.outcome).to.be.instanceOf(ConnectError);
    expect(subject.closes).to.equal(1);
  });

  describe('with a local address', () => {
    it('binds to it first, reusing a port that is named', () => {
      const { calls } = start({}, { bindAddress: { host: '127.0.0.1', port: 5000 } });

      expect(calls.slice(1, 3)).to.deep.equal(['setsockopt 1 2', 'bind family 2 port 5000']);
    });

    it('takes what is left out to be any, of the family of the destination', () => {
      expect(start({}, { bindAddress: {} }).calls[1]).to.equal('bind family 2 port 0');
      const six = new Subject().start({ bindAddress: {} }, new IPv6Address('TCP', '::1', 8007));
      expect(six.calls).to.deep.equal(['socket 10', 'bind family 10 port 0', 'connect family 10 port 8007']);
    });

    // Twisted: CannotBindTests.test_clientBind
    it('fails with ConnectBindError when that is in use, and closes its socket', () => {
      const subject = start({ bind: -errno.EADDRINUSE }, { bindAddress: { port: 5000 } });

      expect(subject.outcome).to.be.instanceOf(ConnectBindError).and.to.include({ code: 'EADDRINUSE' });
      expect(subject.closes).to.equal(1);
    });

    it('fails when that is a name', () => {
      const subject = start({}, { bindAddress: { host: 'localhost' } });

      expect((subject.outcome as ConnectBindError).cause).to.be.instanceOf(RangeError);
      expect(subject.closes).to.equal(1);
    });
  });

  it('names its destination in log records', () => {
    expect(start().attempt?.logPrefix()).to.equal('connecting to 127.0.0.1:8007');
  });
});
