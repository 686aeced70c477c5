import { type Socket, connect } from 'node:net';
import { until } from './deadline.js';

const MESSAGE = 'Is anybody there?\n';

/**
 * A client of an echo server, made with Node's own sockets. It asks at once and is `served` when its question comes back,
 * or `closed` when the connection ends without that; until then it is `waiting`.
 */
export class EchoClient {
  state: 'waiting' | 'served' | 'closed' = 'waiting';
  /** Whether the connection is over. */
  over = false;
  readonly #socket: Socket;
  readonly #since = performance.now();
  #answeredAt: number | undefined;
  #heard = '';
  #echoed: (() => void) | undefined;

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.setEncoding('latin1');
    this.#socket.once('connect', () => this.#socket.write(MESSAGE));
    this.#socket.on('data', (text: string) => this.#hear(text));
    // What went wrong isn't asked for: the end follows.
    this.#socket.on('error', () => {});
    this.#socket.once('close', () => this.#end());
  }

  /** From the call of connect to the answer or the end, or, while there is neither, until now; in ms. */
  get answeredMs(): number {
    return (this.#answeredAt ?? performance.now()) - this.#since;
  }

  /** Asks again. The answer is how long the echo took, in ms, or Infinity if the connection ended instead. */
  async echo(): Promise<number> {
    const since = performance.now();
    if (!this.over) {
      const echoed = new Promise<void>((resolve) => (this.#echoed = resolve));
      this.#socket.write(MESSAGE);
      await echoed;
    }
    return this.#echoMs(since);
  }

  /** Ends the connection. */
  leave(): void {
    this.#socket.end();
  }

  #echoMs(since: number): number {
    return this.over ? Infinity : performance.now() - since;
  }

  #hear(text: string): void {
    this.#heard += text;
    if (this.#heard !== MESSAGE) return;
    this.#heard = '';
    if (this.state === 'waiting') this.#answered('served');
    this.#echoed?.();
  }

  #end(): void {
    this.over = true;
    if (this.state === 'waiting') this.#answered('closed');
    this.#echoed?.();
  }

  #answered(state: 'served' | 'closed'): void {
    this.state = state;
    this.#answeredAt = performance.now();
  }
}

/** Many clients that come at once. */
export class Crowd {
  readonly clients: readonly EchoClient[];

  constructor(port: number, size: number) {
    this.clients = Array.from({ length: size }, () => new EchoClient(port));
  }

  count(state: EchoClient['state']): number {
    return this.clients.filter((client) => client.state === state).length;
  }

  get served(): readonly EchoClient[] {
    return this.clients.filter((client) => client.state === 'served' && !client.over);
  }

  /** Waits until nobody waits any more, but no longer than `limitMs`. */
  async answered(limitMs: number): Promise<boolean> {
    return until(() => this.count('waiting') === 0, limitMs);
  }

  get slowestAnswerMs(): number {
    return Math.max(...this.clients.map((client) => client.answeredMs));
  }

  /** All that are still here leave; the answer is whether the server has let them go within `limitMs`. */
  async leave(limitMs = 5000): Promise<boolean> {
    for (const client of this.clients) client.leave();
    return until(() => this.clients.every((client) => client.over), limitMs);
  }

  toString(): string {
    const { length } = this.clients;
    return `of ${length}: ${this.count('served')} served, ${this.count('closed')} closed, ${this.count('waiting')} waiting`;
  }
}

/** How long the slowest of these clients waits for another echo; Infinity if one of them has lost its connection. */
export async function slowestEchoMs(clients: readonly EchoClient[]): Promise<number> {
  return Math.max(0, ...(await Promise.all(clients.map((client) => client.echo()))));
}
