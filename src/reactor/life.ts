import { ReactorAlreadyRunning, ReactorNotRunning } from '../errors/index.js';
import type { RunOptions } from '../interfaces/index.js';
import { getLog } from '../logger/index.js';
import { type StoppingSignal, onStoppingSignal } from './signals.js';
import { SystemEvents } from './system-events.js';

const log = getLog('reactor');

/** What a reactor's life needs of the reactor. */
export interface LifeParts {
  /** A turn is wanted, since something is to be done at its end. */
  readonly requestTurn: () => void;
  /** Everything connected is to be lost. */
  readonly disconnectAll: () => void;
}

/**
 * Between `run()` and the end of the shutdown: system events, signals, and the promise that `run` answers.
 *
 * The reactor's own part in the events comes first in their `during` phase: a reactor is running in all triggers of
 * `during` and `after` startup, and everything is disconnected before the triggers of `during` shutdown.
 * Twisted: `ReactorBase` and `_SignalReactorMixin`.
 */
export class Life {
  readonly events = new SystemEvents({
    startup: () => this.#startRunning(),
    shutdown: () => this.#stopRunning(),
  });
  readonly #parts: LifeParts;
  #running = false;
  #started = false;
  #stopAsked = false;
  #shuttingDown = false;
  #exitSignal: StoppingSignal | undefined;
  #ended: (() => void) | undefined;
  #cleanUp: (() => void)[] = [];

  constructor(parts: LifeParts) {
    this.#parts = parts;
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
    this.events.fireEvent('startup');
    return ended;
  }

  stop(): void {
    if (!this.#started || this.#stopAsked) throw new ReactorNotRunning();
    this.#stopAsked = true;
    this.#parts.requestTurn();
  }

  crash(): void {
    if (this.#started) this.#end();
  }

  /** The end of a turn: where a stop that was asked for begins. */
  turnEnded(): void {
    if (!this.#stopAsked || this.#shuttingDown) return;
    this.#shuttingDown = true;
    this.events.fireEvent('shutdown').addCallback(() => {
      // A crash meanwhile has ended it already.
      if (this.#shuttingDown) this.#end();
    });
  }

  #startRunning(): void {
    this.#running = this.#started;
  }

  #stopRunning(): void {
    this.#running = false;
    this.#parts.disconnectAll();
  }

  /** The first signal stops in order. A second one doesn't wait any more for whoever holds the shutdown up. */
  #signalled(name: StoppingSignal): void {
    this.#exitSignal ??= name;
    if (this.#stopAsked) {
      log.warn('Received {signal} while shutting down, stopping at once', { signal: name });
      this.crash();
      this.#parts.disconnectAll();
      return;
    }
    log.info('Received {signal}, shutting down', { signal: name });
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
    // What still waits for its `before` triggers will not come: the next run begins anew.
    this.events.abandon('startup');
    this.events.abandon('shutdown');
    // The process need not stay alive for this run any more, which is arranged at a turn's end.
    this.#parts.requestTurn();
    ended?.();
  }
}
