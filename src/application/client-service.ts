import { inspect } from 'node:util';
import {
  CancelledError,
  Deferred,
  Failure,
  type ICallLater,
  cancelOnAbort,
  fail,
  succeed,
} from '../defer/index.js';
import { refuseUnheardHooks } from '../endpoints/unheard-hooks.js';
import type { IEvents, IProtocol, IProtocolFactory, IStreamClientEndpoint } from '../interfaces/index.js';
import { EventSource, getLog, withState } from '../logger/index.js';
import { getReactor } from '../reactor/index.js';
import { nameOf } from '../tcp/protocol-calls.js';
import { Waiters } from '../tcp/waiters.js';
import { type RetryPolicy, backoffPolicy } from './backoff-policy.js';
import { ClientConnection } from './client-connection.js';
import { type ClientAction, type ClientEvent, type ClientState, clientMachine } from './client-machine.js';
import { Service } from './service.js';

const log = getLog('application');

/** What a {@link ClientService} may be told besides its endpoint and factory. */
export interface ClientServiceOptions<P extends IProtocol> {
  /** How long to wait before the next attempt. Default: `backoffPolicy()`. */
  readonly retryPolicy?: RetryPolicy;
  /** For the waits. Default: the default reactor. */
  readonly clock?: ICallLater;
  /**
   * Is called with the protocol of each new connection, a reconnection too, before anybody gets it: to log in, say. What it
   * returns is waited for and not used. If it fails, or the connection is lost meanwhile, the attempt has failed.
   */
  readonly prepareConnection?: (protocol: P) => unknown;
  /** How long `stopService` waits for the connection to end in order before it aborts it, in ms. Default: no limit. */
  readonly gracePeriodMs?: number;
}

/** How {@link ClientService.whenConnected} waits. */
export interface WhenConnectedOptions {
  /** Fail with the failure of the so many-th attempt that fails from now on; 1 is the first. Default: never. */
  readonly failAfterFailures?: number;
  /** Aborting it cancels the Deferred. */
  readonly signal?: AbortSignal;
}

/** The events of a ClientService. An exception in a listener is logged and stops nobody. */
export interface ClientServiceEvents<P extends IProtocol = IProtocol> {
  /** An attempt begins. */
  connecting: [];
  /** There is a connection, and it is prepared. */
  connected: [protocol: P];
  /** An attempt has failed. */
  connectionFailed: [failure: Failure];
  /** The connection is lost, wanted or not. */
  connectionLost: [reason: Failure];
  /** The next attempt begins in so many seconds. */
  waiting: [delay: number];
}

/** Somebody who waits for a connection. */
interface Waiting<P> {
  readonly deferred: Deferred<P>;
  failuresLeft: number;
}

/**
 * Keeps one connection to an endpoint while it runs: connects, and when an attempt fails or the connection is lost, connects
 * again after a wait. Whoever needs the connection asks for it by {@link whenConnected}.
 *
 * What it does when stands in client-machine.ts. An event that comes while another one is being dealt with waits for its turn.
 *
 * Twisted: `twisted.application.internet.ClientService`.
 */
export class ClientService<P extends IProtocol = IProtocol> extends Service {
  readonly #endpoint: IStreamClientEndpoint;
  readonly #factory: IProtocolFactory<P>;
  readonly #retryPolicy: RetryPolicy;
  readonly #clock: ICallLater | undefined;
  readonly #prepareConnection: ((protocol: P) => unknown) | undefined;
  readonly #gracePeriodMs: number;

  readonly #events = new EventSource<ClientServiceEvents<P>>();
  readonly #waiting = new Set<Waiting<P>>();
  readonly #stopped = new Waiters();
  readonly #pendingEvents: (readonly [event: ClientEvent, apply: () => void])[] = [];
  #dispatching = false;
  #state: ClientState = 'initial';
  #connection: ClientConnection<P> | undefined;
  #protocol: P | undefined;
  #failure: Failure | undefined;
  #failedAttempts = 0;
  #retry: Timer | undefined;
  #abort: Timer | undefined;

