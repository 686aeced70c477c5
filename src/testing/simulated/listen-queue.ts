/**
 * The clients of a listening socket that nobody has accepted yet.
 *
 * Facts (listen(2), sk_acceptq_is_full and unix_recvq_full in the kernel): the queue takes one more than the backlog. The backlog is cut to
 * net.core.somaxconn, and one below 0 is taken for a very large one.
 */
const SOMAXCONN = 4096;

export class ListenQueue<Client> {
  #backlog = 0;
  readonly #waiting: Client[] = [];

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

  push(client: Client): void {
    this.#waiting.push(client);
  }

  shift(): Client | undefined {
    return this.#waiting.shift();
  }

  /** All that wait; afterwards none does. */
  takeAll(): Client[] {
    return this.#waiting.splice(0);
  }
}
