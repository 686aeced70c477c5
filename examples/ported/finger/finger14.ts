/**
 * The finger tutorial, step 14: a service that has its users from a file, and reads that again every 30 seconds. Each line of it is a name, a
 * colon, and what is to be answered. Twisted: finger14.tac.
 *
 *     node --import tsx examples/ported/finger/finger14.ts /etc/finger.users tcp:1079
 */
import { readFile } from 'node:fs/promises';
import {
  Application,
  type Deferred,
  LoopingCall,
  type LoopClock,
  Service,
  getLog,
  getReactor,
  runApplication,
  strports,
  succeed,
} from '../../../src/index.js';
import { FingerFactory } from './finger09.js';

const REREAD_SECONDS = 30;

const log = getLog('finger');

/** Where users are looked up. Whoever has this method will do; nothing has to be declared. */
export interface IFinger {
  getUser(user: string): Deferred<string>;
}

/** Users from a file. While it runs it reads the file again and again; one that can't be read changes nothing, but for the first time. */
export class UsersFileService extends Service implements IFinger {
  readonly #file: string;
  readonly #loop: LoopingCall;
  #users: ReadonlyMap<string, string> = new Map();
  #stopped = new AbortController();
  #reading: Deferred<unknown> | undefined;

  constructor(file: string, clock: LoopClock = getReactor()) {
    super();
    this.#file = file;
    this.#loop = new LoopingCall(() => this.#reread());
    this.#loop.clock = clock;
  }

  /**
   * Reads the file for the first time. Without it the service doesn't start, and neither does the application. That is done in here, and not in
   * `startService`, because the servers begin to listen in theirs: nobody is to be answered before the users are known.
   */
  override async privilegedStartService(): Promise<void> {
    const { signal } = (this.#stopped = new AbortController());
    await this.#read();
    signal.throwIfAborted(); // stopped while it was starting
  }

  override startService(): void {
    void super.startService();
    this.#reading = this.#loop.start(REREAD_SECONDS, { now: false, signal: this.#stopped.signal });
  }

  override async stopService(): Promise<void> {
    void super.stopService();
    this.#stopped.abort();
    await this.#reading;
  }

  getUser(user: string): Deferred<string> {
    return succeed(this.#users.get(user) ?? `${user}: nobody of that name`);
  }

  async #read(): Promise<void> {
    const lines = (await readFile(this.#file, 'utf8')).split('\n');
    const entries = lines.map((line) => /^([^:]+):(.*)$/.exec(line));
    this.#users = new Map(entries.flatMap((entry) => (entry ? [[entry[1]!.trim(), entry[2]!.trim()]] : [])));
  }

  async #reread(): Promise<void> {
    try {
      await this.#read();
    } catch (error) {
      log.warn('{file} stays as it was read last: {error}', { file: this.#file, error: String(error) });
    }
  }
}

/** Answers with what `finger` knows. */
export class AskingFactory extends FingerFactory {
  readonly #finger: IFinger;

  constructor(finger: IFinger) {
    super();
    this.#finger = finger;
  }

  override getUser(user: string): Deferred<string> {
    return this.#finger.getUser(user);
  }
}

export function makeApplication(
  file = '/etc/finger.users',
  description = 'tcp:1079:interface=127.0.0.1',
): Application {
  const users = new UsersFileService(file);
  const application = new Application('finger');
  // In this order: each step of a start is taken by one service when the one before it has taken it.
  application.addService(users);
  application.addService(strports.service(description, new AskingFactory(users)));
  return application;
}

if (process.argv[1] === import.meta.filename) {
  await runApplication(makeApplication(...process.argv.slice(2)));
}
