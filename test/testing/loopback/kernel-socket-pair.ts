import { IPv4Address } from '../../../src/address/index.js';
import {
  AF_INET,
  EPOLLERR,
  EPOLLHUP,
  EPOLLRDHUP,
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EpollEventArray,
  type Libc,
  MSG_DONTWAIT,
  SHUT_WR,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SocketAddress,
  getDriver,
} from '../../../src/libc/index.js';
import { SEND_SLAB_BYTES } from '../../../src/tcp/index.js';
import { sendQueue } from '../../../src/tcp/send-queue.js';
import { localAddress, writeAddress } from '../../../src/tcp/socket-addresses.js';
import { resetOnClose } from '../../../src/tcp/socket-options.js';
import type { MemorySocket } from '../../../src/testing/loopback/memory-socket.js';

/** What the double has to do as the kernel does. */
export type Socket = Pick<MemorySocket, 'send' | 'receive' | 'shutdownWrite' | 'close' | 'hungUp' | 'failed'>;

/** Two ends of a real connection over 127.0.0.1, with the same face. */
export function kernelPair(): [Socket, Socket] {
  const { libc } = getDriver();
  const address = new SocketAddress();
  const listener = libc.socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  libc.bind(listener, writeAddress(new IPv4Address('TCP', '127.0.0.1', 0), address));
  libc.listen(listener, 1);
  const client = libc.socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  libc.connect(client, writeAddress(localAddress(libc, listener), address));
  const server = libc.accept4(listener, address, SOCK_NONBLOCK | SOCK_CLOEXEC);
  libc.close(listener);
  return [kernelSocket(libc, client), kernelSocket(libc, server)];
}

function kernelSocket(libc: Libc, fd: number): Socket {
  const sender = { libc, sendSlab: Buffer.alloc(SEND_SLAB_BYTES) };
  let open = true;
  const ready = (event: number): boolean => {
    const epfd = libc.epoll_create1(EPOLL_CLOEXEC);
    const events = new EpollEventArray(1);
    libc.epoll_ctl(epfd, EPOLL_CTL_ADD, fd, EPOLLRDHUP, fd, 0);
    const count = libc.epoll_wait(epfd, events, 1, 0);
    libc.close(epfd);
    return count > 0 && (events.events(0) & event) !== 0;
  };
  return {
    send: (queue) => sendQueue(sender, fd, queue),
    receive: (most) => {
      const buffer = Buffer.alloc(most);
      const n = libc.recv(fd, buffer, 0, most, MSG_DONTWAIT);
      return n > 0 ? buffer.subarray(0, n) : n;
    },
    shutdownWrite: () => void libc.shutdown(fd, SHUT_WR),
    close: (reset) => {
      if (!open) return;
      open = false;
      if (reset) resetOnClose(libc, fd);
      libc.close(fd);
    },
    get hungUp() {
      return ready(EPOLLRDHUP | EPOLLHUP | EPOLLERR);
    },
    get failed() {
      return ready(EPOLLERR);
    },
  };
}
