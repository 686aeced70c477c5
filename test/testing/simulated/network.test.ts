import { expect } from 'chai';
import {
  IPPROTO_TCP,
  SOL_SOCKET,
  SO_ERROR,
  SocketAddress,
  TCP_USER_TIMEOUT,
  errno,
} from '../../../src/libc/index.js';
import { type Host, SimulatedKernel, type SimulatedProcess } from '../../../src/testing/index.js';
import { Calls } from './linux-facts/index.js';

const WEB = 0x0a00_0001;
const PORT = 80;

describe('A simulated network', () => {
  let kernel: SimulatedKernel;
  let web: Host;
  let home: Host;
  let serving: SimulatedProcess;
  let server: Calls;
  let client: Calls;
  let listener: number;

  beforeEach(() => {
    kernel = new SimulatedKernel({ latency: { leastMs: 10, mostMs: 30 } });
    web = kernel.addHost('web', '10.0.0.1', '2001:db8::1');
    home = kernel.addHost('home', '10.0.0.2');
    serving = kernel.createProcess({ host: web });
    server = new Calls(serving.libc);
    client = new Calls(kernel.createProcess({ host: home }).libc);
    listener = server.listener(1, new SocketAddress().setIPv4(0, PORT));
  });

  const connect = (host = WEB): number => client.connect(new SocketAddress().setIPv4(host, PORT));
  const errorOf = (fd: number): number => {
    const value = Buffer.alloc(4);
    client.libc.getsockopt(fd, SOL_SOCKET, SO_ERROR, value);
    return value.readInt32LE(0);
  };
  const isConnected = (fd: number): boolean => client.libc.getpeername(fd, new SocketAddress()) === 0;
  /** Lets time pass until something holds; when that was. */
  const when = (holds: () => boolean, withinMs = 2_000_000): number => {
    const end = kernel.now + withinMs;
    while (!holds()) {
      const next = kernel.agenda.next ?? Infinity;
      expect(next).to.be.at.most(end);
      kernel.agenda.advanceTo(next);
    }
    return kernel.now;
  };

  it('takes its time for a handshake, and for bytes, which stay in order', () => {
    const fd = connect();
    expect(isConnected(fd)).to.equal(false);
    expect(when(() => isConnected(fd))).to.be.within(20, 60);
    const accepted = (): number => server.accept(listener);
    let other = -1;
    when(() => (other = accepted()) >= 0);
    for (const text of ['one ', 'two ', 'three']) client.send(fd, text);
    expect(server.recv(other)).to.equal(-errno.EAGAIN);
    const text = Buffer.alloc(100);
    let length = 0;
    when(() => {
      length += Math.max(0, server.libc.recv(other, text, length, 100 - length, 0));
      return length === 13;
    });
    expect(text.toString('latin1', 0, 13)).to.equal('one two three');
  });

  it('takes no time inside a host', () => {
    const fd = server.connect(new SocketAddress().setIPv4(WEB, PORT));
    expect(server.libc.getpeername(fd, new SocketAddress())).to.equal(0);
    expect(kernel.now).to.equal(0);
  });

  it('shows each side the other’s address', () => {
    const fd = connect();
    when(() => isConnected(fd));
    const peer = new SocketAddress();
    when(() => server.libc.accept4(listener, peer, 0) >= 0);
    expect([peer.ipv4, peer.port]).to.deep.equal([0x0a00_0002, client.nameOf(fd).port]);
  });

  it('refuses where nobody listens, after a round trip', () => {
    server.close(listener);
    const fd = connect();
    let error = 0;
    expect(when(() => (error = errorOf(fd)) !== 0)).to.be.within(20, 60);
    expect(error).to.equal(errno.ECONNREFUSED);
  });

  it('lets an attempt time out after 127 s where nobody is, or who is there is silent', () => {
    for (const host of [0x0a00_0009, WEB]) {
      if (host === WEB) kernel.network.silence(web);
      const begun = kernel.now;
      const fd = connect(host);
      let error = 0;
      expect(when(() => (error = errorOf(fd)) !== 0) - begun).to.be.within(127_000, 127_030);
      expect(error).to.equal(errno.ETIMEDOUT);
    }
  });

  it('has no way to a family that a host has no address of', () => {
    const address = new SocketAddress().setIPv6(Buffer.from('20010db8000000000000000000000001', 'hex'), PORT);
    expect(client.libc.connect(client.socket(10), address)).to.equal(-errno.ENETUNREACH);
  });

  it('sends again what was lost, once the way is whole', () => {
    const fd = connect();
    let other = -1;
    when(() => isConnected(fd));
    when(() => (other = server.accept(listener)) >= 0);
    kernel.network.part(web, home);
    client.send(fd, 'lost at first');
    kernel.agenda.advanceTo(kernel.now + 5000);
    expect(server.recv(other)).to.equal(-errno.EAGAIN);
    kernel.network.heal();
    let received = 0;
    when(() => (received = server.recv(other)) > 0, 20_000);
    expect(received).to.equal(13);
  });

  it('gives a connection up that gets nothing through: after 924.6 s, or TCP_USER_TIMEOUT', () => {
    for (const userTimeout of [0, 7000]) {
      const fd = connect();
      when(() => isConnected(fd) && server.accept(listener) >= 0);
      client.setOption(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, userTimeout);
      kernel.network.silence(web);
      client.send(fd, 'into the void');
      const begun = kernel.now;
      let error = 0;
      const took = when(() => (error = errorOf(fd)) !== 0) - begun;
      expect(took).to.be.within(userTimeout || 924_600, (userTimeout || 924_600) + 30);
      expect(error).to.equal(errno.ETIMEDOUT);
      kernel.network.heal();
    }
  });

  it('lets clients wait while the queue is full, and come in when there is room', () => {
    const fds = [connect(), connect(), connect()];
    kernel.agenda.advanceTo(500);
    // All three have been answered; but with a backlog of 1 two may wait, and the last step of the third's handshake is thrown away.
    const accept = (): number => server.accept(listener);
    expect([accept(), accept(), accept()].filter((fd) => fd >= 0)).to.have.length(2);
    expect(fds.every(isConnected)).to.equal(true);
    when(() => accept() >= 0, 5000);
  });

  it('tells the others when a process is killed: ends, and resets where something was unread', () => {
    const [one, other] = [connect(), connect()];
    when(() => isConnected(one) && isConnected(other));
    when(() => server.accept(listener) >= 0);
    when(() => server.accept(listener) >= 0);
    client.send(other, 'never read');
    kernel.agenda.advanceTo(kernel.now + 100);
    serving.kill();
    expect(serving.openDescriptors).to.deep.equal([]);
    kernel.agenda.advanceTo(kernel.now + 100);
    expect([client.recv(one), client.recv(other)].sort()).to.deep.equal([-errno.ECONNRESET, 0].sort());
  });

  it('never takes more than the buffers hold', () => {
    kernel.network.buffers = { sendBytes: 10_000, receiveBytes: 8000 };
    const fd = server.listener(1, new SocketAddress().setIPv4(0, 81));
    const sender = client.connect(new SocketAddress().setIPv4(WEB, 81));
    let receiver = -1;
    when(() => (receiver = server.accept(fd)) >= 0);
    const bytes = Buffer.alloc(100_000, 'abcdefg');
    let sent = 0;
    const push = (): void => {
      const n = client.libc.send(sender, bytes, sent, bytes.length - sent, 0);
      if (n > 0) sent += n;
    };
    for (let i = 0; i < 20; i += 1) {
      push();
      kernel.agenda.advanceTo(kernel.now + 100);
    }
    // What the one buffer holds, and the half of the other that is for bytes.
    expect(sent).to.equal(14_000);
    const got = Buffer.alloc(bytes.length);
    let received = 0;
    when(() => {
      push();
      received += Math.max(0, server.libc.recv(receiver, got, received, got.length - received, 0));
      return received === bytes.length;
    });
    expect(got.equals(bytes)).to.equal(true);
  });

  it('has each address once', () => {
    expect(() => kernel.addHost('copy', '10.0.0.1')).to.throw(RangeError, 'taken');
    expect(() => kernel.addHost('loop', '127.0.0.5')).to.throw(RangeError, 'taken');
    expect(() => kernel.addHost('nonsense', 'web')).to.throw(RangeError, 'not an IP address');
  });
});
