import type { TcpSocket } from './tcp-socket.js';

/**
 * The clients of a listening socket that nobody has accepted yet.
 *
 * Facts (listen(2), tcp(7), sk_acceptq_is_full in the kernel): the queue takes one more than the backlog. While it is full, what would
 * begin a connection is thrown away, and so is what would complete one; the client sends it again after a while. The backlog is cut to
 * net.core.somaxconn, and one below 0 is taken for a very large one.
 */
const SOMAXCONN = 4096;

export class ListenQueue {
  #backlog = 0;
  readonly #waiting: TcpSocket[] = [];

  constructor(backlog: number) {
    this.backlog = backlog;
  }

  get backlog(): number {
    return this.#backlog;
  }

  set backlog(backlog: number) {
    this.#backlog = backlog < 0 ? SOMAXCONN : Math.min(backlog, SOMAXCONN);
  }

  get length(): number {
    return this.#waiting.length;
  }

  get isFull(): boolean {
    return this.#waiting.length > this.#backlog;
  }

  push(client: TcpSocket): void {
    this.#waiting.push(client);
  }

  shift(): TcpSocket | undefined {
    return this.#waiting.shift();
  }

  /** All that wait; afterwards none does. */
  takeAll(): TcpSocket[] {
    return this.#waiting.splice(0);
  }
}
