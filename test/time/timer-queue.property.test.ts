import { expect } from 'chai';
import fc from 'fast-check';
import { Clock, TimerQueue, type DelayedCall } from '../../src/time/index.js';

type Command =
  | { do: 'schedule'; time: number; inside: Command[] }
  | { do: 'callLater'; delay: number; inside: Command[] }
  | { do: 'cancel'; which: number }
  | { do: 'reset' | 'delay'; which: number; by: number }
  | { do: 'run'; after: number };

// Small whole numbers, so that many times are equal.
const { command } = fc.letrec<{ command: Command }>((tie) => {
  const inside = fc.array(tie('command'), { maxLength: 3 });
  return {
    command: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      fc.record({ do: fc.constant('cancel'), which: fc.nat(30) }),
      fc.record({ do: fc.constant('reset'), which: fc.nat(30), by: fc.integer({ min: -1, max: 8 }) }),
      fc.record({ do: fc.constant('delay'), which: fc.nat(30), by: fc.integer({ min: -8, max: 8 }) }),
      fc.record({ do: fc.constant('run'), after: fc.nat(4) }),
      {
        weight: 2,
        arbitrary: fc.record({
          do: fc.constant('callLater'),
          delay: fc.integer({ min: -1, max: 8 }),
          inside,
        }),
      },
      fc.record({ do: fc.constant('schedule'), time: fc.integer({ min: -5, max: 30 }), inside }),
    ),
  };
});

/** What the programs do with calls, real or not. */
interface Call {
  cancel(): void;
  reset(secondsFromNow: number): void;
  delay(secondsLater: number): void;
  active(): boolean;
  getTime(): number;
}

interface Queue {
  schedule(time: number, f: () => void): Call;
  callLater(delay: number, f: () => void): Call;
  runDue(now: number): void;
  nextTime(): number | undefined;
  size(): number;
}

/** A queue written for obviousness: a list that is looked through each time. */
class ModelQueue implements Queue {
  readonly calls: ModelCall[] = [];

  constructor(readonly seconds: () => number) {}

  schedule(time: number, f: () => void): Call {
    const call = new ModelCall(this, time, f);
    this.calls.push(call);
    return call;
  }

  callLater(delay: number, f: () => void): Call {
    if (delay < 0) throw new RangeError();
    return this.schedule(this.seconds() + delay, f);
  }

  runDue(now: number): void {
    const old = [...this.calls];
    for (;;) {
      const due = old.filter((call) => call.active() && call.time <= now);
      // The calls stand in the order of their making, and sorting is stable.
      const [first] = due.sort((a, b) => a.time - b.time);
      if (first === undefined) return;
      first.state = 'AlreadyCalled';
      first.f();
    }
  }

  nextTime(): number | undefined {
    const times = this.calls.filter((call) => call.active()).map((call) => call.time);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  size(): number {
    return this.calls.filter((call) => call.active()).length;
  }
}

class ModelCall implements Call {
  state: 'active' | 'AlreadyCalled' | 'AlreadyCancelled' = 'active';

  constructor(
    readonly queue: ModelQueue,
    public time: number,
    readonly f: () => void,
  ) {}

  active(): boolean {
    return this.state === 'active';
  }
  getTime(): number {
    return this.time;
  }
  cancel(): void {
    this.#check();
    this.state = 'AlreadyCancelled';
  }
  delay(secondsLater: number): void {
    this.#check();
    this.time += secondsLater;
  }
  reset(secondsFromNow: number): void {
    this.#check();
    if (secondsFromNow < 0) throw new RangeError();
    this.time = this.queue.seconds() + secondsFromNow;
  }
  #check(): void {
    if (this.state !== 'active') throw Object.assign(new Error(), { name: this.state });
  }
}

class RealQueue implements Queue {
  readonly queue: TimerQueue;

  constructor(seconds: () => number) {
    this.queue = new TimerQueue(seconds);
  }
  schedule(time: number, f: () => void): DelayedCall {
    return this.queue.schedule(time, f, []);
  }
  callLater(delay: number, f: () => void): DelayedCall {
    return this.queue.callLater(delay, f, []);
  }
  runDue(now: number): void {
    this.queue.runDue(now, (error) => {
      throw error;
    });
  }
  nextTime(): number | undefined {
    return this.queue.nextTime();
  }
  size(): number {
    expect(this.queue.pending()).to.have.lengthOf(this.queue.size);
    return this.queue.size;
  }
}

/** Runs commands on a queue with its clock, and writes down all that can be seen. */
class Interpreter {
  readonly log: string[] = [];
  readonly calls: Call[] = [];
  #now = 0;
  readonly #queue: Queue;

  constructor(makeQueue: (seconds: () => number) => Queue) {
    this.#queue = makeQueue(() => this.#now);
  }

  run(commands: readonly Command[]): void {
    for (const each of commands) {
      try {
        this.#execute(each);
      } catch (error) {
        this.log.push(`${each.do} threw ${(error as Error).name}`);
      }
      this.log.push(`next ${String(this.#queue.nextTime())}, ${this.#queue.size()} pending`);
    }
  }

  #execute(each: Command): void {
    switch (each.do) {
      case 'schedule':
        this.calls.push(this.#queue.schedule(each.time, this.#body(each.inside)));
        break;
      case 'callLater':
        this.calls.push(this.#queue.callLater(each.delay, this.#body(each.inside)));
        break;
      case 'cancel':
        this.#choose(each.which)?.cancel();
        break;
      case 'reset':
      case 'delay':
        this.#choose(each.which)?.[each.do](each.by);
        break;
      case 'run':
        this.#now += each.after;
        this.#queue.runDue(this.#now);
        break;
    }
  }

  #body(inside: readonly Command[]): () => void {
    const id = this.calls.length;
    return () => {
      this.log.push(`call ${id}, due at ${String(this.calls[id]?.getTime())}, made at ${this.#now}`);
      this.run(inside);
      this.log.push(`call ${id} ends`);
    };
  }

  #choose(which: number): Call | undefined {
    return this.calls[which % Math.max(1, this.calls.length)];
  }

  /** How every call has ended. */
  fates(): unknown[] {
    return this.calls.map((call) => [call.active(), call.getTime()]);
  }
}

describe('TimerQueue, in random programs', () => {
  it('does what a plain list does', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        const real = new Interpreter((seconds) => new RealQueue(seconds));
        const model = new Interpreter((seconds) => new ModelQueue(seconds));
        real.run(commands);
        model.run(commands);
        expect(real.log).to.deep.equal(model.log);
        expect(real.fates()).to.deep.equal(model.fates());
      }),
      { numRuns: 1000 },
    );
  });

  it('does what a plain list does when most calls are cancelled', () => {
    const delays = fc.array(fc.tuple(fc.nat(50), fc.nat(9)), { minLength: 200, maxLength: 500 });
    fc.assert(
      fc.property(delays, (given) => {
        const made: number[] = [];
        const clock = new Clock();
        const calls = given.map(([delay], id) =>
          clock.callLater(delay, (n: number) => void made.push(n), id),
        );
        for (const [id, call] of calls.entries()) if (given[id]![1] > 0) call.cancel();
        clock.advance(100);
        const kept = [...given.entries()].filter(([, [, fate]]) => fate === 0);
        expect(made).to.deep.equal(kept.sort(([, [a]], [, [b]]) => a - b).map(([id]) => id));
      }),
      { numRuns: 50 },
    );
  });
});
