import type { Completion, IProtocol } from './protocol.js';

/**
 * Something that a program starts and stops as a whole: a server, a client, a timer, a connection to a database.
 *
 * The order is always: `privilegedStartService`, `startService`, `stopService`; after that it can be started again.
 * Each may return a Deferred or a promise, and whoever called it (the parent) waits for that before it goes on.
 *
 * Twisted: `IService`.
 */
export interface IService extends AsyncDisposable {
  /** By which its parent's `getServiceNamed` finds it; undefined for a service without a name. */
  readonly name: string | undefined;
  /** From `startService` until `stopService`. */
  readonly running: boolean;
  /** The collection that it belongs to, which starts and stops it. */
  readonly parent: IServiceCollection | undefined;

  /** Throws an Error while it has a parent. */
  setName(name: string): void;
  /**
   * Makes it a part of `parent`, leaving the parent that it had. A parent that runs starts it, and the answer fires when it
   * has started; if it can't, it leaves again. Throws an Error, and changes nothing, if `parent` has another service of its name.
   */
  setServiceParent(parent: IServiceCollection): PromiseLike<void>;
  /**
   * Leaves its parent. A parent that runs stops it, and the answer fires when it has stopped. Does nothing without a parent.
   */
  disownServiceParent(): PromiseLike<void>;

  /** What has to be done while the process still has the rights it was started with: binding a port below 1024, say. */
  privilegedStartService(): Completion;
  /** Starts it. An error (thrown, or a rejection) says that it has not started, and that nothing of it is left. */
  startService(): Completion;
  /**
   * Stops it; what it returns fires when nothing of it is left. It must undo `privilegedStartService` too, also if
   * `startService` was never called, since another service may have failed in between; and it must be able to stop a
   * service that is still starting.
   */
  stopService(): Completion;
  /** `stopService()`, awaited. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Services that start and stop together. Twisted: `IServiceCollection`. */
export interface IServiceCollection extends Iterable<IService> {
  /** In the order of adding. Twisted: iterating, and `services`. */
  [Symbol.iterator](): IterableIterator<IService>;
  /** Throws a RangeError if there is none of that name. */
  getServiceNamed(name: string): IService;
  /** What `service.setServiceParent(this)` does. */
  addService(service: IService): PromiseLike<void>;
  /** What `service.disownServiceParent()` does. Throws a RangeError if it isn't one of these. */
  removeService(service: IService): PromiseLike<void>;
}

/**
 * A protocol that wants to end its connections in good order when the server they belong to stops. Without this method
 * a connection is left alone until it ends by itself or the server's grace period is over. Not in Twisted.
 */
export interface IStoppingProtocol extends IProtocol {
  /**
   * The server stops: finish what you are at, then call `transport.loseConnection()`. Called at most once, between
   * `connectionMade` and `connectionLost`, and only by a service with a `gracePeriodMs`. `signal` is aborted when that time
   * is up, just before the connection is aborted. An exception, or a rejection, is logged and aborts the connection.
   */
  serviceStopping(signal: AbortSignal): Completion;
}
