import { Service } from '../../../src/index.js';

/** Whatever your driver calls it. */
export interface Connection {
  query(sql: string): Promise<unknown>;
  close(): Promise<void>;
}

/** A connection to a database: there before what is added after it starts. */
export class Database extends Service {
  readonly #open: (signal: AbortSignal) => Promise<Connection>;
  #givenUp = new AbortController();
  #connection: Connection | undefined;

  constructor(open: (signal: AbortSignal) => Promise<Connection>) {
    super();
    this.#open = open;
  }

  override async startService(): Promise<void> {
    this.#givenUp = new AbortController();
    this.#connection = await this.#open(this.#givenUp.signal);
    super.startService();
  }

  override async stopService(): Promise<void> {
    super.stopService();
    this.#givenUp.abort(); // if it is still starting
    await this.#connection?.close();
    this.#connection = undefined;
  }
}
