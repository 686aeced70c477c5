import { EventEmitter } from 'eventemitter3';
import type { IEvents } from '../interfaces/transport.js';
import { getLog } from './log.js';

const log = getLog('events');

type Listener = (...args: unknown[]) => void;

/**
 * The events of one object, typed: the names are the keys of `Events` and the tuples behind them the arguments.
 * Whoever owns the object emits; everybody may listen. A listener that throws is logged, and the others are still
 * called: events tell what has happened, and nobody who listens can undo it.
 */
export class EventSource<Events extends Record<keyof Events, readonly unknown[]>> implements IEvents<Events> {
  readonly #emitter = new EventEmitter<string>();
  /** What is registered in a listener's place: the same for every event, so that `off` finds it. */
  readonly #guarded = new WeakMap<Listener, Listener>();

  on<K extends keyof Events & string>(event: K, listener: (...args: Events[K]) => void): this {
    this.#emitter.on(event, this.#guard(listener as never));
    return this;
  }

  once<K extends keyof Events & string>(event: K, listener: (...args: Events[K]) => void): this {
    this.#emitter.once(event, this.#guard(listener as never));
    return this;
  }

  off<K extends keyof Events & string>(event: K, listener: (...args: Events[K]) => void): this {
    this.#emitter.off(event, this.#guard(listener as never));
    return this;
  }

  /** Whether anybody listens: to be asked where making the arguments costs something. */
  hasListeners(event: keyof Events & string): boolean {
    return this.#emitter.listenerCount(event) > 0;
  }

  /** Calls the listeners of an event, in the order of adding. Never throws. */
  emit<K extends keyof Events & string>(event: K, ...args: Events[K]): void {
    this.#emitter.emit(event, ...(args as readonly unknown[]));
  }

  #guard(listener: Listener): Listener {
    // eventemitter3 would say this too, but only once the wrapper is called.
    if (typeof listener !== 'function') throw new TypeError('A listener must be a function');
    let guarded = this.#guarded.get(listener);
    if (guarded === undefined) {
      guarded = (...args) => {
        try {
          listener(...args);
        } catch (error) {
          log.failure('A listener threw', { value: error });
        }
      };
      this.#guarded.set(listener, guarded);
    }
    return guarded;
  }
}
