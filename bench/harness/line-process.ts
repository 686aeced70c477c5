import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

/** How long an answer may take before the process is held to hang. */
const ANSWER_MS_MAX = 30_000;
/** How long a process may take to end once its standard input has. */
const END_MS_MAX = 10_000;
/** How much of what a process writes to standard error is kept. */
const COMPLAINTS_MAX = 16_384;

/** A child process that is spoken with in lines, and that ends when its standard input does. */
export class LineProcess implements AsyncDisposable {
  readonly #name: string;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #lines: AsyncIterator<string, unknown>;
  readonly #ended: Promise<string>;
  #complaints = '';
  #failed = false;

  /** Starts `command`, bound to one processor unless `core` is null. */
  constructor(name: string, command: readonly string[], core: number | null) {
    const words = core === null ? command : ['taskset', '--cpu-list', `${core}`, ...command];
    this.#name = name;
    this.#child = spawn(words[0]!, words.slice(1), { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve(`couldn't be started: ${error.message}`));
      this.#child.once('close', (status, signal) =>
        resolve(`ended with ${signal ?? `status ${status ?? '?'}`}`),
      );
    });
    // Writing to a process that has ended fails with EPIPE; the next readLine() says how it ended.
    this.#child.stdin.on('error', () => {});
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#complaints = (this.#complaints + text).slice(0, COMPLAINTS_MAX);
    });
  }

  /** The process's number. Throws an Error if it couldn't be started. */
  get pid(): number {
    const { pid } = this.#child;
    if (pid === undefined) throw new Error(`${this.#name} couldn't be started`);
    return pid;
  }

  send(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** The next line of its output. Throws an Error when the process ends instead, or is silent for too long. */
  async readLine(limitMs = ANSWER_MS_MAX): Promise<string> {
    const line = await within(limitMs, this.#lines.next());
    if (line === null) throw new Error(`${this.#name} didn't answer within ${limitMs / 1000} s`);
    if (line.done !== true) return line.value;
    this.#failed = true;
    const end = await this.#ended;
    throw new Error(
      [`${this.#name} ${end}`, gist(this.#complaints)].filter((part) => part !== '').join(': '),
    );
  }

  /** Sends a line and reads the line of JSON that answers it; its fields are numbers. */
  async ask(line: string, limitMs = ANSWER_MS_MAX): Promise<Readonly<Record<string, number>>> {
    this.send(line);
    return JSON.parse(await this.readLine(limitMs)) as Record<string, number>;
  }

  /** Ends its standard input and waits for its end; one that doesn't end is killed. What it complained of is shown. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin.end();
    if ((await within(END_MS_MAX, this.#ended)) === null) {
      this.#child.kill('SIGKILL');
      await this.#ended;
    }
    if (!this.#failed && this.#complaints !== '') {
      process.stderr.write(`${this.#name} wrote to standard error:\n${this.#complaints}\n`);
    }
  }
}

/** What the promise gives, or null if it takes longer than `limitMs`. */
async function within<T>(limitMs: number, promise: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), limitMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The line that tells most of what a dying process wrote: the error's own line, else the last one. */
function gist(complaints: string): string {
  const lines = complaints.split('\n').map((line) => line.trim());
  return lines.find((line) => /error\b.*:/i.test(line)) ?? lines.findLast((line) => line !== '') ?? '';
}
