import { expect } from 'chai';
import fc from 'fast-check';
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  IPPROTO_TCP,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  MSG_PEEK,
  SHUT_WR,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
  SO_ERROR,
  SO_REUSEADDR,
  SO_TYPE,
  SocketAddress,
  TCP_NODELAY,
  errno,
} from '../../src/libc/index.js';
import { DescriptorScope, nextDescriptor, withDescriptorLimit } from './descriptor-scope.js';
import { describeEachDriver } from './each-driver.js';

const LOOPBACK = 0x7f000001;
const LOOPBACK_6 = Buffer.from('00000000000000000000000000000001', 'hex');
const TCP = SOCK_STREAM | SOCK_CLOEXEC;

describeEachDriver('ForeignLibc: sockets', ({ libc }) => {
  const scope = new DescriptorScope(libc);
  const ok = (result: number): void => void expect(result).to.equal(0);
  afterEach(() => scope.closeAll());

  /** A socket that listens on loopback, and where. It blocks, as does everything made of it, so no test has to wait. */
  function listening(address = new SocketAddress().setIPv4(LOOPBACK, 0)): [number, SocketAddress] {
    const fd = scope.keep(libc.socket(address.family, TCP, 0));
    ok(libc.bind(fd, address));
    ok(libc.listen(fd, 5));
    ok(libc.getsockname(fd, address));
    return [fd, address];
  }

  function connected(address: SocketAddress): number {
    const fd = scope.keep(libc.socket(address.family, TCP, 0));
    ok(libc.connect(fd, address));
    return fd;
  }

  const int = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(value);
    return bytes;
  };

  it('carries bytes over IPv4, and tells who is at both ends', () => {
    const [port, address] = listening();
    expect([address.family, address.ipv4]).to.deep.equal([AF_INET, LOOPBACK]);
    const client = connected(address);
    const peer = new SocketAddress();
    const server = scope.keep(libc.accept4(port, peer, SOCK_CLOEXEC));
    expect([peer.family, peer.length, peer.ipv4]).to.deep.equal([AF_INET, 16, LOOPBACK]);

    const own = new SocketAddress();
    ok(libc.getsockname(client, own));
    expect(own.port).to.equal(peer.port);
    ok(libc.getpeername(client, own));
    expect(own.port).to.equal(address.port);

    const text = Buffer.from('hello');
    expect(libc.send(client, text, 0, text.length, MSG_NOSIGNAL)).to.equal(5);
    const received = Buffer.alloc(16);
    expect(libc.recv(server, received, 0, 16, 0)).to.equal(5);
    expect(received.toString('latin1', 0, 5)).to.equal('hello');
  });

  it('carries bytes over IPv6', () => {
    const [port, address] = listening(new SocketAddress().setIPv6(LOOPBACK_6, 0));
    expect([address.family, address.length]).to.deep.equal([AF_INET6, 28]);
    expect(address.ipv6).to.deep.equal(LOOPBACK_6);
    const client = connected(address);
    const peer = new SocketAddress();
    const server = scope.keep(libc.accept4(port, peer, SOCK_CLOEXEC));
    expect(peer.ipv6).to.deep.equal(LOOPBACK_6);
    expect(libc.send(server, Buffer.from('x'), 0, 1, 0)).to.equal(1);
    const received = Buffer.alloc(1);
    expect(libc.recv(client, received, 0, 1, 0)).to.equal(1);
    expect(received.toString()).to.equal('x');
  });

  it('knows abstract and unnamed UNIX addresses', () => {
    const name = Buffer.from(`\0heddle-test-${process.pid}-${libc.name}`);
    const [port, address] = listening(new SocketAddress().setUnix(name));
    expect(address.path).to.deep.equal(name);
    connected(address);
    const peer = new SocketAddress();
    scope.keep(libc.accept4(port, peer, SOCK_CLOEXEC));
    expect([peer.family, peer.path.length]).to.deep.equal([AF_UNIX, 0]);
  });

  it('`socket()` answers an errno', () => {
    expect(libc.socket(9999, SOCK_STREAM, 0)).to.equal(-errno.EAFNOSUPPORT);
  });

  it('`socketpair()` answers an errno, and refuses a pair that has no room for two', () => {
    expect(libc.socketpair(AF_INET, SOCK_STREAM, 0, new Int32Array(2))).to.equal(-errno.EOPNOTSUPP);
    expect(libc.socketpair(AF_UNIX, SOCK_STREAM, 0, new Int32Array(1))).to.equal(-errno.EFAULT);
  });

  it('`bind()` answers EADDRINUSE for an address that is taken', () => {
    const [, address] = listening();
    const fd = scope.keep(libc.socket(AF_INET, TCP, 0));
    expect(libc.bind(fd, address)).to.equal(-errno.EADDRINUSE);
  });

  it('`listen()` answers EOPNOTSUPP for a datagram socket', () => {
    const fd = scope.keep(libc.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    expect(libc.listen(fd, 1)).to.equal(-errno.EOPNOTSUPP);
  });

  it('`connect()` answers ECONNREFUSED where nobody listens', () => {
    const [port, address] = listening();
    scope.close(port);
    const fd = scope.keep(libc.socket(AF_INET, TCP, 0));
    expect(libc.connect(fd, address)).to.equal(-errno.ECONNREFUSED);
  });

  it('`connect()` of a non-blocking socket answers EINPROGRESS, or has connected at once', () => {
    const [, address] = listening();
    const fd = scope.keep(libc.socket(AF_INET, TCP | SOCK_NONBLOCK, 0));
    expect(libc.connect(fd, address)).to.be.oneOf([-errno.EINPROGRESS, 0]);
  });

  it('`accept4()` of a non-blocking socket answers EAGAIN when nobody has come', () => {
    const fd = scope.keep(libc.socket(AF_INET, TCP | SOCK_NONBLOCK, 0));
    ok(libc.bind(fd, new SocketAddress().setIPv4(LOOPBACK, 0)));
    ok(libc.listen(fd, 1));
    expect(libc.accept4(fd, new SocketAddress(), 0)).to.equal(-errno.EAGAIN);
  });

  // Twisted: PlatformAssumptionsTests.test_acceptOutOfFiles
  it('`accept4()` answers EMFILE at the descriptor limit, and the client stays queued', () => {
    const [port, address] = listening();
    connected(address);
    const peer = new SocketAddress();
    const accept = (): number => libc.accept4(port, peer, SOCK_CLOEXEC);
    expect(withDescriptorLimit(libc, nextDescriptor(libc), accept)).to.equal(-errno.EMFILE);
    scope.keep(accept());
  });

  it('`getsockname()` and `getpeername()` answer errnos', () => {
    const address = new SocketAddress();
    const fd = scope.keep(libc.socket(AF_INET, TCP, 0));
    expect(libc.getsockname(-1, address)).to.equal(-errno.EBADF);
    expect(libc.getpeername(fd, address)).to.equal(-errno.ENOTCONN);
  });

  it('`setsockopt()` sets what `getsockopt()` gives, and its length', () => {
    const fd = scope.keep(libc.socket(AF_INET, TCP, 0));
    const value = Buffer.alloc(8, 0xff);
    expect(libc.getsockopt(fd, SOL_SOCKET, SO_TYPE, value)).to.equal(4);
    expect(value).to.deep.equal(Buffer.concat([int(SOCK_STREAM), Buffer.alloc(4, 0xff)]));
    for (const [level, name] of [
      [SOL_SOCKET, SO_REUSEADDR],
      [IPPROTO_TCP, TCP_NODELAY],
    ] as const) {
      ok(libc.setsockopt(fd, level, name, int(1)));
      expect(libc.getsockopt(fd, level, name, value)).to.equal(4);
      expect(value.readInt32LE(0)).to.equal(1);
    }
  });

  it('`setsockopt()` and `getsockopt()` answer errnos', () => {
    const fd = scope.keep(libc.socket(AF_INET, TCP, 0));
    expect(libc.getsockopt(fd, SOL_SOCKET, 9999, Buffer.alloc(4))).to.equal(-errno.ENOPROTOOPT);
    expect(libc.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, Buffer.alloc(1))).to.equal(-errno.EINVAL);
  });

  it('`getsockopt()` hands a pending error over once', () => {
    const [port, address] = listening();
    scope.close(port);
    const fd = scope.keep(libc.socket(AF_INET, TCP | SOCK_NONBLOCK, 0));
    const result = libc.connect(fd, address);
    const pollfd = Buffer.alloc(8);
    pollfd.writeInt32LE(fd, 0);
    pollfd.writeInt16LE(4, 4);
    expect(libc.poll(pollfd, 1, -1)).to.equal(1);
    const value = Buffer.alloc(4);
    expect(libc.getsockopt(fd, SOL_SOCKET, SO_ERROR, value)).to.equal(4);
    expect([-result, value.readInt32LE(0)]).to.include(errno.ECONNREFUSED);
    libc.getsockopt(fd, SOL_SOCKET, SO_ERROR, value);
    expect(value.readInt32LE(0)).to.equal(0);
  });

  it('`shutdown()` ends one direction, and answers ENOTCONN where there is none', () => {
    const [left, right] = scope.socketpair();
    ok(libc.shutdown(left, SHUT_WR));
    expect(libc.recv(right, Buffer.alloc(1), 0, 1, 0)).to.equal(0);
    expect(libc.send(right, Buffer.from('x'), 0, 1, 0)).to.equal(1);
    const fd = scope.keep(libc.socket(AF_INET, TCP, 0));
    expect(libc.shutdown(fd, SHUT_WR)).to.equal(-errno.ENOTCONN);
  });

  it('`recv()` writes from the offset on, no further than the length', () => {
    const [left, right] = scope.socketpair();
    libc.send(left, Buffer.from('abcdef'), 0, 6, 0);
    const buffer = Buffer.alloc(8, '.');
    expect(libc.recv(right, buffer, 2, 3, 0)).to.equal(3);
    expect(buffer.toString()).to.equal('..abc...');
  });

  it('`recv()` hands the flags on, and answers EAGAIN when there is nothing', () => {
    const [left, right] = scope.socketpair();
    const buffer = Buffer.alloc(1);
    libc.send(left, Buffer.from('a'), 0, 1, 0);
    expect(libc.recv(right, buffer, 0, 1, MSG_PEEK)).to.equal(1);
    expect(libc.recv(right, buffer, 0, 1, MSG_DONTWAIT)).to.equal(1);
    expect(libc.recv(right, buffer, 0, 1, 0)).to.equal(-errno.EAGAIN);
  });

  it('`send()` sends from the offset on, no further than the length, pinned or not', () => {
    const [left, right] = scope.socketpair();
    const pinned = Buffer.from('pinned');
    const other = Buffer.from('other');
    libc.pin(pinned);
    for (const buffer of [pinned, other, pinned, pinned, other]) libc.send(left, buffer, 1, 3, 0);
    const received = Buffer.alloc(32);
    expect(libc.recv(right, received, 0, 32, 0)).to.equal(15);
    expect(received.toString('latin1', 0, 15)).to.equal('inntheinninnthe');
  });

  it('`send()` and `sendmsg()` answer EPIPE when the peer is gone; no signal ends the process', () => {
    const [left, right] = scope.socketpair();
    scope.close(right);
    const bytes = Buffer.from('x');
    expect(libc.send(left, bytes, 0, 1, MSG_NOSIGNAL)).to.equal(-errno.EPIPE);
    expect(libc.sendmsg(left, [bytes, bytes], 0, 2, 0, MSG_NOSIGNAL)).to.equal(-errno.EPIPE);
  });

  it('`sendmsg()` sends the buffers asked for, of the first one from the offset on', () => {
    const [left, right] = scope.socketpair();
    const pieces = fc.array(fc.uint8Array({ maxLength: 20 }), { minLength: 1, maxLength: 40 });
    const received = Buffer.alloc(1024);
    fc.assert(
      fc.property(pieces, fc.nat(), fc.nat(), fc.nat(), (buffers, a, b, c) => {
        const first = a % buffers.length;
        const count = 1 + (b % (buffers.length - first));
        const offset = c % (buffers[first]!.length + 1);
        const expected = Buffer.concat(buffers.slice(first, first + count)).subarray(offset);
        expect(libc.sendmsg(left, buffers, first, count, offset, MSG_NOSIGNAL)).to.equal(expected.length);
        const n = expected.length === 0 ? 0 : libc.recv(right, received, 0, received.length, 0);
        expect(received.subarray(0, n)).to.deep.equal(expected);
      }),
    );
  });

  it('`sendmsg()` takes 1024 buffers, and leaves it to the kernel to refuse more', () => {
    const [left, right] = scope.socketpair();
    const buffers = Array.from({ length: 1025 }, () => Buffer.from('x'));
    expect(libc.sendmsg(left, buffers, 0, 1025, 0, MSG_NOSIGNAL)).to.equal(-errno.EMSGSIZE);
    expect(libc.sendmsg(left, buffers, 1, 1024, 0, MSG_NOSIGNAL)).to.equal(1024);
    expect(libc.recv(right, Buffer.alloc(2048), 0, 2048, 0)).to.equal(1024);
  });

  it('answers EFAULT, and touches no memory, for what lies outside a buffer', () => {
    const [left, right] = scope.socketpair();
    const buffer = Buffer.alloc(8);
    libc.send(left, buffer, 0, 8, 0);
    for (const [offset, length] of [
      [0, 9],
      [8, 1],
      [-1, 2],
      [4, -1],
      [NaN, 1],
    ] as const) {
      expect(libc.recv(right, buffer, offset, length, 0), `${offset}, ${length}`).to.equal(-errno.EFAULT);
      expect(libc.send(left, buffer, offset, length, 0), `${offset}, ${length}`).to.equal(-errno.EFAULT);
    }
    expect(libc.sendmsg(left, [buffer], 0, 2, 0, 0)).to.equal(-errno.EFAULT);
    expect(libc.sendmsg(left, [buffer], 1, 1, 0, 0)).to.equal(-errno.EFAULT);
    expect(libc.sendmsg(left, [buffer], 0, 1, 9, 0)).to.equal(-errno.EFAULT);
    expect(libc.recv(right, buffer, 0, 8, 0)).to.equal(8);
  });

  it('answers EFAULT for a buffer whose memory was given away', () => {
    const [left, right] = scope.socketpair();
    const slab = Buffer.alloc(64, 'x');
    libc.pin(slab);
    expect(libc.send(left, slab, 0, 64, 0)).to.equal(64);
    expect(libc.recv(right, slab, 0, 64, 0)).to.equal(64);
    structuredClone(slab.buffer, { transfer: [slab.buffer] });
    expect(libc.send(left, slab, 0, 64, 0)).to.equal(-errno.EFAULT);
    expect(libc.recv(right, slab, 0, 64, 0)).to.equal(-errno.EFAULT);
  });

  it('finds buffers where they are, however small, after garbage was collected', () => {
    const [left, right] = scope.socketpair();
    const sent = Buffer.alloc(4);
    const received = new Uint8Array(4);
    libc.pin(sent);
    libc.pin(received);
    for (let i = 0; i < 5; i += 1) {
      globalThis.gc?.();
      sent.writeInt32LE(i);
      expect(libc.send(left, sent, 0, 4, 0)).to.equal(4);
      expect(libc.recv(right, received, 0, 4, 0)).to.equal(4);
      expect(Buffer.from(received)).to.deep.equal(sent);
    }
  });

  it('gives the errno of the call that has failed, whatever was allocated and collected meanwhile', () => {
    const [, right] = scope.socketpair();
    const wrong: number[] = [];
    const kept: unknown[] = [];
    for (let i = 0; i < 20_000; i += 1) {
      kept[i % 100] = Buffer.alloc(1000);
      const results = [libc.recv(right, Buffer.alloc(8), 0, 8, 0), libc.close(-1)];
      if (results[0] !== -errno.EAGAIN || results[1] !== -errno.EBADF) wrong.push(...results);
    }
    expect(wrong).to.deep.equal([]);
  });
});
