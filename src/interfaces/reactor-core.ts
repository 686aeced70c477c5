import type { Deferred } from '../defer/deferred.js';

/** The phases of a system event, in their order. `before` triggers may return a Deferred or a promise; the rest waits for it. */
export type EventPhase = 'before' | 'during' | 'after';

/** The events that a reactor fires by itself. Any other name can be fired by hand. */
export type SystemEvent = 'startup' | 'shutdown' | (string & {});

/** Names a trigger, for `removeSystemEventTrigger` only. */
export interface ISystemEventTrigger {
  /** The event that it waits for. */
  readonly eventType: string;
  /** The phase of that event in which it is called. */
  readonly phase: EventPhase;
}

/** How `run()` runs. */
export interface RunOptions {
  /** SIGINT and SIGTERM stop the reactor, the second one at once. Default true. */
  readonly installSignalHandlers?: boolean;
  /** Aborting it does what `stop()` does. */
  readonly signal?: AbortSignal;
}

/** The reactor's life. Twisted: `IReactorCore`. */
export interface IReactorCore {
  /** True from the startup event's `during` phase until the shutdown event's `during` phase. */
  readonly running: boolean;
  /**
   * Fires the startup event inside the call and keeps the process alive; the promise is fulfilled when a
   * `stop()` has gone through the shutdown event, or after `crash()`. Throws ReactorAlreadyRunning at once
   * while it runs. Can be called again after that.
   */
  run(options?: RunOptions): Promise<void>;
  /**
   * Fires the shutdown event, in a later turn. Throws ReactorNotRunning unless `run()` was called and no
   * stop is under way.
   */
  stop(): void;
  /** Ends `run()` at once: no event is fired, nothing is disconnected. */
  crash(): void;
  /**
   * One turn, now, for tests and for embedding: waits up to `delay` seconds (0 by default) for something to
   * happen, blocking the whole thread meanwhile. Throws inside a turn: it isn't re-entrant.
   */
  iterate(delay?: number): void;
  /** Fires a system event by hand. A second firing before triggers are added again does nothing. */
  fireSystemEvent(eventType: SystemEvent): void;
  /** Calls `f(...args)` when the event fires. Throws a RangeError for an unknown phase, a TypeError for a non-function. */
  addSystemEventTrigger<A extends readonly unknown[]>(
    phase: EventPhase,
    eventType: SystemEvent,
    f: (...args: A) => unknown,
    ...args: A
  ): ISystemEventTrigger;
  /** Takes a trigger back. Throws if it isn't there any more. */
  removeSystemEventTrigger(trigger: ISystemEventTrigger): void;
  /** Calls `f` now (and returns undefined) if the reactor is running, else after startup. */
  callWhenRunning<A extends readonly unknown[]>(
    f: (...args: A) => unknown,
    ...args: A
  ): ISystemEventTrigger | undefined;
  /** Calls `f` in the next turn, in the order of calling. An exception is logged. */
  callFromThread<A extends readonly unknown[]>(f: (...args: A) => unknown, ...args: A): void;
  /** The address of `name`, as text. Fails with DNSLookupError. */
  resolve(name: string): Deferred<string>;
  /**
   * Disconnects everything and gives the reactor's own descriptors back. Everything but `close()` throws
   * afterwards. Never throws itself, and a second call does nothing.
   */
  close(): void;
}
