import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  EFD_CLOEXEC,
  EFD_NONBLOCK,
  EPOLLIN,
  EPOLLOUT,
  EPOLLRDHUP,
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLL_CTL_MOD,
  EpollEventArray,
  F_DUPFD_CLOEXEC,
  F_GETFD,
  F_GETFL,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPV6_V6ONLY,
  type Libc,
  MSG_NOSIGNAL,
  MSG_PEEK,
  O_CLOEXEC,
  O_NONBLOCK,
  SHUT_RD,
  SHUT_RDWR,
  SHUT_WR,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
  SO_ACCEPTCONN,
  SO_ERROR,
  SO_KEEPALIVE,
  SO_LINGER,
  SO_RCVBUF,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SO_TYPE,
  SocketAddress,
  TCP_INFO,
  TCP_NODELAY,
} from '../../../src/libc/index.js';

const STREAM = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
const POLLFD_BYTES = 8;

/** Plain system calls, short to write. What they answer is not looked at here: it is recorded, and compared. */
export class Calls {
  readonly libc: Libc;
  readonly #open: number[] = [];

  constructor(libc: Libc) {
    this.libc = libc;
  }

  own(fd: number): number {
    if (fd >= 0) this.#open.push(fd);
    return fd;
  }

  socket(family = AF_INET): number {
    return this.own(this.libc.socket(family, STREAM, 0));
  }

  /** A listening socket on 127.0.0.1, or where it is said. */
  listener(backlog = 8, address = new SocketAddress().setIPv4(0x7f00_0001, 0)): number {
    const fd = this.socket(address.family);
    this.libc.bind(fd, address);
    this.libc.listen(fd, backlog);
    return fd;
  }

  nameOf(fd: number): SocketAddress {
    const address = new SocketAddress();
    this.libc.getsockname(fd, address);
    return address;
  }

  peerOf(fd: number): void {
    this.libc.getpeername(fd, new SocketAddress());
  }

  connect(to: SocketAddress, family = AF_INET): number {
    const fd = this.socket(family);
    this.libc.connect(fd, to);
    return fd;
  }

  accept(listener: number): number {
    return this.own(this.libc.accept4(listener, new SocketAddress(), SOCK_NONBLOCK | SOCK_CLOEXEC));
  }

  /** A connection: the client's end and the server's. */
  pair(): readonly [number, number] {
    const listener = this.listener();
    const client = this.connect(this.nameOf(listener));
    const server = this.accept(listener);
    this.close(listener);
    return [client, server];
  }

  unixPair(): readonly [number, number] {
    const pair = new Int32Array(2);
    this.libc.socketpair(AF_UNIX, STREAM, 0, pair);
    return [this.own(pair[0] ?? -1), this.own(pair[1] ?? -1)];
  }

  pipe(): readonly [number, number] {
    const pair = new Int32Array(2);
    this.libc.pipe2(pair, O_NONBLOCK | O_CLOEXEC);
    return [this.own(pair[0] ?? -1), this.own(pair[1] ?? -1)];
  }

  send(fd: number, text: string): number {
    return this.libc.send(fd, Buffer.from(text), 0, text.length, MSG_NOSIGNAL);
  }

  recv(fd: number, length = 100, flags = 0): number {
    return this.libc.recv(fd, Buffer.alloc(length), 0, length, flags);
  }

  /** What each descriptor is ready for. */
  poll(...fds: number[]): void {
    for (const fd of fds) {
      const record = Buffer.alloc(POLLFD_BYTES);
      record.writeInt32LE(fd, 0);
      record.writeInt16LE(EPOLLIN | EPOLLOUT | EPOLLRDHUP, 4);
      this.libc.poll(record, 1, 0);
    }
  }

  option(fd: number, level: number, name: number, bytes = 4): void {
    this.libc.getsockopt(fd, level, name, Buffer.alloc(bytes));
  }

  setOption(fd: number, level: number, name: number, ...values: number[]): void {
    this.libc.setsockopt(fd, level, name, Buffer.from(Int32Array.from(values).buffer));
  }

  error(fd: number): void {
    this.option(fd, SOL_SOCKET, SO_ERROR);
  }

  state(fd: number): void {
    this.option(fd, IPPROTO_TCP, TCP_INFO, 128);
  }

