import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AF_UNIX,
  SOL_SOCKET,
  SO_ACCEPTCONN,
  SocketAddress,
  EFD_CLOEXEC,
  EFD_NONBLOCK,
  O_CLOEXEC,
  O_CREAT,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
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
    name: 'a file that is read at places, and sent',
    run: (calls) => {
      const { libc } = calls;
      const path = join(tmpdir(), `heddle-facts-${process.pid}`);
      const flags = O_CREAT | O_TRUNC | O_CLOEXEC;
      const file = calls.own(libc.open(path, flags | O_RDWR, 0o600));
      const writeOnly = calls.own(libc.open(path, O_CLOEXEC | O_WRONLY, 0));
      rmSync(path, { force: true });
      const bytes = Buffer.from('what stands in the file');
      libc.write(file, bytes, 0, bytes.length);
      const room = Buffer.alloc(50);
      libc.pread(file, room, 0, 4, 0);
      libc.pread(file, room, 0, 50, 5);
      libc.pread(file, room, 0, 50, 23);
      libc.pread(file, room, 0, 50, 2 ** 40);
      libc.pread(file, room, 0, 50, -1);
      libc.pread(writeOnly, room, 0, 50, 0);
      libc.pread(1_000_000, room, 0, 50, 0);
      const [one, two] = calls.pair();
      const [reading] = calls.pipe();
      libc.pread(reading, room, 0, 50, 0);
      libc.pread(one, room, 0, 50, 0);
      libc.sendfile(one, file, 0, 4);
      calls.poll(two);
      calls.recv(two);
      libc.sendfile(one, file, 5, 1000);
      calls.recv(two);
      libc.sendfile(one, file, 23, 1000);
      libc.sendfile(one, file, 2 ** 40, 1000);
      libc.sendfile(one, file, -1, 1000);
      libc.sendfile(one, writeOnly, 0, 10);
      libc.sendfile(one, reading, 0, 10);
      libc.sendfile(one, two, 0, 10);
      libc.sendfile(one, 1_000_000, 0, 10);
      libc.sendfile(1_000_000, file, 0, 10);
      const nothing = calls.own(libc.open('/dev/null', O_CLOEXEC | O_RDWR, 0));
      libc.sendfile(one, nothing, 0, 10);
      libc.pread(nothing, room, 0, 10, 5);
      // The file's own offset stands where writing has left it.
      libc.read(file, room, 0, 50);
      calls.close(two);
      libc.sendfile(one, file, 0, 4);
      libc.sendfile(one, file, 0, 4);
      libc.sendfile(one, file, 23, 4);
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
