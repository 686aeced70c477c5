/**
 * Plays what a page shows of terminals. Its blocks `console` are the terminal of the programs:
 *
 *     $ npx tsx echo.ts          starts a program; lines that follow are what it prints. A last line `$` says that it ends by
 *                                itself, with exit code 1 if an error is shown in the lines, else with 0
 *     ^C                         ends the last program that goes on; lines that follow are what it prints then
 *
 * and blocks `text` whose lines begin with a name are conversations with it, each name a terminal of its own:
 *
 *     Ann$ nc 127.0.0.1 8007     connects
 *     Ann> hello                 types a line
 *     Ann< hello                 sees a line; of `server`, what the program prints meanwhile
 *     Ann< (end)                 sees that the connection has ended
 *     Ann^C                      ends it herself
 *
 * Port numbers are the page's. Where `exactly` isn't set the program gets another one, since that might be taken.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { type Socket, connect } from 'node:net';
import { pathToFileURL } from 'node:url';
import { Lines } from './lines.js';
import type { Block } from './page.js';

const LOADER = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

export interface TerminalOptions {
  /** Where the programs are. */
  readonly folder: string;
  /** `npx tsx` itself is run, and with the arguments that the page gives; else Node with tsx's loader, and with other ports. */
  readonly exactly: boolean;
}

class Program {
  readonly output: Lines;
  readonly exit: Promise<unknown[]>;
  readonly #child: ChildProcess;

  constructor(name: string, words: readonly string[], folder: string) {
    this.output = new Lines(name);
    // What the suite runs on is nothing that a reader of the page has set.
    const env = { ...process.env };
    delete env['HEDDLE_FFI'];
    // As on a terminal, standard output and standard error come mixed, and Ctrl-C is for the whole group.
    this.#child = spawn('sh', ['-c', 'exec "$0" "$@" 2>&1', ...words], {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    this.#child.stdout!.setEncoding('utf8').on('data', (text: string) => this.output.push(text));
    this.exit = once(this.#child, 'close');
    void this.exit.then(() => this.output.end());
  }

  kill(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.#child.pid!, signal);
    } catch {
      // They have ended.
    }
  }
}

class Peer {
  readonly received: Lines;
  readonly socket: Socket;

  constructor(name: string, host: string, port: number) {
    this.received = new Lines(name);
    this.socket = connect(port, host).setEncoding('utf8');
    this.socket.on('data', (text: Buffer | string) => this.received.push(text.toString()));
    this.socket.on('error', () => {}); // A reset is an end, too, for whoever sits at the terminal.
    this.socket.on('close', () => this.received.end());
  }
}

export class Terminal {
  readonly #options: TerminalOptions;
  readonly #programs: Program[] = [];
  readonly #peers = new Map<string, Peer>();
  /** From the page's port numbers to those in use. */
  readonly #ports = new Map<string, string>();
  /** Numbers of the page whose program hasn't said yet which it got. */
  #asked: string[] = [];

  constructor(options: TerminalOptions) {
    this.#options = options;
  }

  async play({ language, text }: Block): Promise<void> {
    const lines = text.trimEnd().split('\n');
    if (language === 'console') await this.#playConsole(lines);
    else if (language === 'text') await this.#playConversation(lines);
  }

  /** Whether all programs were ended by the page. */
  get quiet(): boolean {
    return this.#programs.length === 0;
  }

