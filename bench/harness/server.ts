import { LineProcess } from './line-process.js';
import type { Peer, Settings } from './row.js';

/** What a server's process has used since its start (CPU times of all its threads), and its memory now. */
export interface Usage {
  readonly userUs: number;
  readonly systemUs: number;
  /** Resident set size in bytes. */
  readonly rss: number;
  /** Bytes in use on the collected heap, and what its objects hold beside it; 0 where there is none. */
  readonly heap: number;
  /** What it has read from its clients, in bytes, where it counts that. */
  readonly bytesRead?: number;
}

/** A peer's server in a process of its own. It speaks as servers/control.mjs says. */
export class Server implements AsyncDisposable {
  readonly #process: LineProcess;
  readonly port: number;

  private constructor(process: LineProcess, port: number) {
    this.#process = process;
    this.port = port;
  }

  /** Starts it and waits until it listens. Throws an Error that says why it doesn't. */
  static async start(peer: Peer, settings: Settings): Promise<Server> {
    const process = new LineProcess(peer.name, peer.command(settings), settings.cores?.server ?? null);
    try {
      const line = await process.readLine();
      const port = Number(/^port (\d+)$/.exec(line)?.[1]);
      if (!Number.isInteger(port)) throw new Error(`${peer.name} said "${line}" instead of its port`);
      return new Server(process, port);
    } catch (error) {
      await process[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Of the server itself: taskset and its like become what they start. */
  get pid(): number {
    return this.#process.pid;
  }

  async usage(): Promise<Usage> {
    const { userUs, systemUs, rss, heap, bytesRead } = await this.#process.ask('usage');
    if (userUs === undefined || systemUs === undefined || rss === undefined || heap === undefined) {
      throw new Error('The answer to usage lacks a field');
    }
    return { userUs, systemUs, rss, heap, ...(bytesRead === undefined ? {} : { bytesRead }) };
  }

  /** Has it give back the memory that it doesn't need: garbage collected, free heap returned. */
  async collectGarbage(): Promise<void> {
    await this.#process.ask('gc');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }
}
