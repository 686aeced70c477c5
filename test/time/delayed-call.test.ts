import { expect } from 'chai';
import { expectTypeOf } from 'expect-type';
import { inspect } from 'node:util';
import type { IDelayedCall } from '../../src/interfaces/reactor-time.js';
import { AlreadyCalled, AlreadyCancelled, Clock, DelayedCall, TimerQueue } from '../../src/time/index.js';

function nothing(): void {}

describe('DelayedCall', () => {
  let clock = new Clock();
  beforeEach(() => {
    clock = new Clock();
  });

  it('is active until it is made', () => {
    const call = clock.callLater(1, nothing);
    expect(call.active()).to.equal(true);
    clock.advance(1);
    expect(call.active()).to.equal(false);
    expect(call.getTime()).to.equal(1);
  });

  it('is not made once it is cancelled', () => {
    let made = false;
    const call = clock.callLater(1, () => (made = true));
    call.cancel();
    expect(call.active()).to.equal(false);
    clock.advance(2);
    expect(made).to.equal(false);
  });

  // Twisted: TimeTests.test_cancelCalledDelayedCallAsynchronous
  it('throws AlreadyCalled at `cancel()`, `reset()` and `delay()` once it was made', () => {
    const call = clock.callLater(0, nothing);
    clock.advance(0);
    expect(() => call.cancel()).to.throw(AlreadyCalled);
    expect(() => call.reset(1)).to.throw(AlreadyCalled);
    expect(() => call.delay(1)).to.throw(AlreadyCalled);
  });

  // Twisted: TimeTests.test_cancelCalledDelayedCallSynchronous
  it('throws AlreadyCalled also from inside its own function', () => {
    const seen: unknown[] = [];
    const call = clock.callLater(0, () => {
      for (const attempt of [() => call.cancel(), () => call.reset(1), () => call.delay(1)]) {
        try {
          attempt();
        } catch (error) {
          seen.push(error);
        }
      }
    });
    clock.advance(0);
    expect(seen).to.have.lengthOf(3);
    for (const error of seen) expect(error).to.be.instanceOf(AlreadyCalled);
  });

  // Twisted: TimeTests.test_cancelCancelledDelayedCall
  it('throws AlreadyCancelled once it was cancelled', () => {
    const call = clock.callLater(1, nothing);
    call.cancel();
    expect(() => call.cancel()).to.throw(AlreadyCancelled);
    expect(() => call.reset(1)).to.throw(AlreadyCancelled);
    expect(() => call.delay(1)).to.throw(AlreadyCancelled);
  });

  // Twisted: TimeTests.testDelayedCallSecondsOverride
  it('`reset()` counts from now by its queue’s clock', () => {
    const call = new TimerQueue(() => 10).schedule(5, nothing, []);
    expect(call.getTime()).to.equal(5);
    call.reset(3);
    expect(call.getTime()).to.equal(13);
  });

  it('`delay()` counts from when it was due', () => {
    const call = clock.callLater(5, nothing);
    clock.advance(2);
    call.delay(3);
    expect(call.getTime()).to.equal(8);
    call.delay(-7);
    expect(call.getTime()).to.equal(1);
    clock.advance(0);
    expect(call.active()).to.equal(false);
  });

  it('refuses times that are no numbers, and negative ones in `reset()`, and stays as it was', () => {
    const call = clock.callLater(5, nothing);
    for (const bad of [-1, NaN, -Infinity]) expect(() => call.reset(bad)).to.throw(RangeError, `not ${bad}`);
    expect(() => call.delay(NaN)).to.throw(RangeError, 'not NaN');
    for (const move of [() => call.reset('1' as never), () => call.delay('1' as never)]) {
      expect(move).to.throw(RangeError, "not '1'");
    }
    expect(call.getTime()).to.equal(5);
    call.reset(Infinity);
    expect(() => call.delay(-Infinity)).to.throw(RangeError);
    expect(call.getTime()).to.equal(Infinity);
  });

  it('`using` cancels it at the end of the block, whatever has happened to it', () => {
    const calls = [clock.callLater(1, nothing), clock.callLater(1, nothing), clock.callLater(0, nothing)];
    calls[1]!.cancel();
    clock.advance(0);
    for (const call of calls) call[Symbol.dispose]();
    expect(clock.getDelayedCalls()).to.deep.equal([]);
    expect(() => calls[0]!.cancel()).to.throw(AlreadyCancelled);
    expect(() => calls[2]!.cancel()).to.throw(AlreadyCalled);
  });

  // Twisted: DelayedCallMixin.test_eq, test_ne
  it('equals only itself, even if another is due at the same time', () => {
    const [first, second] = [clock.callLater(1, nothing), clock.callLater(1, nothing)];
    expect(first).to.equal(clock.getDelayedCalls()[0]);
    expect(first).not.to.equal(second);
  });

  describe('as text', () => {
    // Twisted: DelayedCallMixin.test_str, test_repr. Overridden: the form is our own, and arguments are left out.
    it('names the function, the due time and the state', () => {
      clock.advance(1.5);
      const call = clock.callLater(10.5, nothing);
      expect(String(call)).to.equal('DelayedCall(nothing, at 12 s, in 10.5 s, active)');
      expect(inspect(call)).to.equal(String(call));
      expect(String(clock.callLater(1, () => {}))).to.equal('DelayedCall(at 2.5 s, in 1 s, active)');
    });

    // Twisted: TimeTests.testDelayedCallStringification
    it('works in every state', () => {
      const call = clock.callLater(1, nothing);
      call.reset(2);
      expect(String(call)).to.equal('DelayedCall(nothing, at 2 s, in 2 s, active)');
      clock.advance(2);
      expect(String(call)).to.equal('DelayedCall(nothing, at 2 s, called)');
      const cancelled = clock.callLater(1, nothing);
      cancelled.cancel();
      expect(String(cancelled)).to.equal('DelayedCall(at 3 s, cancelled)');
    });

    describe('while debugging', () => {
      afterEach(() => {
        DelayedCall.debug = false;
      });

      // Twisted: DelayedCallDebugTests.test_str, test_switchFromDebug
      it('tells where the call was scheduled, also after debugging has ended', () => {
        DelayedCall.debug = true;
        const call = (function schedulesIt() {
          return clock.callLater(1, nothing);
        })();
        DelayedCall.debug = false;
        expect(String(call)).to.match(
          /^DelayedCall\(nothing.*\)\ntraceback at creation:\n(?:.*\n)*?.*at schedulesIt /,
        );
      });

      // Twisted: DelayedCallNoDebugTests.test_switchToDebug
      it('has nothing to tell about calls made before', () => {
        const call = clock.callLater(1, nothing);
        DelayedCall.debug = true;
        expect(String(call)).not.to.contain('traceback');
      });
    });
  });

  it('lets go of its function and arguments once it is made or cancelled', async () => {
    const held: WeakRef<object>[] = [];
    const schedule = (): IDelayedCall => {
      const argument = { big: 'thing' };
      const f = (given: object): object => given;
      held.push(new WeakRef(argument), new WeakRef(f));
      return clock.callLater(1, f, argument);
    };
    const made = schedule();
    clock.advance(1);
    const cancelled = schedule();
    cancelled.cancel();
    const alive = (): boolean => held.some((reference) => reference.deref() !== undefined);
    for (let round = 0; round < 20 && alive(); round += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      gc?.();
    }
    expect(alive()).to.equal(false);
    expect([made.active(), cancelled.active()]).to.deep.equal([false, false]);
  });

  it('its errors take a message and a cause', () => {
    const cause = new Error('why');
    expect(new AlreadyCalled('text', { cause })).to.include({
      name: 'AlreadyCalled',
      message: 'text',
      cause,
    });
    expect(new AlreadyCancelled('text', { cause })).to.include({
      name: 'AlreadyCancelled',
      message: 'text',
      cause,
    });
  });

  it('is what the interface promises', () => {
    expectTypeOf<DelayedCall>().toExtend<IDelayedCall>();
    expect(clock.callLater(0, nothing)).to.be.instanceOf(DelayedCall);
  });
});
