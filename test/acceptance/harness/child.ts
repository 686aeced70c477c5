/** Child processes that are programs of this folder, and how one talks with them. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

/** The command that runs a TypeScript file under test/acceptance. */
export function command(file: string, ...args: readonly string[]): string[] {
  const path = fileURLToPath(new URL(`../${file}`, import.meta.url));
  return [process.execPath, '--expose-gc', '--import', import.meta.resolve('tsx'), path, ...args];
}

/**
 * The command that runs a TypeScript file under test/acceptance with so few descriptors, soft and hard, from before Node has
 * started. The program and heddle are put into one file first: Node 20 reads all modules of a graph at once, more than a
 * low limit allows.
 */
export function limitedCommand(limit: number, file: string, ...args: readonly string[]): string[] {
  const words = [process.execPath, '--expose-gc', bundled(file), ...args];
  return ['bash', '-c', 'ulimit -SHn "$0" && exec "$@"', String(limit), ...words];
}

const bundles = new Map<string, string>();

/** The file that a program and heddle were put into. Only once: another child may be reading it. */
function bundled(file: string): string {
  const known = bundles.get(file);
  if (known !== undefined) return known;
  const name = `${process.pid}-${bundles.size}.mjs`;
  const outfile = fileURLToPath(
    new URL(`../../../node_modules/.cache/heddle-acceptance/${name}`, import.meta.url),
  );
  buildSync({
    entryPoints: [fileURLToPath(new URL(`../${file}`, import.meta.url))],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    keepNames: true,
  });
  bundles.set(file, outfile);
  return outfile;
}

/** Starts a command. What it writes to its standard error is shown. */
export function start(
  [program = '', ...args]: readonly string[],
  stdio: SpawnOptions['stdio'],
): ChildProcess {
  return spawn(program, args, { stdio });
}

/** A child that answers each message with one message. */
export class AskedChild<Question extends object, Answer> implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly pid: number;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.pid = child.pid ?? -1;
  }

  /** Starts a command, and waits until it says by a first message that it is ready. */
  static async start<Question extends object, Answer>(
    words: readonly string[],
  ): Promise<[AskedChild<Question, Answer>, Answer]> {
    const child = new AskedChild<Question, Answer>(start(words, ['ignore', 'inherit', 'inherit', 'ipc']));
    return [child, await child.#answer()];
  }

  async ask(question: Question): Promise<Answer> {
    const answer = this.#answer();
    this.#child.send(question);
    return answer;
  }

  async #answer(): Promise<Answer> {
    const ended = new AbortController();
    const { signal } = ended;
    try {
      const answer = once(this.#child, 'message', { signal });
      const end = once(this.#child, 'exit', { signal }).then(([code, killed]: unknown[]) => {
        throw new Error(`The child has ended (exit code ${String(code)}, signal ${String(killed)})`);
      });
      // Whichever loses is aborted, and nobody waits for it.
      answer.catch(() => {});
      end.catch(() => {});
      return ((await Promise.race([answer, end])) as [Answer])[0];
    } finally {
      ended.abort();
    }
  }

  /** Ends the child, as its parent's death would. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }
}
