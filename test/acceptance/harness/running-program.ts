import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { until, within } from './deadline.js';

const PATIENCE_MS = 30_000;

/** A program that goes on until it is told to stop, and what it has said so far. */
export class RunningProgram {
  output = '';
  complaints = '';
  readonly #child: ChildProcess;
  readonly #options: SpawnOptions;
  readonly #exit: Promise<[number | null]>;

  constructor([program = '', ...args]: readonly string[], options: SpawnOptions = {}) {
    this.#child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#options = options;
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

  /** Does what Ctrl-C does at a terminal: the program's children are told too. It has to be `detached` for that. */
  killGroup(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.#child.pid!, signal);
    } catch {
      // Nobody is left.
    }
  }

  /** The exit code; undefined if it doesn't end. */
  async ended(): Promise<number | null | undefined> {
    const code = (await within(PATIENCE_MS, this.#exit))?.[0];
    if (this.#options.detached === true) this.killGroup('SIGKILL');
    else this.#child.kill('SIGKILL');
    return code;
  }
}
