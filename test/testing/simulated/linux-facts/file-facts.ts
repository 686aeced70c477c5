import {
  AF_UNIX,
  SOL_SOCKET,
  SO_ACCEPTCONN,
  SocketAddress,
  EFD_CLOEXEC,
  EFD_NONBLOCK,
  SHUT_RD,
  SHUT_WR,
} from '../../../../src/libc/index.js';
import type { LinuxFact } from './linux-fact.js';

/** UNIX sockets, pipes and eventfds. */
export const fileFacts: readonly LinuxFact[] = [
  {
    name: 'a UNIX socket with an abstract name, its clients, and who waits when it is closed',
    run: (calls) => {
      const { libc } = calls;
      const name = new SocketAddress().setUnix(Buffer.from(`\0heddle facts ${process.pid}`));
      const [listener, second, early] = [calls.socket(AF_UNIX), calls.socket(AF_UNIX), calls.socket(AF_UNIX)];
      calls.poll(listener);
      calls.recv(listener);
      calls.send(listener, 'x');
      calls.peerOf(listener);
      libc.listen(listener, 1);
      libc.connect(early, name);
      libc.bind(listener, name);
      libc.bind(listener, name);
      libc.bind(second, name);
      libc.connect(early, name);
      libc.listen(listener, 1);
      calls.poll(listener);
      calls.accept(listener);
      libc.connect(early, name);
      libc.connect(early, name);
      calls.poll(early, listener);
      calls.nameOf(early);
      calls.peerOf(early);
      calls.send(early, 'before it is accepted');
      const other = calls.accept(listener);
      calls.nameOf(other);
      calls.peerOf(other);
      calls.recv(other);
      calls.send(other, 'answer');
      calls.recv(early);
      const waiting = [1, 2, 3].map(() => calls.socket(AF_UNIX));
      for (const fd of waiting) libc.connect(fd, name);
      calls.poll(listener, ...waiting);
      libc.connect(listener, name);
      libc.listen(early, 1);
      calls.recv(listener);
      calls.option(listener, SOL_SOCKET, SO_ACCEPTCONN);
      calls.close(listener);
      for (const fd of waiting) {
        calls.poll(fd);
        calls.send(fd, 'x');
        calls.recv(fd);
        calls.recv(fd);
      }
      calls.close(other);
      calls.recv(early);
      libc.connect(second, name);
      libc.bind(second, name);
      libc.connect(second, new SocketAddress().setUnix(Buffer.from('/no/such/socket')));
      libc.shutdown(second, SHUT_WR);
      calls.poll(second);
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
];
