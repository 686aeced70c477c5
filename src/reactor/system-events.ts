/**
 * System events: things that happen to a whole reactor (`startup`, `shutdown`, or any other name), each in three
 * phases.
 *
 * - `before` triggers prepare. What they return is awaited if it is a Deferred or a promise: only when all are
 *   through, in success or failure, the next phase begins.
 * - `during` and `after` triggers follow, one after the other; they are not waited for.
 * - In each phase triggers are called in the order of adding. A trigger is called once: firing takes it out.
 * - What a trigger throws, or what the Deferred or promise that it returned fails with, is logged once and stops
 *   nobody.
 * - If nobody makes it wait, the whole event happens inside `fireEvent`.
 *
 * Twisted: `_ThreePhaseEvent` in twisted.internet.base.
 */
import { Deferred } from '../defer/deferred.js';
import { Failure } from '../defer/failure.js';
import { maybeDeferred } from '../defer/maybe-deferred.js';
import type { EventPhase, ISystemEventTrigger, SystemEvent } from '../interfaces/reactor-core.js';
import { getLog } from '../logger/log.js';

const log = getLog('reactor');

class Trigger<A extends readonly unknown[] = never> implements ISystemEventTrigger {
  constructor(
    readonly eventType: SystemEvent,
    readonly phase: EventPhase,
    readonly f: (...args: A) => unknown,
    readonly args: A,
  ) {}

  /** Calls it, and calls `through` when what it returned is there, in success or failure. */
  call(through?: () => void): void {
    maybeDeferred<unknown, A>(this.f, ...this.args).addBoth((result) => {
      if (result instanceof Failure) this.#report(result);
      through?.();
      // The Deferred is the trigger's own: others may still want its result. Its failure is dealt with.
      return result instanceof Failure ? undefined : result;
    });
  }

  #report(failure: Failure): void {
    const { phase, eventType } = this;
    log.failure('A {phase} trigger of the system event {eventType} failed', failure, { phase, eventType });
  }
}

/** One firing, from its first trigger to its last. */
interface Firing {
  /** The `before` triggers called so far: taking one back is too late, and no error yet. */
  readonly called: Set<ISystemEventTrigger>;
  /** Who wants to know that it is through. */
  readonly waiting: Deferred<void>[];
}

/** One system event. Twisted: `_ThreePhaseEvent`. */
export class ThreePhaseEvent {
  readonly #eventType: SystemEvent;
  readonly #ownPart: (() => void) | undefined;
  readonly #triggers: Readonly<Record<EventPhase, Trigger[]>> = { before: [], during: [], after: [] };
  #firing: Firing | undefined;

  /** `ownPart` is called at each firing, when all `before` triggers are through and before any other is called. */
  constructor(eventType: SystemEvent, ownPart?: () => void) {
    this.#eventType = eventType;
    this.#ownPart = ownPart;
  }

