import { compiled } from './compile.js';
import { LineProcess } from './line-process.js';
import type { Server } from './server.js';
import type { Settings } from './row.js';

/** What the measured phase came to. */
export interface Outcome {
  readonly operations: number;
  /** From its beginning until the last operation was done. */
  readonly seconds: number;
  /** The share of the time in which the load generator had nothing to do, 0 to 1. */
  readonly idle: number;
  /** How long an operation took, in microseconds. */
  readonly p50Us: number;
  readonly p99Us: number;
}

/** Beside what a phase is meant to take: how long it may take before the load generator is held to hang. */
const SLACK_MS = 60_000;

/** The load generator, connected to a server and warmed up. Modes and arguments are described in c/load.c. */
export class Load implements AsyncDisposable {
  readonly #process: LineProcess;
  readonly #limitMs: number;

  private constructor(process: LineProcess, limitMs: number) {
    this.#process = process;
    this.#limitMs = limitMs;
  }

  /** Connects, warms up, and answers when all is ready for `run()`. */
  static async start(
    server: Pick<Server, 'port'>,
    words: readonly string[],
    settings: Settings,
  ): Promise<Load> {
    const command = [compiled('load'), ...words, '--port', `${server.port}`];
    const process = new LineProcess('the load generator', command, settings.cores?.load ?? null);
    const limitMs = SLACK_MS + (settings.warmupSeconds + settings.seconds) * 1000;
    try {
      const line = await process.readLine(limitMs);
      if (line !== 'ready') throw new Error(`The load generator said "${line}" instead of ready`);
      return new Load(process, limitMs);
    } catch (error) {
      await process[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Runs the measured phase. The connections stay open until it is disposed of. */
  async run(): Promise<Outcome> {
    const outcome = await this.ask('go', ['operations', 'seconds', 'idle', 'p50Us', 'p99Us']);
    if (outcome.operations === 0) throw new Error('The load generator did nothing');
    return outcome;
  }

  /** Sends a word of the mode's conversation; the answer has these fields. */
  async ask<Field extends string>(
    word: string,
    fields: readonly Field[],
  ): Promise<Readonly<Record<Field, number>>> {
    const answer = await this.#process.ask(word, this.#limitMs);
    for (const field of fields) {
      if (answer[field] === undefined) throw new Error(`The report of the load generator lacks ${field}`);
    }
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }
}
