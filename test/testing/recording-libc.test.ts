import { expect } from 'chai';
import {
  AF_UNIX,
  EPOLLIN,
  EPOLL_CTL_ADD,
  EpollEventArray,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SocketAddress,
  errno,
  getDriver,
} from '../../src/libc/index.js';
import { FaultyLibc, RecordingLibc } from '../../src/testing/index.js';
import { DescriptorScope } from '../libc/descriptor-scope.js';

describe('RecordingLibc', () => {
  const real = getDriver().libc;
  const scope = new DescriptorScope(real);
  let libc: RecordingLibc;
  beforeEach(() => (libc = new RecordingLibc(real)));
  afterEach(() => scope.closeAll());

  function pair(): readonly [number, number] {
    const fds = new Int32Array(2);
    libc.socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds);
    return [scope.keep(fds[0] ?? -1), scope.keep(fds[1] ?? -1)];
  }

  it('writes calls down in their order, with numbers and answers', () => {
    const [one, two] = pair();
    libc.shutdown(one, 1);
    libc.shutdown(-1, 1);
    expect(libc.log).to.deep.equal([
      { call: 'socketpair', result: 0, numbers: [AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0], pair: [one, two] },
      { call: 'shutdown', result: 0, numbers: [one, 1] },
      { call: 'shutdown', result: -errno.EBADF, numbers: [-1, 1] },
    ]);
  });

  it('keeps copies of the bytes that go in and come out', () => {
    const [one, two] = pair();
    const bytes = Buffer.from('xhello');
    libc.clear();
    libc.send(one, bytes, 1, 5, 0);
    libc.sendmsg(one, [Buffer.from('unused'), Buffer.from('ab'), Buffer.from('cd')], 1, 2, 1, 0);
    const target = Buffer.alloc(10);
    libc.recv(two, target, 2, 8, 0);
    libc.recv(two, target, 0, 8, 0);
    bytes.fill(0);
    target.fill(0);
    const [send, sendmsg, recv, nothing] = libc.log;
    expect([send?.given?.toString(), send?.numbers]).to.deep.equal(['hello', [one, 1, 5, 0]]);
    expect([sendmsg?.given?.toString(), sendmsg?.result]).to.deep.equal(['bcd', 3]);
    expect([recv?.filled?.toString(), recv?.result]).to.deep.equal(['hellobcd', 8]);
    expect([nothing?.filled, nothing?.result]).to.deep.equal([undefined, -errno.EAGAIN]);
  });

  it('keeps addresses, options, paths and events', () => {
    const fd = scope.keep(libc.socket(2, SOCK_STREAM, 0));
    libc.bind(fd, new SocketAddress().setIPv4(0x7f00_0001, 0));
    libc.getsockname(fd, new SocketAddress());
    libc.setsockopt(fd, 1, 2, Buffer.from([1, 0, 0, 0]));
    libc.getsockopt(fd, 1, 2, Buffer.alloc(8));
    libc.open('/no/such/file', 0, 0);
    const set = scope.keep(libc.epoll_create1(0));
    const ready = scope.keep(libc.eventfd(1, 0));
    libc.epoll_ctl(set, EPOLL_CTL_ADD, ready, EPOLLIN, 7, 8);
    libc.epoll_wait(set, new EpollEventArray(4), 4, 0);
    const [, bind, name, set_, get, open] = libc.log;
    expect([bind?.address?.readUInt32BE(4), bind?.address?.length]).to.deep.equal([0x7f00_0001, 16]);
    expect(name?.address?.readUInt16BE(2)).to.be.above(0);
    expect(set_?.given?.toString('hex')).to.equal('01000000');
    expect([get?.filled?.toString('hex'), get?.result]).to.deep.equal(['01000000', 4]);
    expect([open?.path, open?.result]).to.deep.equal(['/no/such/file', -errno.ENOENT]);
    expect(libc.log.at(-1)?.events).to.deep.equal([{ events: EPOLLIN, low: 7, high: 8 }]);
  });

  it('keeps no more than its limit, and counts the rest', () => {
    const short = new RecordingLibc(real, { limit: 2 });
    for (let i = 0; i < 5; i += 1) short.dup(-1);
    expect([short.log.length, short.dropped]).to.deep.equal([2, 3]);
    short.clear();
    expect([short.log.length, short.dropped]).to.deep.equal([0, 0]);
  });

  it('sees beneath a FaultyLibc what is really made', () => {
    const faulty = new FaultyLibc(libc);
    faulty.fail('dup', { errno: 'EMFILE' }).fail('close', { errno: 'EIO' });
    faulty.dup(-1);
    faulty.dup(-1);
    faulty.close(-1);
    expect(libc.log.map(({ call, result }) => [call, result])).to.deep.equal([
      ['dup', -errno.EBADF],
      ['close', -errno.EBADF],
    ]);
    expect([libc.name, libc.descriptors]).to.deep.equal([`recorded ${real.name}`, real.descriptors]);
  });
});
