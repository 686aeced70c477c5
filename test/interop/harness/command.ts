/** Programs that others wrote, run to their end or for a while, and ended by their process id. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { until, within } from '../../acceptance/harness/deadline.js';

const PATIENCE_MS = 15_000;

/** A program that is running. Whatever happens, it ends with the block that holds it. */
export class Command implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #closed: Promise<[number | null, NodeJS.Signals | null]>;
  readonly #output: Buffer[] = [];
  complaints = '';

  constructor([program, ...args]: readonly [string, ...(string | number)[]], input?: string | Buffer) {
    this.#child = spawn(program, args.map(String), { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#closed = once(this.#child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
    this.#child.stdout!.on('data', (data: Buffer) => this.#output.push(data));
    this.#child.stderr!.on('data', (data: Buffer) => (this.complaints += data.toString()));
    // A program that ends before it has read everything: its exit code tells.
    this.#child.stdin!.on('error', () => {});
    if (input !== undefined) this.#child.stdin!.end(input);
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#output);
  }

  get output(): string {
    return this.bytes.toString('latin1');
  }

  get pid(): number {
    return this.#child.pid!;
  }

  write(input: string | Buffer): void {
    this.#child.stdin!.write(input);
  }

  end(): void {
    this.#child.stdin!.end();
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Waits until what it has written matches; what the match has found. Throws an Error if that takes too long. */
  async says(pattern: RegExp, where: 'output' | 'complaints' = 'output'): Promise<string> {
    if (!(await until(() => pattern.test(this[where]), PATIENCE_MS)))
      throw new Error(`Never said ${String(pattern)}: ${this.output}${this.complaints}`);
    return pattern.exec(this[where])!.at(-1)!;
  }

  /** The exit code; -1 if it didn't end by itself, or in time. */
  async ended(): Promise<number> {
    return (await within(PATIENCE_MS, this.#closed))?.[0] ?? -1;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#closed;
  }
}
