import { expect } from 'chai';
import type { DelayedCall } from '../../src/time/index.js';
import { TimerQueue } from '../../src/time/index.js';

const nothing = (): void => {};
const fatal = (error: unknown): never => {
  throw error;
};

/** A queue on a clock that the test sets by hand. */
class QueueByHand extends TimerQueue {
  readonly clock: { now: number };
  readonly earlier: number[];

  constructor(now = 0) {
    const clock = { now };
    const earlier: number[] = [];
    super(() => clock.now, { onEarlier: (time) => void earlier.push(time) });
    this.clock = clock;
    this.earlier = earlier;
  }

  /** How long a poll may block: until the first call is due; undefined if there is none. */
  timeout(): number | undefined {
    const time = this.nextTime();
    return time === undefined ? undefined : time - this.clock.now;
  }

  /** Lets the time be `now` and makes the calls that are due. */
  runAt(now: number): void {
    this.clock.now = now;
    this.runDue(now, fatal);
  }
}

describe('TimerQueue', () => {
  describe('nextTime()', () => {
    it('is undefined while there is nothing to do', () => {
      expect(new QueueByHand().timeout()).to.equal(undefined);
    });

    // Twisted: IterationTimeoutTests.test_delayedCall
    it('is when the only call is due', () => {
      const queue = new QueueByHand(12);
      queue.callLater(100, nothing, []);
      expect(queue.timeout()).to.equal(100);
    });

    // Twisted: IterationTimeoutTests.test_timePasses
    it('comes nearer as time passes', () => {
      const queue = new QueueByHand();
      queue.callLater(100, nothing, []);
      queue.clock.now = 25;
      expect(queue.timeout()).to.equal(75);
    });

    // Twisted: IterationTimeoutTests.test_multipleDelayedCalls
    it('is that of the earliest of several', () => {
      const queue = new QueueByHand();
      for (const delay of [50, 10, 100]) queue.callLater(delay, nothing, []);
      expect(queue.timeout()).to.equal(10);
    });

    // Twisted: IterationTimeoutTests.test_resetDelayedCall
    it('follows `reset()`, to later and to earlier', () => {
      const queue = new QueueByHand();
      const call = queue.callLater(50, nothing, []);
      queue.clock.now = 25;
      call.reset(50);
      expect(queue.timeout()).to.equal(50);
      call.reset(5);
      expect(queue.timeout()).to.equal(5);
    });

    // Twisted: IterationTimeoutTests.test_delayDelayedCall
    it('follows `delay()`, to later and to earlier', () => {
      const queue = new QueueByHand();
      const call = queue.callLater(50, nothing, []);
      queue.clock.now = 10;
      call.delay(20);
      expect(queue.timeout()).to.equal(60);
      call.delay(-55);
      expect(queue.timeout()).to.equal(5);
    });

    // Twisted: IterationTimeoutTests.test_cancelDelayedCall
    it('follows `cancel()`', () => {
      const queue = new QueueByHand();
      const call = queue.callLater(50, nothing, []);
      call.cancel();
      expect(queue.timeout()).to.equal(undefined);
      const early = queue.callLater(1, nothing, []);
      queue.callLater(2, nothing, []);
      early.cancel();
      expect(queue.timeout()).to.equal(2);
    });

    // Twisted: TimeTestsBuilder.test_distantDelayedCall
    it('is exact for calls that nobody will live to see, which stay pending', () => {
      const queue = new QueueByHand();
      const distant = queue.callLater(2 ** 128 + 1, nothing, []);
      const never = queue.callLater(Infinity, nothing, []);
      expect(queue.nextTime()).to.equal(2 ** 128 + 1);
      queue.runAt(1e9);
      expect(distant.active()).to.equal(true);
      distant.cancel();
      expect(queue.nextTime()).to.equal(Infinity);
      queue.runAt(1e300);
      expect(never.active()).to.equal(true);
      expect(queue.pending()).to.deep.equal([never]);
    });
  });

  describe('runDue()', () => {
    it('makes the calls that are due, with their arguments, by due time and then in the order of calling', () => {
      const queue = new QueueByHand();
      const seen: string[] = [];
      const note = (...texts: string[]): void => void seen.push(texts.join(' '));
      for (const [time, text] of [
        [3, 'd'],
        [1, 'a'],
        [2, 'b'],
        [2, 'c'],
        [9, 'not yet'],
      ] as const) {
        queue.schedule(time, note, [text, 'at', String(time)]);
      }
      queue.runAt(3);
      expect(seen).to.deep.equal(['a at 1', 'b at 2', 'c at 2', 'd at 3']);
      expect(queue.size).to.equal(1);
    });

    // #6718 of Twisted: there, calls of equal time run in heap order.
    it('makes a thousand calls of equal time in the order of calling', () => {
      const queue = new QueueByHand();
      const seen: number[] = [];
      for (let i = 0; i < 1000; i += 1) queue.callLater(1, (n: number) => void seen.push(n), [i]);
      queue.runAt(1);
      expect(seen).to.deep.equal([...Array(1000).keys()]);
    });

    it('keeps the order of calling for calls that were moved to equal times', () => {
      const queue = new QueueByHand();
      const seen: string[] = [];
      const first = queue.callLater(1, () => void seen.push('first'), []);
      const second = queue.callLater(9, () => void seen.push('second'), []);
      second.reset(5);
      first.reset(5);
      queue.runAt(5);
      expect(seen).to.deep.equal(['first', 'second']);
    });

    it('leaves what was scheduled meanwhile for the next time, due or not', () => {
      const queue = new QueueByHand();
      const seen: string[] = [];
      queue.callLater(
        1,
        () => {
          seen.push('old');
          queue.callLater(0, () => void seen.push('new'), []);
          queue.schedule(-5, () => void seen.push('overdue'), []);
          expect(queue.size).to.equal(3);
          expect(queue.pending()).to.have.lengthOf(3);
        },
        [],
      );
      queue.callLater(1, () => void seen.push('old too'), []);
      queue.runAt(1);
      expect(seen).to.deep.equal(['old', 'old too']);
      expect(queue.nextTime()).to.equal(-5);
      queue.runAt(1);
      expect(seen).to.deep.equal(['old', 'old too', 'overdue', 'new']);
    });

    it('makes calls that are moved to now from inside it, and not those moved away or cancelled', () => {
      const queue = new QueueByHand();
      const seen: string[] = [];
      const note = (text: string): void => void seen.push(text);
      queue.callLater(
        1,
        () => {
          near.reset(0);
          away.delay(10);
          gone.cancel();
        },
        [],
      );
      const near = queue.callLater(50, note, ['near']);
      const away = queue.callLater(1, note, ['away']);
      const gone = queue.callLater(1, note, ['gone']);
      queue.runAt(1);
      expect(seen).to.deep.equal(['near']);
      expect(queue.timeout()).to.equal(10);
    });

    it('new calls can be cancelled, moved and looked for while they wait for its end', () => {
      const queue = new QueueByHand();
      const seen: string[] = [];
      const note = (text: string): void => void seen.push(text);
      const made: DelayedCall[] = [];
      queue.callLater(
        1,
        () => void made.push(...['a', 'b', 'c'].map((name) => queue.schedule(-1, note, [name]))),
        [],
      );
      queue.callLater(
        1,
        () => {
          made[0]!.cancel();
          made[1]!.reset(4);
          expect(queue.pending()).to.have.members([made[1], made[2]]);
          expect(queue.nextTime()).to.equal(-1);
        },
        [],
      );
      queue.runAt(1);
      expect(seen).to.deep.equal([]);
      queue.runAt(2);
      expect(seen).to.deep.equal(['c']);
      expect(queue.nextTime()).to.equal(5);
    });

    it('run from inside a call it is a turn of its own', () => {
      const queue = new QueueByHand();
      const seen: string[] = [];
      queue.callLater(
        1,
        () => {
          queue.schedule(0, () => void seen.push('new'), []);
          queue.runDue(1, fatal);
          seen.push('back');
        },
        [],
      );
      queue.callLater(1, () => void seen.push('old'), []);
      queue.runAt(1);
      expect(seen).to.deep.equal(['new', 'old', 'back']);
      expect(queue.size).to.equal(0);
    });

    it('gives each exception, with its call, to `onError` and makes the other calls', () => {
      const queue = new QueueByHand();
      const boom = new Error('boom');
      const seen: unknown[] = [];
      const failing = queue.callLater(
        1,
        function reconnect() {
          throw boom;
        },
        [],
      );
      queue.callLater(1, () => void seen.push('next'), []);
      queue.runDue(1, (error, call) => void seen.push(error, call, call.toString()));
      expect(seen).to.deep.equal([boom, failing, 'DelayedCall(reconnect, at 1 s, called)', 'next']);
    });

    it('gives the rejection of a promise that a call returned to `onError` too', async () => {
      const queue = new QueueByHand();
      const boom = new Error('boom');
      const call = queue.callLater(0, () => Promise.reject(boom), []);
      const told = await new Promise((resolve) => {
        queue.runDue(0, (...about) => {
          resolve(about);
        });
      });
      expect(told).to.deep.equal([boom, call]);
    });

    it('is in order again after `onError` has thrown', () => {
      const queue = new QueueByHand();
      const seen: string[] = [];
      queue.callLater(
        0,
        () => {
          queue.schedule(-1, () => void seen.push('new'), []);
        },
        [],
      );
      queue.callLater(
        0,
        () => {
          throw new Error('boom');
        },
        [],
      );
      queue.callLater(0, () => void seen.push('after'), []);
      expect(() => {
        queue.runAt(0);
      }).to.throw('boom');
      expect(queue.size).to.equal(2);
      queue.callLater(0, nothing, []);
      queue.schedule(-3, nothing, []);
      expect(queue.earlier.at(-1)).to.equal(-3);
      queue.runAt(0);
      expect(seen).to.deep.equal(['new', 'after']);
    });

    it('does nothing for a time that is not a number of seconds', () => {
      const queue = new QueueByHand();
      queue.callLater(0, nothing, []);
      queue.runDue(NaN, fatal);
      expect(queue.size).to.equal(1);
    });
  });

  describe('callLater()', () => {
    // Twisted: TimeTests.test_callLater
    it('never calls at once', () => {
      const queue = new QueueByHand();
      const seen: string[] = [];
      queue.callLater(0, (text: string) => void seen.push(text), ['arg']);
      expect(seen).to.deep.equal([]);
      queue.runAt(0);
      expect(seen).to.deep.equal(['arg']);
    });

    // Twisted: TimeTests.test_callLaterUsesReactorSecondsInDelayedCall, testCallLaterTime
    it('counts from the time that `seconds` tells', () => {
      expect(new QueueByHand(100).callLater(5, nothing, []).getTime()).to.equal(105);
    });

    it('refuses negative delays, and what is no number or no function', () => {
      const queue = new QueueByHand();
      for (const delay of [-1, -Number.MIN_VALUE, NaN, -Infinity]) {
        expect(() => queue.callLater(delay, nothing, [])).to.throw(RangeError, `not ${delay}`);
      }
      expect(() => queue.callLater('5' as unknown as number, nothing, [])).to.throw(RangeError, "not '5'");
      expect(() => queue.callLater(1, null as unknown as () => void, [])).to.throw(TypeError);
      expect(queue.size).to.equal(0);
    });
  });

  // Twisted: DelayedTests.testGetDelayedCalls
  it('`pending()` and `size` know the calls to be made at each step', () => {
    const queue = new QueueByHand();
    expect(queue.pending()).to.deep.equal([]);
    const first = queue.callLater(1, nothing, []);
    const second = queue.callLater(2, nothing, []);
    const third = queue.callLater(3, nothing, []);
    expect(queue.pending()).to.have.members([first, second, third]);
    second.cancel();
    expect(queue.pending()).to.have.members([first, third]);
    queue.runAt(1);
    expect(queue.pending()).to.deep.equal([third]);
    expect(queue.size).to.equal(1);
    third.cancel();
    expect(queue.pending()).to.deep.equal([]);
    expect(queue.size).to.equal(0);
  });

  describe('onEmpty', () => {
    it('is told when the last call is cancelled, and not when it is made', () => {
      let told = 0;
      const queue = new TimerQueue(() => 0, { onEmpty: () => (told += 1) });
      const [first, second] = [queue.callLater(1, nothing, []), queue.callLater(2, nothing, [])];
      first.cancel();
      expect(told).to.equal(0);
      second.cancel();
      expect(told).to.equal(1);
      queue.callLater(1, nothing, []);
      queue.runDue(1, nothing);
      expect([told, queue.size]).to.deep.equal([1, 0]);
    });
  });

  describe('onEarlier', () => {
    it('is told of each call that comes before all others', () => {
      const queue = new QueueByHand();
      queue.callLater(10, nothing, []);
      queue.callLater(20, nothing, []);
      queue.callLater(10, nothing, []);
      queue.callLater(5, nothing, []);
      expect(queue.earlier).to.deep.equal([10, 5]);
    });

    it('is told of a call that is moved before all others, and not of other moves', () => {
      const queue = new QueueByHand();
      queue.callLater(10, nothing, []);
      const second = queue.callLater(20, nothing, []);
      second.reset(15);
      second.delay(100);
      second.reset(1);
      expect(queue.earlier).to.deep.equal([10, 1]);
    });

    it('is not told during `runDue()`, after which `nextTime()` knows', () => {
      const queue = new QueueByHand();
      queue.callLater(1, () => queue.callLater(2, nothing, []), []);
      queue.runAt(1);
      expect(queue.earlier).to.deep.equal([1]);
      expect(queue.nextTime()).to.equal(3);
    });

    it('is told again when all was cancelled before', () => {
      const queue = new QueueByHand();
      queue.callLater(1, nothing, []).cancel();
      queue.callLater(2, nothing, []);
      expect(queue.nextTime()).to.equal(2);
      expect(queue.earlier).to.deep.equal([1, 2]);
    });
  });

  it('holds no more than a bounded number of cancelled calls, wherever they stand', () => {
    const queue = new QueueByHand();
    const keptFirst = queue.callLater(0, nothing, []);
    const references: WeakRef<DelayedCall>[] = [];
    for (let round = 0; round < 100; round += 1) {
      const calls = [...Array(100).keys()].map((n) => queue.callLater(100 - n, nothing, []));
      for (const call of calls) {
        call.cancel();
        references.push(new WeakRef(call));
      }
      expect(queue.size).to.equal(1);
    }
    expect(queue.pending()).to.deep.equal([keptFirst]);
  });

  it('lets go of cancelled calls', async () => {
    const queue = new QueueByHand();
    queue.callLater(0, nothing, []);
    const references: WeakRef<DelayedCall>[] = [];
    (() => {
      const calls = [...Array(10_000).keys()].map((n) =>
        queue.callLater(1 + ((n * 7919) % 1000), nothing, []),
      );
      for (const call of calls) {
        call.cancel();
        references.push(new WeakRef(call));
      }
    })();
    const alive = (): number => references.filter((reference) => reference.deref() !== undefined).length;
    for (let round = 0; round < 20 && alive() > 60; round += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      gc?.();
    }
    expect(alive()).to.be.at.most(60);
    expect(queue.size).to.equal(1);
  });
});
