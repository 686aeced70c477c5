import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { start } from './child.js';
import { until, within } from './deadline.js';

const PATIENCE_MS = 30_000;

/** A program that goes on until it is told to stop, and what it has said so far. */
export class RunningProgram {
  output = '';
  complaints = '';
  readonly #child: ChildProcess;
  readonly #exit: Promise<[number | null]>;

  constructor(command: readonly string[]) {
    this.#child = start(command, ['ignore', 'pipe', 'pipe']);
    this.#exit = once(this.#child, 'close') as Promise<[number | null]>;
    this.#child.stdout!.on('data', (data: Buffer) => (this.output += data.toString()));
    this.#child.stderr!.on('data', (data: Buffer) => (this.complaints += data.toString()));
  }

  /** Waits until it has said so. */
  async says(what: RegExp): Promise<boolean> {
    return until(() => what.test(this.output), PATIENCE_MS);
  }

  /** Waits until it has said so on its standard error. */
  async complains(what: RegExp): Promise<boolean> {
    return until(() => what.test(this.complaints), PATIENCE_MS);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** The exit code; undefined if it doesn't end. */
  async ended(): Promise<number | null | undefined> {
    const code = (await within(PATIENCE_MS, this.#exit))?.[0];
    this.#child.kill('SIGKILL');
    return code;
  }
}
