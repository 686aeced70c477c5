import { inspect } from 'node:util';
import {
  CancelledError,
  type Deferred,
  type Failure,
  ensureDeferred,
  maybeDeferred,
  succeed,
} from '../defer/index.js';
import type { Completion, IService, IServiceCollection } from '../interfaces/index.js';
import { getLog, withState } from '../logger/index.js';
import { nameOfService } from './errors.js';
import { inTurn } from './in-turn.js';
import { Service } from './service.js';
import { stopAll } from './stop-all.js';
import { throwIfFailed } from './throw-if-failed.js';
import { UnderWay } from './under-way.js';

const log = getLog('application');

/** How a {@link MultiService} stops. */
export interface MultiServiceOptions {
  /**
   * Stop each service when the one that was added after it has stopped, so that what a service was built on (a database) is
   * there until its end. Default false: all at once, as in Twisted.
   */
  readonly stopInTurn?: boolean;
}

/** How far a service has been taken by its collection. */
type Step = 'privilegedStartService' | 'startService';

/**
 * Services that start and stop together, and are one service themselves.
 *
 * - They start in the order of adding, each when the one before has started. They stop all at once, told in the reverse
 *   order (or in turn, see {@link MultiServiceOptions}); that is through when the last one has stopped.
 * - All start or none: if one fails to start, those before it (and those whose privileged part was done) are stopped, and
 *   then the start of the collection fails with that one's error. What goes wrong in this stopping is logged.
 * - If some fail to stop, the others stop all the same, and the stop fails with a ServiceStopError at its end.
 * - Stopping while it is starting calls the start off, which fails with a CancelledError then. Starting while it is stopping
 *   waits for the end of that.
 *
 * Twisted: `twisted.application.service.MultiService`.
 */
export class MultiService extends Service implements IServiceCollection {
  readonly #stopInTurn: boolean;
  readonly #services = new Set<IService>();
  readonly #named = new Map<string, IService>();
  /** Those that were begun to start and not told to stop since, and how far. */
  readonly #begun = new Map<IService, Step>();
  #starting = new UnderWay();
  #stopping = new UnderWay();
  /** How often it was stopped: a start that finds another number than it began with has been called off. */
  #stops = 0;

  constructor({ stopInTurn = false }: MultiServiceOptions = {}) {
    super();
    this.#stopInTurn = stopInTurn;
  }