  /** Throws a TypeError for a factory whose hooks of a ClientFactory would never be called, a RangeError for a bad `gracePeriodMs`. */
  constructor(
    endpoint: IStreamClientEndpoint,
    factory: IProtocolFactory<P>,
    options: ClientServiceOptions<P> = {},
  ) {
    super();
    refuseUnheardHooks(factory);
    const { gracePeriodMs = Infinity } = options;
    if (!(gracePeriodMs >= 0)) throw new RangeError(`gracePeriodMs must be 0 or more, not ${gracePeriodMs}`);
    this.#endpoint = endpoint;
    this.#factory = factory;
    this.#retryPolicy = options.retryPolicy ?? backoffPolicy();
    this.#clock = options.clock;
    this.#prepareConnection = options.prepareConnection;
    this.#gracePeriodMs = gracePeriodMs;
  }

  /** What happens to the connection, as events. */
  get events(): IEvents<ClientServiceEvents<P>> {
    return this.#events;
  }

  /** What it is doing. */
  get state(): ClientState {
    return this.#state;
  }

  /** `<ClientService, running, waiting>`: the second is its {@link state}. */
  override [inspect.custom](): string {
    return withState(
      this.toString(),
      this.#state,
      this.#waiting.size > 0 && `asked for by: ${this.#waiting.size}`,
    );
  }

  /** Connects, without waiting for that: a service that can't reach anybody runs all the same. A second call is logged. */
  override startService(): void {
    void super.startService();
    this.#happened('start');
  }

  /**
   * Ends the connection or the attempt, and tries no more. Fires when nothing of it is left. Who waits by `whenConnected`
   * gets a CancelledError.
   */
  override stopService(): Deferred<void> {
    void super.stopService();
    const stopped = this.#stopped.add();
    this.#happened('stop');
    return stopped;
  }

