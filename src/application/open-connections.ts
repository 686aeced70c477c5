import { type Deferred, Failure, type ICallLater, succeed } from '../defer/index.js';
import type { IStoppingProtocol } from '../interfaces/index.js';
import { getLog } from '../logger/index.js';
import { Waiters } from '../tcp/waiters.js';
import type { ConnectionWatcher, WatchedProtocol } from './watched-protocol.js';

const log = getLog('application');

type Connection = WatchedProtocol;

/** Until when the connections of a server that stops may go on. */
export interface GracePeriod {
  /** In ms; Infinity for no end. */
  readonly gracePeriodMs: number;
  readonly clock: ICallLater;
}

/**
 * The connections of a server, and how they end with it:
 *
 *     open ── endWithin() ──> ending ── the grace period is over ──> aborted
 *       └─────────── lost ──────┴──────────────── lost ───────────────┘
 *
 * Those that come while the others are ending are treated like them: a server may have accepted them just before it stopped.
 */
export class OpenConnections implements ConnectionWatcher {
  readonly #open = new Set<Connection>();
  /** Those whose protocol has had its `connectionMade`, and that may be told something. */
  readonly #made = new Set<Connection>();
  readonly #timeIsUp = new AbortController();
  readonly #lost = new Waiters();
  #ending = false;

  get size(): number {
    return this.#open.size;
  }

  opened(connection: Connection): void {
    this.#open.add(connection);
  }

  made(connection: Connection): void {
    if (!this.#open.has(connection)) return;
    this.#made.add(connection);
    if (this.#timeIsUp.signal.aborted) connection.abortConnection();
    else if (this.#ending) this.#tell(connection);
  }

  lost(connection: Connection): void {
    this.#open.delete(connection);
    this.#made.delete(connection);
    if (this.#open.size === 0) this.#lost.fire();
  }

  /** Tells the protocols that they have this long to end; what is left then is aborted. To be called once. */
  endWithin({ gracePeriodMs, clock }: GracePeriod): void {
    this.#ending = true;
    if (gracePeriodMs === 0) {
      this.#abortAll();
      return;
    }
    for (const connection of [...this.#made]) this.#tell(connection);
    if (gracePeriodMs === Infinity) return;
    const call = clock.callLater(gracePeriodMs / 1000, () => this.#abortAll());
    this.#cancelTimer = () => {
      if (call.active()) call.cancel();
    };
  }

  /** Fires when none is open any more, at once if none is. No more may come from then on. */
  whenAllLost(): Deferred<void> {
    const lost = this.#open.size === 0 ? succeed<void>(undefined) : this.#lost.add();
    return lost.addCallback(() => this.#cancelTimer());
  }

  #cancelTimer = (): void => {};

  #abortAll(): void {
    this.#timeIsUp.abort();
    if (this.#made.size > 0) {
      log.warn('Connections that outlasted the grace period of their server are aborted: {count}', {
        count: this.#made.size,
      });
    }
    for (const connection of [...this.#made]) connection.abortConnection();
  }

  #tell(connection: Connection): void {
    const { serviceStopping } = connection.protocol as Partial<IStoppingProtocol>;
    if (typeof serviceStopping !== 'function') return;
    const threw = (error: unknown): void => {
      log.failure('serviceStopping of {protocol} threw', Failure.from(error), {
        protocol: connection.logPrefix(),
      });
      connection.abortConnection();
    };
    try {
      const completion = serviceStopping.call(connection.protocol, this.#timeIsUp.signal);
      if (completion !== undefined) completion.then(undefined, threw);
    } catch (error) {
      threw(error);
    }
  }
}
