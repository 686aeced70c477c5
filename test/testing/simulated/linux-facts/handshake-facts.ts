import {
  AF_INET,
  AF_INET6,
  F_GETFD,
  F_GETFL,
  SHUT_RDWR,
  SHUT_WR,
  SOL_SOCKET,
  SO_ACCEPTCONN,
  SocketAddress,
} from '../../../../src/libc/index.js';
import type { Calls } from './calls.js';
import type { LinuxFact } from './linux-fact.js';

const localhost = (port = 0): SocketAddress => new SocketAddress().setIPv4(0x7f00_0001, port);

/** A place where nobody listens. */
function deserted(calls: Calls): SocketAddress {
  const listener = calls.listener();
  const address = calls.nameOf(listener);
  calls.close(listener);
  return address;
}

/** How connections begin, and how that fails. */
export const handshakeFacts: readonly LinuxFact[] = [
  {
    name: 'a fresh socket',
    needsIPv6: true,
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
];