  /** Everything that a socket can be asked. */
  look(...fds: number[]): void {
    this.poll(...fds);
    for (const fd of fds) {
      this.state(fd);
      this.peerOf(fd);
      this.nameOf(fd);
    }
  }

  close(fd: number): void {
    this.#open.splice(this.#open.indexOf(fd), 1);
    this.libc.close(fd);
  }

  reset(fd: number): void {
    this.setOption(fd, SOL_SOCKET, SO_LINGER, 1, 0);
    this.close(fd);
  }

  closeAll(): void {
    for (const fd of this.#open.splice(0)) this.libc.close(fd);
  }
}

export interface LinuxFact {
  readonly name: string;
  readonly run: (calls: Calls) => void;
}

const localhost = (port = 0): SocketAddress => new SocketAddress().setIPv4(0x7f00_0001, port);
const ipv6 = (last: number, port = 0): SocketAddress => {
  const bytes = new Uint8Array(16);
  bytes[15] = last;
  return new SocketAddress().setIPv6(bytes, port);
};
/** A place where nobody listens. */
function deserted(calls: Calls): SocketAddress {
  const listener = calls.listener();
  const address = calls.nameOf(listener);
  calls.close(listener);
  return address;
}

/** What the simulated kernel rests on: each is done on Linux and on the simulated kernel, and has to come out the same. */
export const linuxFacts: readonly LinuxFact[] = [
  {
    name: 'a fresh socket',
    run: (calls) => {
      for (const family of [AF_INET, AF_INET6]) {
        const fd = calls.socket(family);
        calls.look(fd);
        calls.recv(fd);
        calls.send(fd, 'x');
        calls.libc.shutdown(fd, SHUT_RDWR);
        calls.accept(fd);
        calls.error(fd);
        calls.look(fd);
      }
    },
  },
  {
    name: 'a handshake, and what both sides are told',
    run: (calls) => {
      const listener = calls.listener();
      calls.poll(listener);
      calls.accept(listener);
      const client = calls.connect(calls.nameOf(listener));
      calls.look(client);
      calls.poll(listener);
      calls.libc.connect(client, calls.nameOf(listener));
      calls.libc.connect(client, calls.nameOf(listener));
      const server = calls.accept(listener);
      calls.look(client, server, listener);
      calls.libc.connect(server, calls.nameOf(listener));
      calls.libc.fcntl(server, F_GETFL, 0);
      calls.libc.fcntl(server, F_GETFD, 0);
      calls.accept(listener);
    },
  },
  {
    name: 'a listener can’t be anything else',
    run: (calls) => {
      const listener = calls.listener();
      calls.recv(listener);
      calls.send(listener, 'x');
      calls.peerOf(listener);
      calls.libc.connect(listener, localhost(1));
      calls.libc.listen(listener, 3);
      calls.option(listener, SOL_SOCKET, SO_ACCEPTCONN);
      const [client] = calls.pair();
      calls.libc.listen(client, 3);
      calls.libc.bind(client, localhost());
      calls.option(client, SOL_SOCKET, SO_ACCEPTCONN);
    },
  },
  {
    name: 'a refused connection, and another attempt with the same socket',
    run: (calls) => {
      const nowhere = deserted(calls);
      const fd = calls.connect(nowhere);
      calls.look(fd);
      calls.recv(fd);
      calls.recv(fd);
      calls.send(fd, 'x');
      for (let again = 0; again < 4; again += 1) calls.libc.connect(fd, nowhere);
      calls.look(fd);
      const other = calls.connect(nowhere);
      calls.error(other);
      calls.error(other);
      calls.look(other);
      for (let again = 0; again < 4; again += 1) calls.libc.connect(other, nowhere);
    },
  },
  {
    name: 'a full queue: who comes too much isn’t answered',
    run: (calls) => {
      const listener = calls.listener(1);
      const address = calls.nameOf(listener);
      const clients = [1, 2, 3, 4].map(() => calls.connect(address));
      calls.look(...clients);
      const late = clients[3] ?? -1;
      calls.libc.connect(late, address);
      calls.recv(late);
      calls.send(late, 'x');
      calls.libc.shutdown(late, SHUT_WR);
      calls.poll(late);
      calls.recv(late);
      calls.close(listener);
      calls.look(...clients);
      calls.recv(clients[0] ?? -1);
    },
  },
  {
    name: 'the end of one side, then of the other',
    run: (calls) => {
      const [client, server] = calls.pair();
      calls.send(client, 'last words');
      calls.libc.shutdown(client, SHUT_WR);
      calls.look(client, server);
      calls.send(client, 'x');
      calls.libc.shutdown(client, SHUT_WR);
      calls.recv(server, 4);
      calls.recv(server, 100, MSG_PEEK);
      calls.recv(server);
      calls.recv(server);
      calls.send(server, 'answer');
      calls.look(client);
      calls.libc.shutdown(server, SHUT_WR);
      calls.look(client, server);
      calls.recv(client);
      calls.recv(client);
      calls.libc.shutdown(client, SHUT_RDWR);
      calls.send(server, 'x');
      calls.error(server);
    },
  },
  {
    name: 'a close, seen from the other side',
    run: (calls) => {
      const [client, server] = calls.pair();
      calls.close(server);
      calls.look(client);
      calls.send(client, 'a');
      calls.look(client);
      calls.send(client, 'b');
      calls.recv(client);
      calls.error(client);
      calls.poll(client);
      calls.libc.shutdown(client, SHUT_WR);
    },
  },
  {
    name: 'the error after a FIN and a reset is told by SO_ERROR, once',
    run: (calls) => {
      const [client, server] = calls.pair();
      calls.close(server);
      calls.send(client, 'a');
      calls.error(client);
      calls.error(client);
      calls.poll(client);
      calls.send(client, 'b');
      calls.recv(client);
    },
  },
  {
    name: 'a close with something unread is a reset; what has come can still be read',
    run: (calls) => {
      const [client, server] = calls.pair();
      calls.send(server, 'from the server');
      calls.send(client, 'unread');
      calls.close(server);
      calls.look(client);
      calls.recv(client, 4);
      calls.recv(client);
      calls.recv(client);
      calls.recv(client);
      calls.send(client, 'x');
      calls.look(client);
    },
  },
  {
    name: 'a reset by SO_LINGER, told by send first',
    run: (calls) => {
      const [client, server] = calls.pair();
      calls.reset(server);
      calls.send(client, 'a');
      calls.send(client, 'b');
      calls.recv(client);
      calls.look(client);
    },
  },
  {
    name: 'a reset after a FIN',
    run: (calls) => {
      const [client, server] = calls.pair();
      calls.send(server, 'from the server');
      calls.libc.shutdown(server, SHUT_WR);
      calls.send(client, 'unread');
      calls.close(server);
      calls.look(client);
      calls.recv(client);
      calls.recv(client);
      calls.error(client);
      calls.send(client, 'x');
    },
  },
  {
    name: 'data for a side that has shut down reading',
    run: (calls) => {
      const [client, server] = calls.pair();
      calls.libc.shutdown(client, SHUT_RD);
      calls.look(client, server);
      calls.send(server, 'still taken');
      calls.recv(client);
      calls.recv(client);
      calls.libc.shutdown(client, SHUT_RDWR);
      calls.look(client, server);
      calls.send(server, 'refused');
      calls.look(client, server);
    },
  },
  {
    name: 'a client that is reset before it was accepted',
    run: (calls) => {
      const listener = calls.listener();
      const client = calls.connect(calls.nameOf(listener));
      calls.send(client, 'hello');
      calls.reset(client);
      calls.poll(listener);
      const server = calls.accept(listener);
      calls.look(server);
      calls.recv(server);
      calls.recv(server);
      calls.recv(server);
    },
  },
  {
    name: 'a client that ends before it was accepted',
    run: (calls) => {
      const listener = calls.listener();
      const client = calls.connect(calls.nameOf(listener));
      calls.send(client, 'hello');
      calls.close(client);
      const server = calls.accept(listener);
      calls.look(server);
      calls.recv(server);
      calls.recv(server);
      calls.send(server, 'x');
      calls.send(server, 'x');
      calls.look(server);
    },
  },
  {
    name: 'two sockets and one port',
    run: (calls) => {
      const { libc } = calls;
      const taken = calls.nameOf(calls.listener());
      for (const options of [[], [SO_REUSEADDR], [SO_REUSEPORT]]) {
        const fd = calls.socket();
        for (const name of options) calls.setOption(fd, SOL_SOCKET, name, 1);
        libc.bind(fd, taken);
        libc.bind(fd, new SocketAddress().setIPv4(0, taken.port));
        libc.bind(fd, new SocketAddress().setIPv4(0x7f00_0002, taken.port));
        libc.bind(fd, new SocketAddress().setIPv4(0x7f00_0003, taken.port));
      }
      const both = [calls.socket(), calls.socket()];
      for (const fd of both) {
        calls.setOption(fd, SOL_SOCKET, SO_REUSEADDR, 1);
        libc.bind(fd, localhost(0));
      }
      const third = calls.socket();
      calls.setOption(third, SOL_SOCKET, SO_REUSEADDR, 1);
      libc.bind(third, calls.nameOf(both[0] ?? -1));
      libc.listen(third, 1);
      libc.listen(both[0] ?? -1, 1);
      const shared = [calls.socket(), calls.socket()];
      calls.setOption(shared[0] ?? -1, SOL_SOCKET, SO_REUSEPORT, 1);
      calls.setOption(shared[1] ?? -1, SOL_SOCKET, SO_REUSEPORT, 1);
      libc.bind(shared[0] ?? -1, localhost());
      libc.listen(shared[0] ?? -1, 1);
      libc.bind(shared[1] ?? -1, calls.nameOf(shared[0] ?? -1));
      libc.listen(shared[1] ?? -1, 1);
    },
  },
  {
    name: 'a port whose connection is over',
    run: (calls) => {
      for (const reuse of [0, 1]) {
        const listener = calls.socket();
        calls.setOption(listener, SOL_SOCKET, SO_REUSEADDR, reuse);
        calls.libc.bind(listener, localhost());
        calls.libc.listen(listener, 1);
        const address = calls.nameOf(listener);
        const client = calls.connect(address);
        const server = calls.accept(listener);
        calls.close(server);
        calls.recv(client);
        calls.close(client);
        calls.close(listener);
        const again = calls.socket();
        calls.setOption(again, SOL_SOCKET, SO_REUSEADDR, reuse);
        calls.libc.bind(again, address);
      }
    },
  },
  {
    name: 'addresses that aren’t this machine’s, or of another family',
    run: (calls) => {
      const fd = calls.socket();
      calls.libc.bind(fd, new SocketAddress().setIPv4(0xc000_0201, 0));
      calls.libc.bind(fd, ipv6(1));
      calls.libc.connect(fd, ipv6(1, 1));
      const six = calls.socket(AF_INET6);
      calls.libc.bind(six, localhost());
      calls.libc.bind(six, localhost());
      calls.setOption(six, IPPROTO_IPV6, IPV6_V6ONLY, 1);
      calls.libc.bind(six, ipv6(1));
      calls.setOption(six, IPPROTO_IPV6, IPV6_V6ONLY, 0);
      calls.libc.bind(six, ipv6(1));
      calls.nameOf(six);
    },
  },
  {
    name: 'IPv4 clients on `::`',
    run: (calls) => {
      const listener = calls.socket(AF_INET6);
      calls.libc.bind(listener, ipv6(0));
      calls.libc.listen(listener, 8);
      const { port } = calls.nameOf(listener);
      const clients = [calls.connect(localhost(port)), calls.connect(ipv6(1, port), AF_INET6)];
      for (const client of clients) {
        const server = calls.accept(listener);
        calls.look(client, server);
      }
      const other = calls.socket();
      calls.libc.bind(other, localhost(port));
      const only = calls.socket(AF_INET6);
      calls.setOption(only, IPPROTO_IPV6, IPV6_V6ONLY, 1);
      calls.libc.bind(only, ipv6(0));
      calls.libc.listen(only, 8);
      const refused = calls.connect(localhost(calls.nameOf(only).port));
      calls.error(refused);
    },
  },
  {
    name: 'options: what there is, what there isn’t, and what is too short',
    run: (calls) => {
      const [fd] = calls.pair();
      const [unix] = calls.unixPair();
      for (const name of [SO_TYPE, SO_KEEPALIVE, SO_REUSEADDR, SO_REUSEPORT, SO_ACCEPTCONN, 9999]) {
        calls.option(fd, SOL_SOCKET, name);
        calls.option(unix, SOL_SOCKET, name);
      }
      for (const name of [1, 3, 4, 5, 6, 18, 9999]) calls.option(fd, IPPROTO_TCP, name);
      calls.option(fd, IPPROTO_IPV6, IPV6_V6ONLY);
      calls.option(unix, IPPROTO_TCP, TCP_NODELAY);
      calls.setOption(fd, IPPROTO_TCP, TCP_NODELAY, 5);
      calls.option(fd, IPPROTO_TCP, TCP_NODELAY);
      calls.libc.setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, Buffer.alloc(2));
      calls.libc.setsockopt(fd, SOL_SOCKET, SO_LINGER, Buffer.alloc(4));
      calls.setOption(fd, IPPROTO_TCP, 4, 0);
      calls.setOption(fd, IPPROTO_TCP, 4, 40_000);
      calls.setOption(fd, IPPROTO_TCP, 18, -1);
      calls.setOption(fd, IPPROTO_TCP, 9999, 1);
      calls.setOption(fd, SOL_SOCKET, SO_TYPE, 1);
      calls.setOption(fd, SOL_SOCKET, SO_RCVBUF, 20_000);
      calls.option(fd, SOL_SOCKET, SO_LINGER, 8);
      calls.setOption(fd, SOL_SOCKET, SO_LINGER, 1, 7);
      calls.option(fd, SOL_SOCKET, SO_LINGER, 8);
    },
  },
  {
    name: 'what isn’t open, and what isn’t a socket',
    run: (calls) => {
      const { libc } = calls;
      const fd = calls.own(libc.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
      const gone = libc.eventfd(0, EFD_CLOEXEC);
      libc.close(gone);
      for (const number of [fd, gone]) {
        calls.recv(number);
        calls.send(number, 'x');
        calls.error(number);
        calls.accept(number);
        calls.nameOf(number);
        libc.listen(number, 1);
        libc.connect(number, localhost(1));
        libc.shutdown(number, SHUT_WR);
        libc.epoll_ctl(number, EPOLL_CTL_ADD, fd, EPOLLIN, 0, 0);
        libc.fcntl(number, F_GETFD, 0);
      }
      libc.close(gone);
    },
  },
  {
    name: 'both ends of a pair of UNIX sockets',
    run: (calls) => {
      const [one, two] = calls.unixPair();
      calls.poll(one, two);
      calls.nameOf(one);
      calls.peerOf(one);
      calls.send(one, 'hello');
      calls.poll(two);
      calls.recv(two, 3);
      calls.libc.shutdown(one, SHUT_WR);
      calls.poll(one, two);
      calls.recv(two);
      calls.recv(two);
      calls.send(one, 'x');
      calls.send(two, 'unread');
      calls.close(one);
      calls.poll(two);
      calls.send(two, 'x');
      calls.recv(two);
      calls.poll(two);
      calls.recv(two);
      calls.peerOf(two);
    },
  },
  {
    name: 'a UNIX socket that doesn’t read any more',
    run: (calls) => {
      const [one, two] = calls.unixPair();
      calls.libc.shutdown(two, SHUT_RD);
      calls.poll(one, two);
      calls.send(one, 'x');
      calls.send(two, 'y');
      calls.close(two);
      calls.poll(one);
      calls.recv(one);
      calls.recv(one);
    },
  },
  {
    name: 'pipes',
    run: (calls) => {
      const { libc } = calls;
      const [reading, writing] = calls.pipe();
      const bytes = Buffer.from('through a pipe');
      calls.poll(reading, writing);
      libc.read(reading, Buffer.alloc(4), 0, 4);
      libc.write(writing, bytes, 0, bytes.length);
      calls.poll(reading);
      libc.read(reading, Buffer.alloc(7), 0, 7);
      libc.write(reading, bytes, 0, 1);
      libc.read(writing, Buffer.alloc(1), 0, 1);
      calls.close(writing);
      calls.poll(reading);
      libc.read(reading, Buffer.alloc(50), 0, 50);
      libc.read(reading, Buffer.alloc(50), 0, 50);
      calls.poll(reading);
      const [other, broken] = calls.pipe();
      calls.close(other);
      calls.poll(broken);
      libc.write(broken, bytes, 0, 1);
    },
  },
  {
    name: 'an eventfd',
    run: (calls) => {
      const { libc } = calls;
      const fd = calls.own(libc.eventfd(2, EFD_CLOEXEC | EFD_NONBLOCK));
      const eight = Buffer.alloc(8);
      calls.poll(fd);
      libc.read(fd, eight, 0, 4);
      libc.read(fd, eight, 0, 8);
      libc.read(fd, eight, 0, 8);
      calls.poll(fd);
      eight.writeBigUInt64LE(5n);
      libc.write(fd, eight, 0, 8);
      libc.write(fd, eight, 0, 7);
      libc.write(fd, eight, 0, 8);
      eight.fill(0xff);
      libc.write(fd, eight, 0, 8);
      eight.writeBigUInt64LE(0xffff_ffff_ffff_fff0n);
      libc.write(fd, eight, 0, 8);
      libc.read(fd, eight, 0, 8);
    },
  },
  {
    name: 'an epoll set and who is in it',
    run: (calls) => {
      const { libc } = calls;
      const set = calls.own(libc.epoll_create1(EPOLL_CLOEXEC));
      const events = new EpollEventArray(8);
      const wait = (): number => libc.epoll_wait(set, events, 8, 0);
      const [client, server] = calls.pair();
      libc.epoll_ctl(set, EPOLL_CTL_MOD, client, EPOLLIN, 1, 1);
      libc.epoll_ctl(set, EPOLL_CTL_DEL, client, 0, 0, 0);
      libc.epoll_ctl(set, EPOLL_CTL_ADD, client, EPOLLIN, 1, 2);
      libc.epoll_ctl(set, EPOLL_CTL_ADD, client, EPOLLIN, 1, 3);
      libc.epoll_ctl(set, EPOLL_CTL_ADD, set, EPOLLIN, 1, 3);
      libc.epoll_ctl(client, EPOLL_CTL_ADD, server, EPOLLIN, 1, 3);
      libc.epoll_ctl(set, 99, client, EPOLLIN, 1, 3);
      wait();
      calls.send(server, 'x');
      wait();
      wait();
      libc.epoll_ctl(set, EPOLL_CTL_MOD, client, EPOLLIN | EPOLLOUT | EPOLLRDHUP, 7, 8);
      wait();
      libc.epoll_ctl(set, EPOLL_CTL_MOD, client, 0, 7, 8);
      wait();
      calls.close(server);
      wait();
      libc.epoll_ctl(set, EPOLL_CTL_MOD, client, EPOLLRDHUP, 9, 10);
      wait();
      calls.send(client, 'into the void');
      wait();
      calls.close(client);
      wait();
    },
  },
  {
    name: 'an epoll set holds files, not numbers: a duplicate keeps an entry alive',
    run: (calls) => {
      const { libc } = calls;
      const set = calls.own(libc.epoll_create1(EPOLL_CLOEXEC));
      const events = new EpollEventArray(8);
      const [client, server] = calls.pair();
      const copy = calls.own(libc.fcntl(client, F_DUPFD_CLOEXEC, 0));
      libc.epoll_ctl(set, EPOLL_CTL_ADD, client, EPOLLIN, 1, 1);
      libc.epoll_ctl(set, EPOLL_CTL_ADD, copy, EPOLLIN | EPOLLRDHUP, 2, 2);
      calls.send(server, 'x');
      libc.epoll_wait(set, events, 8, 0);
      calls.close(client);
      libc.epoll_wait(set, events, 8, 0);
      libc.epoll_ctl(set, EPOLL_CTL_DEL, client, 0, 0, 0);
      calls.close(copy);
      libc.epoll_wait(set, events, 8, 0);
    },
  },
  {
    name: 'an epoll set in another one, and files that it doesn’t take',
    run: (calls) => {
      const { libc } = calls;
      const inner = calls.own(libc.epoll_create1(EPOLL_CLOEXEC));
      const outer = calls.own(libc.epoll_create1(EPOLL_CLOEXEC));
      const events = new EpollEventArray(8);
      const fd = calls.own(libc.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
      libc.epoll_ctl(inner, EPOLL_CTL_ADD, fd, EPOLLIN, 1, 1);
      libc.epoll_ctl(outer, EPOLL_CTL_ADD, inner, EPOLLIN, 2, 2);
      libc.epoll_wait(outer, events, 8, 0);
      libc.write(fd, Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]), 0, 8);
      calls.poll(inner);
      libc.epoll_wait(outer, events, 8, 0);
      libc.epoll_wait(inner, events, 8, 0);
      for (const path of ['/proc/self/exe', '/dev/null', '/no/such/file']) {
        const file = calls.own(libc.open(path, O_CLOEXEC, 0));
        libc.epoll_ctl(inner, EPOLL_CTL_ADD, file, EPOLLIN, 3, 3);
      }
      libc.epoll_wait(fd, events, 8, 0);
    },
  },
];
