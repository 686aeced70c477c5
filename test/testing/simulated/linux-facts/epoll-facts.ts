import {
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
  O_CLOEXEC,
} from '../../../../src/libc/index.js';
import type { LinuxFact } from './linux-fact.js';

/** What epoll watches. */
export const epollFacts: readonly LinuxFact[] = [
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
