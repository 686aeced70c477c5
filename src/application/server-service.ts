import type { Deferred, ICallLater } from '../defer/index.js';
import type { IListeningPort, IProtocolFactory } from '../interfaces/index.js';
import { getReactor } from '../reactor/index.js';
import type { GracePeriod } from './open-connections.js';
import { type Listening, ServerRun } from './server-run.js';
import { Service } from './service.js';
import { throwIfFailed } from './throw-if-failed.js';
import { UnderWay } from './under-way.js';

/** How a server ends when it is stopped. */
export interface ServerServiceOptions {
  /**
   * How long open connections may go on when the service is stopped, in ms; Infinity for no end. What is left then is
   * aborted, and only when all are lost `stopService` has come to its end. Protocols with a method
   * `serviceStopping` (IStoppingProtocol) are told. 0 aborts them at once.
   * Default: stopping concerns the port only, as in Twisted, and connections stay open.
   */
  readonly gracePeriodMs?: number;
  /** For the grace period. Default: the default reactor. */
  readonly clock?: ICallLater;
}

/**
 * What all services that listen have in common: they do so in `privilegedStartService` (or in `startService`, if that wasn't
 * called), and fire when they do. Started while it is stopping, it listens when the old port is closed; connections of the
 * run before may then still be open.
 */
export abstract class ServerService extends Service {
  readonly #gracePeriodMs: number | undefined;
  readonly #clock: ICallLater | undefined;
  #run: ServerRun | undefined;
  #closing = new UnderWay();
  #stopping = new UnderWay();

  /** Throws a RangeError for a `gracePeriodMs` that is negative or not a number. */
  constructor(
    /** Builds a protocol for each connection. */
    readonly factory: IProtocolFactory,
    { gracePeriodMs, clock }: ServerServiceOptions = {},
  ) {
    super();
    if (gracePeriodMs !== undefined && !(gracePeriodMs >= 0)) {
      throw new RangeError(`gracePeriodMs must be 0 or more, not ${gracePeriodMs}`);
    }
    this.#gracePeriodMs = gracePeriodMs;
    this.#clock = clock;
  }

  /** The port, while there is one that listens. */
  get port(): IListeningPort | undefined {
    return this.#run?.port;
  }

  override privilegedStartService(): PromiseLike<void> {
    if (this.#run !== undefined) return this.#run.starting.wait();
    const run = new ServerRun({
      factory: this.factory,
      listen: (factory) => this.listen(factory),
      gracePeriod: this.#gracePeriod(),
    });
    this.#run = run;
    run.start(this.#closing.waitForEnd());
    return throwIfFailed(
      run.starting.wait().addErrback((failure) => {
        if (this.#run === run) {
          this.#run = undefined;
          void super.stopService();
        }
        return failure;
      }),
    );
  }

  override startService(): PromiseLike<void> {
    const listening = this.privilegedStartService();
    void super.startService();
    return listening;
  }

  /**
   * Gives listening up, or listens no more. Fires when the port is closed and, with a `gracePeriodMs`, all connections are
   * lost; fails with what stopping the factory threw. Called again it gives an equal answer.
   */
  override stopService(): PromiseLike<void> {
    void super.stopService();
    const run = this.#run;
    if (run === undefined) return this.#stopping.wait();
    this.#run = undefined;
    run.stop();
    const before = this.#stopping;
    this.#closing = run.closing;
    this.#stopping = new UnderWay().start(() => before.waitForEnd().addCallback(() => run.stopping.wait()));
    return this.#stopping.wait();
  }

  /** Begins to listen; may throw. */
  protected abstract listen(factory: IProtocolFactory): Deferred<Listening> | Listening;

  #gracePeriod(): GracePeriod | undefined {
    const gracePeriodMs = this.#gracePeriodMs;
    return gracePeriodMs === undefined ? undefined : { gracePeriodMs, clock: this.#clock ?? getReactor() };
  }
}