  /** The services, in the order of adding. */
  get services(): readonly IService[] {
    return [...this.#services];
  }

  /** `<MultiService, running, services: 3>`. */
  override [inspect.custom](): string {
    return withState(this.toString(), `services: ${this.#services.size}`);
  }

  [Symbol.iterator](): IterableIterator<IService> {
    return this.#services.values();
  }

  getServiceNamed(name: string): IService {
    const service = this.#named.get(name);
    if (service === undefined) throw new RangeError(`${String(this)} has no service named ${name}`);
    return service;
  }

  /**
   * What `service.setServiceParent(this)` does. If this runs, the service is started, and leaves again if that fails: then
   * the reason is thrown or fails the Deferred.
   */
  addService(service: IService): Deferred<void> {
    if (service.parent !== this) return ensureDeferred(service.setServiceParent(this));
    if (this.#services.has(service)) return succeed<void>(undefined);
    const { name } = service;
    if (name !== undefined) {
      if (this.#named.has(name)) throw new Error(`${String(this)} has a service named ${name} already`);
      this.#named.set(name, service);
    }
    this.#services.add(service);
    return this.running ? throwIfFailed(this.#startAdded(service)) : succeed<void>(undefined);
  }

  /** What `service.disownServiceParent()` does. */
  removeService(service: IService): Deferred<void> {
    if (!this.#services.has(service))
      throw new RangeError(`${nameOfService(service)} isn't a part of ${String(this)}`);
    if (service.parent === this) return ensureDeferred(service.disownServiceParent());
    this.#services.delete(service);
    if (service.name !== undefined) this.#named.delete(service.name);
    const begun = this.#begun.delete(service);
    if (!begun && !(this.running && service.running)) return succeed<void>(undefined);
    return maybeDeferred<unknown>(() => service.stopService()).addCallback(() => undefined);
  }

  /**
   * Passes it on. The PromiseLike is a Deferred, here as below, and fires at once if no service makes it wait. A failure of a
   * start that is known at once is thrown.
   */
  override privilegedStartService(): PromiseLike<void> {
    return this.#start('privilegedStartService');
  }

  override startService(): PromiseLike<void> {
    if (this.running) return this.#starting.wait();
    void super.startService();
    return this.#start('startService');
  }

  override stopService(): PromiseLike<void> {
    if (!this.running && this.#begun.size === 0 && this.#starting.ended && !this.#stopping.ended) {
      return this.#stopping.wait();
    }
    void super.stopService();
    this.#stops += 1;
    const starting = this.#starting;
    this.#stopping = new UnderWay();
    return this.#stopping
      .start(() => this.#stopBegun().addBoth((stopped) => starting.waitForEnd().addCallback(() => stopped)))
      .wait();
  }

  #start(step: Step): Deferred<void> {
    const [before, stopping] = [this.#starting, this.#stopping];
    const isCalledOff = this.#watchForStop();
    this.#starting = new UnderWay();
    this.#starting.start(() =>
      before
        .waitForEnd()
        .addCallback(() => stopping.waitForEnd())
        .addCallback(() => inTurn(this.#services, (service) => this.#take(step, service, isCalledOff)))
        .addCallback(() => this.#requireGoing(isCalledOff))
        .addErrback((failure) => this.#undo(failure, isCalledOff)),
    );
    return throwIfFailed(this.#starting.wait());
  }

  #startAdded(service: IService): Deferred<void> {
    const isCalledOff = this.#watchForStop();
    const steps: readonly Step[] = ['privilegedStartService', 'startService'];
    return inTurn(steps, (step) => this.#take(step, service, isCalledOff))
      .addCallback(() => this.#requireGoing(isCalledOff))
      .addErrback((failure) => {
        const begun = this.#begun.delete(service);
        return (begun || service.running ? stopAll([service]).addErrback(logStopFailure) : succeed(undefined))
          .addCallback(() =>
            isCalledOff() || !this.#services.has(service) ? undefined : this.removeService(service),
          )
          .addCallback(() => failure);
      });
  }

  /** Takes one service one step further, unless it is there already: it may have been added meanwhile. */
  #take(step: Step, service: IService, isCalledOff: () => boolean): Completion {
    this.#requireGoing(isCalledOff);
    const taken = this.#begun.get(service);
    if (taken === step || taken === 'startService') return;
    this.#begun.set(service, step);
    return maybeDeferred<unknown>(() => service[step]()).addErrback((failure) =>
      // One that has left meanwhile, and was stopped for it, is no concern of ours any more.
      this.#services.has(service) ? failure : undefined,
    );
  }

  #undo(failure: Failure, isCalledOff: () => boolean): Deferred<never> {
    if (!isCalledOff()) void super.stopService();
    this.#stops += 1;
    return this.#stopBegun()
      .addErrback(logStopFailure)
      .addCallback(() => failure);
  }

  /** Stops what was begun, also what has come to run since it was told to stop. */
  #stopBegun(): Deferred<void> {
    const services = [...this.#services].filter((service) => this.#begun.has(service) || service.running);
    this.#begun.clear();
    return stopAll(services.reverse(), this.#stopInTurn ? 'in turn' : 'at once');
  }

  #watchForStop(): () => boolean {
    const stops = this.#stops;
    return () => this.#stops !== stops;
  }

  #requireGoing(isCalledOff: () => boolean): void {
    if (isCalledOff()) throw new CancelledError(`${String(this)} was stopped while it was starting`);
  }
}

function logStopFailure(failure: Failure): void {
  log.failure('Stopping after a failed start failed as well', failure);
}
