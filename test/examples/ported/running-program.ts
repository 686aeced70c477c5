import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A program that would run for ever is ended after this time, so that its test fails instead of the whole run. */
const TOO_LONG_MS = 15_000;

/** A program in a process of its own, started in the project's folder. It ends, whatever happens, with the block that holds it. */
export class RunningProgram implements AsyncDisposable {
  output = '';
  complaints = '';
  readonly #child: ChildProcess;
  readonly #closed: Promise<[number | null, NodeJS.Signals | null]>;
  #hasClosed = false;
  /** Look whether what they wait for has come. */
  readonly #waiters = new Set<() => void>();

  constructor(command: string, ...args: readonly (string | number)[]) {
    this.#child = spawn(command, args.map(String), {
      cwd: fileURLToPath(new URL('../../..', import.meta.url)),
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TOO_LONG_MS,
    });
    this.#child.stdout!.on('data', (data: Buffer) => {
      this.output += data.toString();
      this.#look();
    });
    this.#child.stderr!.on('data', (data: Buffer) => (this.complaints += data.toString()));
    this.#closed = once(this.#child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
    this.#child.on('close', () => {
      this.#hasClosed = true;
      this.#look();
    });
  }

  /** Runs a TypeScript file, its path given from the project's folder, as the examples' first lines say. */
  static typescript(file: string, ...args: readonly (string | number)[]): RunningProgram {
    return new RunningProgram(process.execPath, '--import', 'tsx', file, ...args);
  }

  /** Waits until its output matches; what the last group of the pattern has found. Throws an Error if the program ends without that. */
  async says(pattern: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = pattern.exec(this.output);
        if (found === null && !this.#hasClosed) return;
        this.#waiters.delete(look);
        if (found !== null) resolve(found.at(-1)!);
        else reject(new Error(`Never said ${String(pattern)}: ${this.output}${this.complaints}`));
      };
      this.#waiters.add(look);
      look();
    });
  }

  /** Waits until it has ended by itself; the exit code, or the signal that ended it. */
  async ended(): Promise<number | NodeJS.Signals | null> {
    const [code, signal] = await this.#closed;
    return code ?? signal;
  }

  /** Has it stop as Ctrl-C or a service manager would; the exit code. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | NodeJS.Signals | null> {
    this.#child.kill(signal);
    return this.ended();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#closed;
  }

  #look(): void {
    for (const look of [...this.#waiters]) look();
  }
}
