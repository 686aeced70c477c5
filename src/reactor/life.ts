import { ReactorAlreadyRunning, ReactorNotRunning } from '../errors/index.js';
import type { ISystemEventTrigger, RunOptions } from '../interfaces/index.js';
import { getLog } from '../logger/index.js';
import { type StoppingSignal, onStoppingSignal } from './signals.js';
import type { SystemEvents } from './system-events.js';

const log = getLog('reactor');

/** What a reactor's life needs of the reactor. */
export interface LifeParts {
  readonly events: SystemEvents;
  /** A turn is wanted, since something is to be done at its end. */
  readonly requestTurn: () => void;
  /** Everything connected is to be lost. */
  readonly disconnectAll: () => void;
}

/**
 * Between `run()` and the end of the shutdown: system events, signals, and the promise that `run` answers.
 *
 * The reactor's own part in the events stands first in their `during` phase: a reactor is running in all triggers of
 * `during` and `after` startup, and everything is disconnected before the other triggers of `during` shutdown.
 * Twisted: `ReactorBase` and `_SignalReactorMixin`.
 */
export class Life {
  readonly #parts: LifeParts;
  #running = false;
  #started = false;
  #stopAsked = false;
  #shuttingDown = false;
  #exitSignal: StoppingSignal | undefined;
  #ended: (() => void) | undefined;
  #cleanUp: (() => void)[] = [];
  #startTrigger: ISystemEventTrigger | undefined;
  #stopTrigger: ISystemEventTrigger | undefined;

  constructor(parts: LifeParts) {
    this.#parts = parts;
    this.#addOwnTriggers();
  }

  get running(): boolean {
    return this.#running;
  }

  /** Between `run()` and its end: the process has to stay alive. */
  get started(): boolean {
    return this.#started;
  }

  /** The signal that stopped the reactor the last time, if one did. */
  get exitSignal(): StoppingSignal | undefined {
    return this.#exitSignal;
  }

  run({ installSignalHandlers = true, signal }: RunOptions): Promise<void> {
    if (this.#started) throw new ReactorAlreadyRunning();
    signal?.throwIfAborted();
    this.#started = true;
    this.#exitSignal = undefined;
    const ended = new Promise<void>((resolve) => {
      this.#ended = resolve;
    });
    if (installSignalHandlers) this.#cleanUp.push(onStoppingSignal((name) => this.#signalled(name)));
    if (signal !== undefined) this.#stopOnAbort(signal);
    this.#parts.events.fireEvent('startup');
    return ended;
  }

  stop(): void {
    if (!this.#started || this.#stopAsked) throw new ReactorNotRunning();
    this.#stopAsked = true;
    this.#parts.requestTurn();
  }

  crash(): void {
    if (!this.#started) return;
    this.#parts.events.abandon('startup');
    this.#parts.events.abandon('shutdown');
    this.#end();
  }

  /** The end of a turn: where a stop that was asked for begins. */
  turnEnded(): void {
    if (!this.#stopAsked || this.#shuttingDown) return;
    this.#shuttingDown = true;
    this.#parts.events.fireEvent('shutdown').addCallback(() => {
      // A crash meanwhile has ended it already.
      if (this.#shuttingDown) this.#end();
    });
  }

  /** Firing takes triggers out, so those that were taken are added again before the next run. */
  #addOwnTriggers(): void {
    const { events } = this.#parts;
    this.#startTrigger ??= events.addTrigger('during', 'startup', () => this.#startRunning(), []);
    this.#stopTrigger ??= events.addTrigger('during', 'shutdown', () => this.#stopRunning(), []);
  }

  #startRunning(): void {
    this.#startTrigger = undefined;
    this.#running = true;
  }

  #stopRunning(): void {
    this.#stopTrigger = undefined;
    this.#running = false;
    this.#parts.disconnectAll();
  }

  #signalled(name: StoppingSignal): void {
    if (this.#stopAsked) {
      log.warn('Received {signal} again, stopping at once', { signal: name });
      this.crash();
      return;
    }
    log.info('Received {signal}, shutting down', { signal: name });
    this.#exitSignal = name;
    this.stop();
  }

  #stopOnAbort(signal: AbortSignal): void {
    const stop = (): void => {
      if (!this.#stopAsked) this.stop();
    };
    signal.addEventListener('abort', stop, { once: true });
    this.#cleanUp.push(() => signal.removeEventListener('abort', stop));
  }

  #end(): void {
    const ended = this.#ended;
    this.#running = false;
    this.#started = false;
    this.#stopAsked = false;
    this.#shuttingDown = false;
    this.#ended = undefined;
    for (const cleanUp of this.#cleanUp) cleanUp();
    this.#cleanUp = [];
    this.#addOwnTriggers();
    ended?.();
  }
}