  /** Ends what is left. */
  async close(): Promise<void> {
    for (const { socket } of this.#peers.values()) socket.destroy();
    for (const program of this.#programs.splice(0)) {
      program.kill('SIGKILL');
      await program.exit;
    }
  }

  async #playConsole([first = '', ...lines]: readonly string[]): Promise<void> {
    if (first === '^C') return this.#interrupt(lines);
    const command = /^\$ (.*)$/.exec(first)?.[1];
    if (command === undefined) throw new Error(`"${first}" isn't a command`);
    const program = new Program(command, this.#words(command, lines), this.#options.folder);
    this.#programs.push(program);
    const ends = lines.at(-1) === '$';
    const printed = ends ? lines.slice(0, -1) : lines;
    for (const line of printed) await program.output.expect(line, (come) => this.#translated(come));
    if (!ends) return;
    await program.output.expectEnd();
    const [code] = await program.exit;
    const expected = printed.some((line) => /^\w*Error: /.test(line)) ? 1 : 0;
    if (code !== expected) throw new Error(`"${command}" has ended with ${String(code)}`);
    this.#programs.pop();
  }

  async #interrupt(lines: readonly string[]): Promise<void> {
    const program = this.#programs.at(-1);
    if (program === undefined) throw new Error('There is no program to interrupt');
    program.kill('SIGINT');
    for (const line of lines) await program.output.expect(line);
    await program.output.expectEnd();
    const [code, signal] = await program.exit;
    // npx waits for its program and then ends by the signal itself.
    const isNpx = this.#options.exactly && signal === 'SIGINT';
    if (code !== 0 && !isNpx) throw new Error(`After ^C a program has ended with ${String(code ?? signal)}`);
    this.#programs.pop();
    this.#ports.clear();
  }

  async #playConversation(lines: readonly string[]): Promise<void> {
    for (const line of lines) {
      const [, name = '', what = '', rest = ''] = /^(\w+)(\$|<|>|\^C) ?(.*)$/.exec(line) ?? [];
      if (what === '$') this.#connect(name, rest);
      else if (name === 'server') await this.#programs.at(-1)!.output.expect(rest);
      else await this.#playLine(this.#peer(name), what, rest);
    }
    for (const { received } of this.#peers.values()) received.expectNothing();
    this.#programs.at(-1)?.output.expectNothing();
  }

  async #playLine({ socket, received }: Peer, what: string, rest: string): Promise<void> {
    if (what === '>') socket.write(`${rest}\n`);
    else if (what === '^C') socket.destroy();
    else if (rest === '(end)') await received.expectEnd();
    else await received.expect(rest);
  }

  #connect(name: string, command: string): void {
    const [, host = '', port = ''] = /^nc (\S+) (\d+)$/.exec(command) ?? [];
    this.#peers.get(name)?.socket.destroy();
    this.#peers.set(name, new Peer(name, host, Number(this.#ports.get(port) ?? port)));
  }

  #peer(name: string): Peer {
    const peer = this.#peers.get(name);
    if (peer === undefined) throw new Error(`${name} isn't connected`);
    return peer;
  }

  /** What to start for a command of the page. */
  #words(command: string, printed: readonly string[]): string[] {
    const [npx, tsx, ...args] = command.split(' ');
    if (npx !== 'npx' || tsx !== 'tsx') throw new Error(`"${command}" isn't npx tsx`);
    // As on a terminal, which this is not.
    if (args[0] === '--test') args.splice(1, 0, '--test-reporter=spec');
    if (this.#options.exactly) return ['npx', '--no-install', 'tsx', ...args];
    return [process.execPath, '--import', LOADER, ...this.#withOtherPorts(args, printed)];
  }

  #withOtherPorts(args: readonly string[], printed: readonly string[]): string[] {
    this.#asked = [];
    const others = args.map((arg) =>
      arg.replace(/\b80\d\d\b/, (port) => {
        const known = this.#ports.get(port);
        if (known === undefined) this.#asked.push(port);
        return known ?? '0';
      }),
    );
    // One that says where it listens, without having been told, can be told.
    if (args.length > 1 || !printed.includes('listening on port 8007')) return others;
    this.#asked = ['8007'];
    return [...others, '0'];
  }

  /** A line of the program's with the port numbers of the page in it. */
  #translated(line: string): string {
    let translated = line;
    for (const [shown, used] of this.#ports) translated = translated.replaceAll(used, shown);
    const port = /(?:port |tcp:)(\d{4,5})\b/.exec(translated)?.[1];
    if (port === undefined || this.#asked.length === 0 || this.#ports.has(port)) return translated;
    const shown = this.#asked.shift()!;
    this.#ports.set(shown, port);
    return translated.replaceAll(port, shown);
  }
}
