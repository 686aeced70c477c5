import { expect } from 'chai';
import { MultiService, TimerService } from '../../src/application/index.js';
import { Deferred } from '../../src/defer/index.js';
import { getReactor } from '../../src/reactor/index.js';
import { LogCapture } from '../../src/testing/index.js';
import { Clock } from '../../src/time/index.js';
import { outcomeOf } from './recording-service.js';

function makeTimer(f: (count: number) => unknown = () => {}) {
  const clock = new Clock();
  const calls: number[] = [];
  const timer = new TimerService(2, () => {
    calls.push(clock.seconds());
    return f(calls.length);
  });
  timer.clock = clock;
  return { clock, calls, timer };
}

describe('TimerService', () => {
  // Twisted: TimerServiceTests.test_startService, TimerServiceTests.test_startServiceRunsCallImmediately
  it('calls the function when it starts, and runs on its clock', () => {
    const { clock, calls, timer } = makeTimer();
    timer.startService();
    expect(timer.running).to.equal(true);
    expect(calls).to.deep.equal([0]);
    expect(clock.getDelayedCalls().map((call) => call.getTime())).to.deep.equal([2]);
    void timer.stopService();
  });

  // Twisted: TimerServiceTests.test_startServiceUsesGlobalReactor
  it('runs on the default reactor if it has no clock', () => {
    using reactor = getReactor();
    const timer = new TimerService(3600, () => {});
    timer.startService();
    expect(reactor.getDelayedCalls()).to.have.length(1);
    void timer.stopService();
    expect(reactor.getDelayedCalls()).to.have.length(0);
  });

  // Twisted: TimerBasicTests.testTimerLoops
  it('calls it again and again', () => {
    const { clock, calls, timer } = makeTimer();
    timer.startService();
    clock.pump(Array.from({ length: 9 }, () => 2));
    expect(calls).to.have.length(10);
    void timer.stopService();
  });

  it('passes arguments', () => {
    const seen: unknown[] = [];
    const timer = new TimerService(1, (a: number, b: string) => seen.push(a, b), 7, 'x');
    timer.clock = new Clock();
    timer.startService();
    expect(seen).to.deep.equal([7, 'x']);
    void timer.stopService();
  });

  // Twisted: TimerBasicTests.testTimerRestart
  it('can be started again', () => {
    const { clock, calls, timer } = makeTimer();
    const parent = new MultiService();
    parent.addService(timer);
    void parent.startService();
    void parent.stopService();
    expect(clock.getDelayedCalls()).to.have.length(0);
    void parent.startService();
    clock.advance(2);
    expect(calls).to.deep.equal([0, 0, 2]);
    void parent.stopService();
  });

  // Twisted: TimerServiceTests.test_stopServiceImmediately
  it('`stopService()` between calls fires at once', () => {
    const { clock, timer } = makeTimer();
    timer.startService();
    const outcome = outcomeOf(timer.stopService());
    expect([outcome.text, timer.running]).to.deep.equal(['fired', false]);
    expect(clock.getDelayedCalls()).to.have.length(0);
  });

  // Twisted: TimerServiceTests.test_stopServiceWaits
  it('`stopService()` during a call fires when that has ended', () => {
    const call = new Deferred<void>();
    const { clock, timer } = makeTimer(() => call);
    timer.startService();
    const outcome = outcomeOf(timer.stopService());
    expect(outcome.text).to.equal('pending');
    call.callback();
    expect(outcome.text).to.equal('fired');
    expect(clock.getDelayedCalls()).to.have.length(0);
  });

  it('waits for a call of the run before, when it is started again', () => {
    const call = new Deferred<void>();
    const { calls, timer } = makeTimer((count) => (count === 1 ? call : undefined));
    timer.startService();
    void timer.stopService();
    timer.startService();
    expect(calls).to.have.length(1);
    call.callback();
    expect(calls).to.have.length(2);
    void timer.stopService();
  });

  // Twisted: TimerServiceTests.test_failedCallLogsError, InternetTests.testBrokenTimer
  it('logs a call that fails once, calls no more, and stops without an error', () => {
    using capture = new LogCapture();
    const { clock, calls, timer } = makeTimer(() => {
      throw new ZeroDivision();
    });
    timer.startService();
    expect(capture.flushErrors(ZeroDivision)).to.have.length(1);
    clock.advance(10);
    expect(calls).to.have.length(1);
    expect(outcomeOf(timer.stopService()).text).to.equal('fired');
    expect(capture.errors).to.deep.equal([]);
  });

  it('begins anew after a call that failed, if it is started again', () => {
    using capture = new LogCapture();
    const { clock, calls, timer } = makeTimer((count) => {
      if (count === 1) throw new ZeroDivision();
    });
    timer.startService();
    expect(capture.flushErrors(ZeroDivision)).to.have.length(1);
    timer.startService();
    clock.advance(2);
    expect(calls).to.deep.equal([0, 0, 2]);
    void timer.stopService();
  });

  it('does nothing if it is started twice', () => {
    const { clock, calls, timer } = makeTimer();
    timer.startService();
    timer.startService();
    expect([calls.length, clock.getDelayedCalls().length]).to.deep.equal([1, 1]);
    void timer.stopService();
  });

  it('takes no step that is negative, and nothing that is not a function', () => {
    expect(() => new TimerService(-1, () => {})).to.throw(RangeError, 'not -1');
    expect(() => new TimerService(1, 'f' as never)).to.throw(TypeError, 'a function to call');
  });
});

class ZeroDivision extends Error {}