  /**
   * Fires with the protocol of the connection: at once if there is one, else with the next one. Fails with a CancelledError
   * when the service is stopped or is being stopped. Cancelling it only ends the waiting.
   * Throws a RangeError for a `failAfterFailures` that isn't a whole number from 1.
   */
  whenConnected({ failAfterFailures = Infinity, signal }: WhenConnectedOptions = {}): Deferred<P> {
    if (failAfterFailures !== Infinity && !(Number.isInteger(failAfterFailures) && failAfterFailures >= 1)) {
      throw new RangeError(`failAfterFailures must be a whole number from 1, not ${failAfterFailures}`);
    }
    if (this.#protocol !== undefined && this.#state === 'connected') return succeed(this.#protocol);
    if (this.#state === 'stopped' || this.#state === 'disconnecting') return fail(this.#stoppedError());
    const waiting: Waiting<P> = {
      deferred: new Deferred<P>(() => void this.#waiting.delete(waiting)),
      failuresLeft: failAfterFailures,
    };
    this.#waiting.add(waiting);
    if (signal !== undefined) cancelOnAbort(waiting.deferred, signal);
    return waiting.deferred;
  }

  // ---- the machine

  /** Something happened: `apply` notes it, and the machine goes on. Inside another transition it waits for the end of that. */
  #happened(event: ClientEvent, apply: () => void = () => {}): void {
    this.#pendingEvents.push([event, apply]);
    if (this.#dispatching) return;
    this.#dispatching = true;
    try {
      for (let next = this.#pendingEvents.shift(); next !== undefined; next = this.#pendingEvents.shift()) {
        this.#transit(...next);
      }
    } finally {
      this.#dispatching = false;
    }
  }

  #transit(event: ClientEvent, apply: () => void): void {
    const transition = clientMachine[this.#state][event];
    if (transition === undefined) throw new Error(`${event} can't happen to a client that is ${this.#state}`);
    this.#state = transition.to;
    apply();
    for (const action of transition.actions) this.#actions[action]();
  }

  readonly #actions: Readonly<Record<ClientAction, () => void>> = {
    connect: () => this.#connect(),
    announce: () => this.#announce(),
    countFailure: () => this.#countFailure(),
    scheduleRetry: () => this.#scheduleRetry(),
    cancelRetry: () => cancelIfActive(this.#retry),
    cancelAttempt: () => this.#connection?.cancel(),
    disconnect: () => this.#disconnect(),
    dismiss: () => this.#dismiss(),
    finishStop: () => this.#stopped.fire(),
    warnOfDuplicate: () =>
      log.warn('Duplicate ClientService.startService {service}', { service: String(this) }),
  };

  #connect(): void {
    this.#events.emit('connecting');
    const parts = {
      endpoint: this.#endpoint,
      factory: this.#factory,
      prepareConnection: this.#prepareConnection,
    };
    this.#connection = new ClientConnection<P>(parts, {
      connected: (protocol) => this.#happened('connected', () => (this.#protocol = protocol)),
      failed: (failure) =>
        this.#happened('failed', () => {
          this.#failure = failure;
          this.#connection = undefined;
        }),
      lost: (reason) => this.#happened('lost', () => this.#lost(reason)),
    });
    this.#connection.begin();
  }

  #announce(): void {
    const protocol = this.#protocol as P;
    this.#failedAttempts = 0;
    this.#events.emit('connected', protocol);
    for (const { deferred } of this.#takeWaiting(() => true)) deferred.callback(protocol);
  }

  #countFailure(): void {
    const failure = this.#failure as Failure;
    this.#failure = undefined;
    this.#events.emit('connectionFailed', failure);
    for (const waiting of this.#waiting) waiting.failuresLeft -= 1;
    for (const { deferred } of this.#takeWaiting(({ failuresLeft }) => failuresLeft <= 0))
      deferred.errback(failure);
  }

  #scheduleRetry(): void {
    this.#failedAttempts += 1;
    const delay = this.#retryDelay();
    log.info('{factory} connects again in {seconds} s', {
      factory: nameOf(this.#factory),
      seconds: Number(delay.toPrecision(3)),
    });
    this.#retry = this.#callLater(delay, () => this.#happened('retry'));
    this.#events.emit('waiting', delay);
  }

  #disconnect(): void {
    this.#connection?.disconnect();
    if (this.#gracePeriodMs === Infinity) return;
    this.#abort = this.#callLater(this.#gracePeriodMs / 1000, () => this.#connection?.abort());
  }

  #dismiss(): void {
    for (const { deferred } of this.#takeWaiting(() => true)) deferred.errback(this.#stoppedError());
  }

  // ---- what the actions need

  #lost(reason: Failure): void {
    this.#protocol = undefined;
    this.#connection = undefined;
    cancelIfActive(this.#abort);
    this.#abort = undefined;
    this.#events.emit('connectionLost', reason);
  }

  #takeWaiting(wanted: (waiting: Waiting<P>) => boolean): readonly Waiting<P>[] {
    const taken = [...this.#waiting].filter(wanted);
    for (const waiting of taken) this.#waiting.delete(waiting);
    return taken;
  }

  /** A policy with a fault must not end the trying. */
  #retryDelay(): number {
    try {
      const delay = this.#retryPolicy(this.#failedAttempts);
      if (delay >= 0 && delay < Infinity) return delay;
      throw new RangeError(`A retry policy must answer 0 s or more and finite, not ${delay}`);
    } catch (error) {
      log.failure('The retry policy of {service} failed', Failure.from(error), { service: String(this) });
      return backoffPolicy()(this.#failedAttempts);
    }
  }

  #callLater(delay: number, f: () => void): Timer {
    return (this.#clock ?? getReactor()).callLater(delay, f);
  }

  #stoppedError(): CancelledError {
    return new CancelledError(`${String(this)} was stopped`);
  }
}

type Timer = ReturnType<ICallLater['callLater']>;

function cancelIfActive(timer: Timer | undefined): void {
  if (timer?.active() === true) timer.cancel();
}
