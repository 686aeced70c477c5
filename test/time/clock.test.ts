import { expect } from 'chai';
import { expectTypeOf } from 'expect-type';
import type { IReactorTime } from '../../src/interfaces/reactor-time.js';
import { AlreadyCalled, Clock } from '../../src/time/index.js';

function nothing(): void {}

describe('Clock', () => {
  let clock = new Clock();
  let seen: string[] = [];
  const note = (text: string): void => void seen.push(`${text} at ${clock.seconds()}`);
  beforeEach(() => {
    clock = new Clock();
    seen = [];
  });

  // Twisted: ClockTests.testSeconds
  it('starts at 0 and stands still until told otherwise', () => {
    expect(clock.seconds()).to.equal(0);
    clock.advance(1.5);
    clock.advance(2);
    expect(clock.seconds()).to.equal(3.5);
  });

  // Twisted: ClockTests.testCallLater
  it('`callLater()` gives an active call with its due time', () => {
    const call = clock.callLater(1, note, 'a');
    expect(call.getTime()).to.equal(1);
    expect(call.active()).to.equal(true);
  });

  // Twisted: ClockTests.testCallLaterCancelled
  it('a cancelled call is inactive and is not made', () => {
    const call = clock.callLater(1, note, 'a');
    call.cancel();
    expect(call.active()).to.equal(false);
    clock.advance(1);
    expect(seen).to.deep.equal([]);
  });

  // Twisted: ClockTests.test_callLaterOrdering
  it('each `callLater()` gives a new call', () => {
    expect(clock.callLater(10, nothing)).not.to.equal(clock.callLater(10, nothing));
  });

  // Twisted: ClockTests.testAdvance
  it('`advance()` makes a call once its time has come, not before', () => {
    const call = clock.callLater(2, note, 'a');
    clock.advance(1);
    expect(seen).to.deep.equal([]);
    clock.advance(1);
    expect(seen).to.deep.equal(['a at 2']);
    expect(call.active()).to.equal(false);
  });

  // Twisted: ClockTests.testAdvanceCancel
  it('a call that cancels itself gets AlreadyCalled', () => {
    const call = clock.callLater(1, () => {
      call.cancel();
    });
    expect(() => clock.advance(1)).to.throw(AlreadyCalled);
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });

  // Twisted: ClockTests.test_getDelayedCalls
  it('`getDelayedCalls()` lists all calls to be made', () => {
    const calls = [clock.callLater(1, nothing), clock.callLater(2, nothing)];
    expect(clock.getDelayedCalls()).to.have.members(calls).and.to.have.lengthOf(2);
    clock.advance(1);
    expect(clock.getDelayedCalls()).to.deep.equal([calls[1]]);
  });

  // Twisted: ClockTests.test_getDelayedCallsEmpty
  it('`getDelayedCalls()` is empty at first', () => {
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });

  // Twisted: ClockTests.test_callLaterKeepsCallsOrdered
  it('makes calls in the order of their times, also after `reset()`', () => {
    const a = clock.callLater(1, note, 'a');
    a.reset(3);
    clock.callLater(2, note, 'b');
    clock.pump([1, 1, 1]);
    expect(seen).to.deep.equal(['b at 2', 'a at 3']);
  });

  // Twisted: ClockTests.test_callLaterResetInsideCallKeepsCallsOrdered
  it('makes calls in the order of their times, also after a `reset()` inside a call', () => {
    clock.callLater(1, () => {
      note('a');
      b.reset(3);
    });
    const b = clock.callLater(2, note, 'b');
    clock.callLater(3, note, 'c');
    clock.pump([1, 1, 1, 1]);
    expect(seen).to.deep.equal(['a at 1', 'c at 3', 'b at 4']);
  });

  it('`advance()` also makes the calls that became due by what the calls did', () => {
    clock.callLater(1, () => {
      note('first');
      clock.callLater(0, () => {
        note('second');
        clock.callLater(0, note, 'third');
        clock.callLater(0.5, note, 'later');
      });
    });
    clock.advance(1);
    expect(seen).to.deep.equal(['first at 1', 'second at 1', 'third at 1']);
    clock.advance(0.5);
    expect(seen).to.have.lengthOf(4);
  });

  it('a big step is one step: the calls see its end, not their due times', () => {
    clock.callLater(1, note, 'a');
    clock.callLater(2, note, 'b');
    clock.advance(10);
    expect(seen).to.deep.equal(['a at 10', 'b at 10']);
  });

  it('`advance()` throws what a call throws, and the rest stays to be made', () => {
    const boom = new Error('boom');
    clock.callLater(1, note, 'before');
    const failing = clock.callLater(1, () => {
      throw boom;
    });
    clock.callLater(1, note, 'after');
    expect(() => clock.advance(1)).to.throw(boom);
    expect(clock.seconds()).to.equal(1);
    expect(failing.active()).to.equal(false);
    expect(seen).to.deep.equal(['before at 1']);
    clock.advance(0);
    expect(seen).to.deep.equal(['before at 1', 'after at 1']);
  });

  it('`pump()` advances step by step', () => {
    clock.callLater(1, note, 'a');
    clock.callLater(3, note, 'b');
    clock.pump(new Set([1, 2]));
    expect(seen).to.deep.equal(['a at 1', 'b at 3']);
  });

  it('refuses to go back, or to the end of time', () => {
    for (const amount of [-1, NaN, Infinity])
      expect(() => clock.advance(amount)).to.throw(RangeError, `not ${amount}`);
    expect(clock.seconds()).to.equal(0);
  });

  it('refuses what is no delay and what is no function', () => {
    expect(() => clock.callLater(-1, nothing)).to.throw(RangeError);
    expect(() => clock.callLater(NaN, nothing)).to.throw(RangeError);
    expect(() => clock.callLater(1, 'f' as unknown as () => void)).to.throw(TypeError);
  });

  it('is what the interface promises', () => {
    expectTypeOf<Clock>().toExtend<IReactorTime>();
    // @ts-expect-error the argument is missing
    clock.callLater(1, note);
    // @ts-expect-error a number is not a string
    clock.callLater(1, note, 5);
    expect(clock.getDelayedCalls()).to.have.lengthOf(2);
  });
});
