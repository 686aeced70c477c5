import {
  AF_INET6,
  EFD_CLOEXEC,
  EFD_NONBLOCK,
  EPOLLIN,
  EPOLL_CTL_ADD,
  F_GETFD,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPV6_V6ONLY,
  SHUT_WR,
  SOL_SOCKET,
  SO_ACCEPTCONN,
  SO_KEEPALIVE,
  SO_LINGER,
  SO_RCVBUF,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SO_TYPE,
  SocketAddress,
  TCP_NODELAY,
} from '../../../../src/libc/index.js';
import type { LinuxFact } from './linux-fact.js';

const localhost = (port = 0): SocketAddress => new SocketAddress().setIPv4(0x7f00_0001, port);

const ipv6 = (last: number, port = 0): SocketAddress => {
  const bytes = new Uint8Array(16);
  bytes[15] = last;
  return new SocketAddress().setIPv6(bytes, port);
};

/** Addresses, ports and options. */
export const addressFacts: readonly LinuxFact[] = [
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
    needsIPv6: true,
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
    needsIPv6: true,
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
];