  /**
   * Calls `f(...args)` in `phase` of the next firing. Throws a RangeError for an unknown phase, a TypeError for a
   * non-function.
   */
  addTrigger<A extends readonly unknown[]>(
    phase: EventPhase,
    f: (...args: A) => unknown,
    args: A,
  ): ISystemEventTrigger {
    if (!Object.hasOwn(this.#triggers, phase)) {
      throw new RangeError(`The phase must be before, during or after, not ${phase}`);
    }
    if (typeof f !== 'function') throw new TypeError('A trigger must be a function');
    const trigger = new Trigger(this.#eventType, phase, f, args);
    this.#triggers[phase].push(trigger as unknown as Trigger);
    return trigger;
  }

  /**
   * Takes a trigger back: it won't be called. Throws a RangeError if it isn't there (any more). While an event is
   * waiting for its `before` triggers, taking back one that was called already is only warned of.
   */
  removeTrigger(trigger: ISystemEventTrigger): void {
    const triggers = Object.hasOwn(this.#triggers, trigger.phase) ? this.#triggers[trigger.phase] : [];
    const index = triggers.findIndex((other) => other === trigger);
    if (index >= 0) {
      triggers.splice(index, 1);
    } else if (this.#firing?.called.has(trigger) === true) {
      log.warn('A trigger of the system event {eventType} was removed after it had been called', {
        eventType: this.#eventType,
      });
    } else {
      throw new RangeError(`The system event ${this.#eventType} has no such trigger`);
    }
  }

  /**
   * Calls the triggers that are there, and those that they add. The answer fires when the `after` triggers have been
   * called, and never fails. Fired again while it is under way, the event goes on as it does.
   */
  fireEvent(): Deferred<void> {
    const through = new Deferred<void>();
    if (this.#firing !== undefined) {
      this.#firing.waiting.push(through);
      return through;
    }
    this.#firing = { called: new Set(), waiting: [through] };
    this.#callBefore(this.#firing);
    return through;
  }

  /**
   * Forgets a firing that waits for its `before` triggers: the other triggers stay for the next one. What waits for
   * it fires. In the later phases nothing waits, and they are gone through all the same.
   */
  abandon(): void {
    this.#end();
  }

  #callBefore(firing: Firing): void {
    // The loop counts as one, so that no trigger that is through at once ends the phase before its time.
    let unfinished = 1;
    const finished = (): void => {
      unfinished -= 1;
      if (unfinished === 0 && this.#firing === firing) this.#beforeIsThrough(firing);
    };
    for (const trigger of this.#take('before')) {
      firing.called.add(trigger);
      unfinished += 1;
      trigger.call(finished);
    }
    finished();
  }

  #beforeIsThrough(firing: Firing): void {
    if (this.#triggers.before.length > 0) {
      // They were added while the others were being waited for.
      this.#callBefore(firing);
      return;
    }
    firing.called.clear();
    this.#ownPart?.();
    for (const trigger of this.#take('during')) trigger.call();
    for (const trigger of this.#take('after')) trigger.call();
    // A trigger may have abandoned this firing and begun the next.
    if (this.#firing === firing) this.#end();
  }

  /** Takes the triggers of a phase out one by one, including those that are added meanwhile. */
  *#take(phase: EventPhase): Generator<Trigger> {
    for (;;) {
      const trigger = this.#triggers[phase].shift();
      if (trigger === undefined) return;
      yield trigger;
    }
  }

  #end(): void {
    const waiting = this.#firing?.waiting ?? [];
    this.#firing = undefined;
    for (const through of waiting) through.callback();
  }
}

/** The system events of a reactor, by name. */
export class SystemEvents {
  readonly #events = new Map<SystemEvent, ThreePhaseEvent>();

  /** `ownParts` are what the reactor itself does in its events; see the constructor of {@link ThreePhaseEvent}. */
  constructor(ownParts: Readonly<Record<string, () => void>> = {}) {
    for (const [eventType, ownPart] of Object.entries(ownParts)) {
      this.#events.set(eventType, new ThreePhaseEvent(eventType, ownPart));
    }
  }

  /** See {@link ThreePhaseEvent.addTrigger}. */
  addTrigger<A extends readonly unknown[]>(
    phase: EventPhase,
    eventType: SystemEvent,
    f: (...args: A) => unknown,
    args: A,
  ): ISystemEventTrigger {
    return this.#event(eventType).addTrigger(phase, f, args);
  }

  /** See {@link ThreePhaseEvent.removeTrigger}. */
  removeTrigger(trigger: ISystemEventTrigger): void {
    this.#event(trigger.eventType).removeTrigger(trigger);
  }

  /** See {@link ThreePhaseEvent.fireEvent}. */
  fireEvent(eventType: SystemEvent): Deferred<void> {
    return this.#event(eventType).fireEvent();
  }

  /** Abandons the firing under way, if there is one; see {@link ThreePhaseEvent.abandon}. */
  abandon(eventType: SystemEvent): void {
    this.#events.get(eventType)?.abandon();
  }

  #event(eventType: SystemEvent): ThreePhaseEvent {
    const known = this.#events.get(eventType);
    if (known !== undefined) return known;
    const event = new ThreePhaseEvent(eventType);
    this.#events.set(eventType, event);
    return event;
  }
}
