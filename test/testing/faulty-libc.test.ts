import { expect } from 'chai';
import {
  AF_INET,
  EFD_CLOEXEC,
  EPOLLIN,
  EPOLL_CTL_ADD,
  F_GETFD,
  type Libc,
  MSG_NOSIGNAL,
  MSG_PEEK,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SocketAddress,
  errno,
  getDriver,
} from '../../src/libc/index.js';
import { FaultyLibc, faultyDriver } from '../../src/testing/faulty-libc.js';
import { DescriptorScope } from '../libc/descriptor-scope.js';

const LOOPBACK = 0x7f000001;

describe('FaultyLibc', () => {
  const real = getDriver().libc;
  const scope = new DescriptorScope(real);
  let libc: FaultyLibc;
  beforeEach(() => (libc = new FaultyLibc(real)));
  afterEach(() => scope.closeAll());

  const isOpen = (fd: number): boolean => real.fcntl(fd, F_GETFD, 0) >= 0;
  const dup = (): number => libc.dup(-1);
  const send = (fd: number, text: string): number =>
    libc.send(fd, Buffer.from(text), 0, text.length, MSG_NOSIGNAL);

  /** All that can be received now. */
  function received(fd: number): string {
    const bytes = Buffer.alloc(1024);
    const n = real.recv(fd, bytes, 0, bytes.length, 0);
    return bytes.toString('latin1', 0, Math.max(n, 0));
  }

  describe('without a fault', () => {
    it('hands each call and its answer through', () => {
      const [left, right] = scope.socketpair();
      expect(send(left, 'hello')).to.equal(5);
      const bytes = Buffer.alloc(8);
      expect(libc.recv(right, bytes, 1, 3, MSG_PEEK)).to.equal(3);
      expect(bytes.toString()).to.equal('\0hel\0\0\0\0');
      expect(libc.close(-1)).to.equal(-errno.EBADF);
      const epoll = scope.keep(libc.epoll_create1(0));
      expect(libc.epoll_ctl(epoll, EPOLL_CTL_ADD, right, EPOLLIN, 1, 2)).to.equal(0);
    });

    it('offers every call that the libc below offers', () => {
      const names = (from: object): string[] => Object.getOwnPropertyNames(from);
      const calls = names(Object.getPrototypeOf(real) as object).filter(
        (name) => !/^(constructor|pin)$/.test(name),
      );
      expect(calls).to.have.length.above(25);
      expect(names(libc)).to.include.members(calls);
    });

    it('shares the accounting, and names what it wraps', () => {
      expect(libc.descriptors).to.equal(real.descriptors);
      expect(libc.name).to.equal(`faulty ${real.name}`);
    });

    it('pins buffers where they will be used', () => {
      const pinned: Uint8Array[] = [];
      const recording = Object.create(real, { pin: { value: (b: Uint8Array) => pinned.push(b) } }) as Libc;
      const buffer = Buffer.alloc(1);
      new FaultyLibc(recording).pin(buffer);
      expect(pinned).to.deep.equal([buffer]);
    });
  });

  describe('`fail()`', () => {
    it('fails the next call, once, without making it', () => {
      const [left, right] = scope.socketpair();
      libc.fail('send', { errno: 'ENOBUFS' });
      expect(send(left, 'a')).to.equal(-errno.ENOBUFS);
      expect(send(left, 'b')).to.equal(1);
      expect(received(right)).to.equal('b');
    });

    it('fails the n-th call from now, and no other call', () => {
      dup();
      libc.fail('dup', { nth: 3, errno: 'EMFILE' });
      libc.close(-1);
      expect([dup(), dup(), dup(), dup()]).to.deep.equal([
        -errno.EBADF,
        -errno.EBADF,
        -errno.EMFILE,
        -errno.EBADF,
      ]);
    });

    it('fails all calls from the n-th on if it persists', () => {
      libc.fail('dup', { nth: 2, errno: 'EMFILE', persist: true });
      expect([dup(), dup(), dup()]).to.deep.equal([-errno.EBADF, -errno.EMFILE, -errno.EMFILE]);
    });

    it('lets the fault that was asked for first count where two meet; the other one is used up', () => {
      libc.fail('dup', { errno: 'ENFILE' }).fail('dup', { errno: 'EMFILE' });
      expect([dup(), dup()]).to.deep.equal([-errno.ENFILE, -errno.EBADF]);
    });

    it('closes all the same when `close()` is what fails, and counts that', () => {
      const fd = real.eventfd(0, EFD_CLOEXEC);
      const open = real.descriptors.open;
      libc.fail('close', { errno: 'EIO' });
      expect(libc.close(fd)).to.equal(-errno.EIO);
      expect(isOpen(fd)).to.equal(false);
      expect(real.descriptors.open).to.equal(open - 1);
    });

    for (const [name, goesOn] of [
      ['EINTR', true],
      ['EINPROGRESS', true],
      ['ENETUNREACH', false],
    ] as const) {
      it(`${goesOn ? 'goes on' : 'does not go on'} connecting when \`connect()\` fails with ${name}`, () => {
        const port = scope.keep(real.socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        const address = new SocketAddress().setIPv4(LOOPBACK, 0);
        real.bind(port, address);
        real.listen(port, 1);
        real.getsockname(port, address);
        const client = scope.keep(real.socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        libc.fail('connect', { errno: name });
        expect(libc.connect(client, address)).to.equal(-errno[name]);
        const peer = real.getpeername(client, new SocketAddress());
        expect(peer).to.equal(goesOn ? 0 : -errno.ENOTCONN);
      });
    }

    it('throws a RangeError for an n-th that there cannot be', () => {
      for (const nth of [0, -1, 1.5, NaN]) {
        expect(() => libc.fail('dup', { nth, errno: 'EMFILE' })).to.throw(RangeError, 'from 1 on');
      }
    });
  });

  describe('`truncate()`', () => {
    it('makes a `send()` short, once', () => {
      const [left, right] = scope.socketpair();
      libc.truncate('send', { bytes: 2 });
      expect([send(left, 'abc'), send(left, 'def')]).to.deep.equal([2, 3]);
      expect(received(right)).to.equal('abdef');
    });

    it('makes `recv()`, `read()` and `write()` short from the n-th call on if it persists', () => {
      const [left, right] = scope.socketpair();
      const bytes = Buffer.from('abcdefgh');
      for (const call of ['recv', 'read', 'write'] as const) {
        libc.truncate(call, { nth: 2, bytes: 1, persist: true });
      }
      expect([1, 2, 3].map(() => libc.write(left, bytes, 2, 3))).to.deep.equal([3, 1, 1]);
      expect([1, 2].map(() => libc.recv(right, bytes, 0, 2, 0))).to.deep.equal([2, 1]);
      send(left, 'xyz');
      expect([1, 2].map(() => libc.read(right, bytes, 0, 2))).to.deep.equal([2, 1]);
    });

    it('makes a `sendmsg()` short at any byte of any buffer', () => {
      const [left, right] = scope.socketpair();
      const buffers = ['ab', '', 'cde', 'f', 'gh'].map((text) => Buffer.from(text));
      for (let bytes = 1; bytes <= 7; bytes += 1) {
        libc.truncate('sendmsg', { bytes });
        expect(libc.sendmsg(left, buffers, 0, 4, 1, MSG_NOSIGNAL)).to.equal(Math.min(bytes, 5));
        expect(received(right)).to.equal('bcdef'.slice(0, bytes));
      }
    });

    it('leaves a call alone that moves no more than that', () => {
      const [left, right] = scope.socketpair();
      libc.truncate('send', { bytes: 100 });
      expect(send(left, 'abc')).to.equal(3);
      expect(received(right)).to.equal('abc');
    });

    it('throws a RangeError for less than a byte, which would be the end of the stream', () => {
      for (const bytes of [0, -1, 0.5, NaN]) {
        expect(() => libc.truncate('recv', { bytes })).to.throw(RangeError, 'from 1 on');
      }
    });
  });

  describe('`before()` and `after()`', () => {
    it('act in the window of the n-th call: before it is made, and before its caller has the answer', () => {
      const order: string[] = [];
      const fd = real.eventfd(0, EFD_CLOEXEC);
      libc.before('close', () => order.push(`before: ${isOpen(fd)}`), { nth: 2 });
      libc.after('close', () => order.push(`after: ${isOpen(fd)}`), { nth: 2 });
      libc.close(-1);
      expect(order).to.deep.equal([]);
      libc.close(fd);
      expect(order).to.deep.equal(['before: true', 'after: false']);
      libc.close(-1);
      expect(order).to.have.length(2);
    });

    it('act at a call that is made to fail, too', () => {
      const order: string[] = [];
      libc.before('dup', () => order.push('before'), { persist: true });
      libc.after('dup', () => order.push('after'), { persist: true });
      libc.fail('dup', { errno: 'EMFILE' });
      expect(dup()).to.equal(-errno.EMFILE);
      expect(order).to.deep.equal(['before', 'after']);
    });

    it('can take the slot of a descriptor right after it was closed', () => {
      const fd = real.eventfd(0, EFD_CLOEXEC);
      let thief = -1;
      libc.after('close', () => (thief = scope.keep(real.eventfd(0, EFD_CLOEXEC))));
      expect(libc.close(fd)).to.equal(0);
      expect(thief).to.equal(fd);
    });

    it('may make calls that have plans of their own', () => {
      libc.before('dup', () => libc.dup(-1));
      libc.fail('dup', { errno: 'EMFILE' });
      expect(dup()).to.equal(-errno.EBADF);
      expect(libc.count('dup')).to.equal(2);
    });

    it('let what they throw out of the call', () => {
      libc.before('dup', () => {
        throw new Error('from a test');
      });
      expect(dup).to.throw('from a test');
      expect(dup()).to.equal(-errno.EBADF);
    });
  });

  describe('the counts', () => {
    it('are kept by name, for failed and faulted calls too', () => {
      libc.fail('dup', { errno: 'EMFILE' });
      dup();
      dup();
      libc.close(-1);
      expect([libc.count('dup'), libc.count('close'), libc.count('accept4')]).to.deep.equal([2, 1, 0]);
      expect([...libc.calls]).to.deep.equal([
        ['dup', 2],
        ['close', 1],
      ]);
    });

    it('of faults tell whether a fault was met', () => {
      libc.fail('dup', { nth: 2, errno: 'EMFILE' });
      dup();
      expect(libc.injected).to.equal(0);
      dup();
      expect(libc.injected).to.equal(1);
    });

    it('begin again after `reset()`, which forgets all that was planned', () => {
      const [left] = scope.socketpair();
      libc.fail('dup', { errno: 'EMFILE', persist: true }).truncate('send', { bytes: 1 });
      libc.before('dup', () => expect.fail('was forgotten')).after('dup', () => expect.fail('was forgotten'));
      libc.count('dup');
      libc.reset();
      expect([dup(), send(left, 'abc')]).to.deep.equal([-errno.EBADF, 3]);
      expect([libc.count('dup'), libc.injected]).to.deep.equal([1, 0]);
    });
  });

  describe('faultyDriver()', () => {
    it("has a faulty libc, and host loops of the driver's own", () => {
      const driver = getDriver();
      const faulty = faultyDriver(driver);
      expect(faulty.driver.libc).to.equal(faulty.libc);
      expect(faulty.driver.name).to.equal(`faulty ${driver.name}`);
      const loops = [faulty.driver.createHostLoop(), driver.createHostLoop()];
      expect(Object.getPrototypeOf(loops[0])).to.equal(Object.getPrototypeOf(loops[1]));
      for (const loop of loops) loop.close();
    });
  });
});
