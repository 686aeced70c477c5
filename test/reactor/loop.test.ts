import { expect } from 'chai';
import type { IDelayedCall } from '../../src/interfaces/index.js';
import { Reactor } from '../../src/reactor/index.js';
import { RecordingDescriptor } from '../../src/testing/conformance/reactor-descriptor.js';
import { EFD_CLOEXEC, EFD_NONBLOCK, checked, getDriver } from '../../src/libc/index.js';
import { FakeDriver } from './fake-driver.js';

/** A reactor on a host loop that the test drives. */
class Fixture implements Disposable {
  readonly driver = new FakeDriver();
  readonly host = this.driver.host;
  readonly reactor: Reactor;
  readonly #descriptors: RecordingDescriptor[] = [];

  constructor(options: { readonly turnMs?: number; readonly eventsPerTurn?: number } = {}) {
    this.reactor = new Reactor({ ...options, driver: this.driver });
  }

  /** A descriptor that is always writable. */
  writable(): RecordingDescriptor {
    const fd = checked(getDriver().libc.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), 'eventfd');
    const descriptor = new RecordingDescriptor(fd);
    this.#descriptors.push(descriptor);
    return descriptor;
  }

  [Symbol.dispose](): void {
    this.reactor.close();
    for (const { fd } of this.#descriptors) getDriver().libc.close(fd);
  }
}

const nothing = (): void => {};

describe('Loop: when the next turn comes', () => {
  /** When the reactor wants to be woken, in seconds from now, once it has flushed; Infinity: not at all. */
  function secondsToWake({ host }: Fixture): number {
    if (host.flushWanted) host.flush();
    return host.wakeTime === undefined ? Infinity : (host.wakeTime - host.time) / 1000;
  }

  /** How long `iterate()` would block for a long time, in seconds. */
  function secondsOfIterate({ reactor, driver }: Fixture): number {
    driver.waits.length = 0;
    reactor.iterate(1e6);
    return driver.waits[0]! / 1000;
  }

  // Twisted: IterationTimeoutTests.test_delayedCall
  it('comes at the time of the only timer', () => {
    using fixture = new Fixture();
    fixture.reactor.callLater(100, nothing);
    expect([secondsToWake(fixture), secondsOfIterate(fixture)]).to.deep.equal([100, 100]);
  });

  // Twisted: IterationTimeoutTests.test_timePasses
  it('comes the sooner the more time has passed', () => {
    using fixture = new Fixture();
    fixture.reactor.callLater(100, nothing);
    fixture.host.time += 25_000;
    expect([secondsToWake(fixture), secondsOfIterate(fixture)]).to.deep.equal([75, 75]);
  });

  // Twisted: IterationTimeoutTests.test_multipleDelayedCalls
  it('comes at the time of the first of several timers', () => {
    using fixture = new Fixture();
    for (const delay of [50, 10, 100]) fixture.reactor.callLater(delay, nothing);
    expect([secondsToWake(fixture), secondsOfIterate(fixture)]).to.deep.equal([10, 10]);
  });

  // Twisted: IterationTimeoutTests.test_resetDelayedCall, test_delayDelayedCall
  const moves: readonly [name: string, move: (call: IDelayedCall) => void][] = [
    ['reset', (call) => call.reset(60)],
    ['delay', (call) => call.delay(20)],
  ];
  for (const [name, move] of moves) {
    it(`follows a timer that is moved by \`${name}()\``, () => {
      using fixture = new Fixture();
      const call = fixture.reactor.callLater(50, nothing);
      secondsToWake(fixture);
      fixture.host.time += 10_000;
      move(call);
      // A host loop that was told the earlier time keeps it, and the turn then puts it right.
      fixture.host.turn();
      expect([secondsToWake(fixture), secondsOfIterate(fixture)]).to.deep.equal([60, 60]);
    });
  }

  // Twisted: IterationTimeoutTests.test_cancelDelayedCall
  it('does not come once the only timer is cancelled', () => {
    using fixture = new Fixture();
    const call = fixture.reactor.callLater(50, nothing);
    secondsToWake(fixture);
    call.cancel();
    fixture.host.turn();
    expect(secondsToWake(fixture)).to.equal(Infinity);
    expect(secondsOfIterate(fixture)).to.equal(1e6);
  });

  // Twisted: IterationTimeoutTests.test_noCalls
  it('does not come without timers', () => {
    using fixture = new Fixture();
    expect(secondsToWake(fixture)).to.equal(Infinity);
    fixture.host.turn();
    expect(secondsToWake(fixture)).to.equal(Infinity);
  });

  // Twisted: TimeTestsBuilder.test_distantDelayedCall
  it('waits as long as epoll_wait can for the most distant of times', () => {
    using fixture = new Fixture();
    fixture.reactor.callLater(2 ** 128 + 1, nothing);
    fixture.reactor.iterate(Infinity);
    expect(fixture.driver.waits).to.deep.equal([2 ** 31 - 1]);
  });

  it('rounds a wait up to whole milliseconds, so that no timer is met too early', () => {
    using fixture = new Fixture();
    fixture.reactor.callLater(0.0125, nothing);
    fixture.reactor.iterate(1);
    fixture.reactor.iterate(0);
    expect(fixture.driver.waits).to.deep.equal([13, 0]);
  });

  it('asks the host loop for another time only if there is another', () => {
    using fixture = new Fixture();
    fixture.reactor.callLater(100, nothing);
    const writer = fixture.writable();
    fixture.reactor.addWriter(writer);
    for (let turn = 0; turn < 10; turn += 1) fixture.host.turn();
    expect([writer.count('write'), fixture.host.wakeTimes]).to.deep.equal([10, 1]);
    fixture.reactor.callLater(200, nothing);
    fixture.host.turn();
    expect(fixture.host.wakeTimes).to.equal(1);
    fixture.reactor.callLater(50, nothing);
    fixture.host.turn();
    expect([fixture.host.wakeTimes, fixture.host.wakeTime]).to.deep.equal([2, 50_000]);
  });

  it('tells the host loop of timers made outside a turn before it sleeps, and of those made inside when the turn ends', () => {
    using fixture = new Fixture();
    const { host, reactor } = fixture;
    reactor.callLater(50, () => reactor.callLater(1, nothing));
    expect([host.flushWanted, host.wakeTime]).to.deep.equal([true, undefined]);
    host.flush();
    expect([host.flushWanted, host.wakeTime]).to.deep.equal([false, 50_000]);
    host.time = 50_000;
    host.turn();
    expect([host.flushWanted, host.wakeTime]).to.deep.equal([false, 51_000]);
  });
});

describe('Loop: a turn', () => {
  it('goes: calls from threads, due timers, descriptors', () => {
    using fixture = new Fixture();
    const events: string[] = [];
    const writer = fixture.writable();
    writer.onWrite = () => void events.push('descriptor');
    fixture.reactor.addWriter(writer);
    fixture.reactor.callLater(0, () => events.push('timer'));
    fixture.reactor.callFromThread(() => events.push('call'));
    fixture.host.turn();
    expect(events).to.deep.equal(['call', 'timer', 'descriptor']);
  });

  it('leaves calls and timers that it makes to the next turn', () => {
    using fixture = new Fixture();
    const events: string[] = [];
    fixture.reactor.callFromThread(() => fixture.reactor.callFromThread(() => events.push('call')));
    fixture.reactor.callLater(0, () => fixture.reactor.callLater(0, () => events.push('timer')));
    fixture.host.turn();
    expect(events).to.deep.equal([]);
    expect([fixture.host.turnWanted, fixture.host.wakeTime]).to.deep.equal([true, 0]);
    fixture.host.turn();
    expect(events).to.deep.equal(['call', 'timer']);
  });

  it('takes no more events than `eventsPerTurn`, and serves all in rotation', () => {
    using fixture = new Fixture({ eventsPerTurn: 4, turnMs: Infinity });
    const writers = Array.from({ length: 12 }, () => fixture.writable());
    for (const writer of writers) fixture.reactor.addWriter(writer);
    const total = (): number => writers.reduce((sum, writer) => sum + writer.count('write'), 0);
    fixture.host.turn();
    expect(total()).to.equal(4);
    fixture.host.turn();
    fixture.host.turn();
    expect(writers.map((writer) => writer.count('write'))).to.deep.equal(writers.map(() => 1));
  });

  it('takes no more events after `turnMs`; what it left over comes in the next ones', () => {
    using fixture = new Fixture({ turnMs: 5 });
    const writers = Array.from({ length: 6 }, () => fixture.writable());
    for (const writer of writers) {
      writer.onWrite = () => {
        fixture.host.time += 2;
        fixture.reactor.removeWriter(writer);
      };
      fixture.reactor.addWriter(writer);
    }
    const total = (): number => writers.reduce((sum, writer) => sum + writer.count('write'), 0);
    fixture.host.turn();
    expect(total()).to.equal(3);
    fixture.host.turn();
    expect(total()).to.equal(6);
  });

  it('does not count the time that `iterate()` waits', () => {
    using fixture = new Fixture({ turnMs: 5 });
    const writers = [fixture.writable(), fixture.writable()];
    for (const writer of writers) fixture.reactor.addWriter(writer);
    fixture.driver.onWait = (timeoutMs) => (fixture.host.time += timeoutMs);
    const slow: unknown[] = [];
    fixture.reactor.events.on('slowTurn', (event) => slow.push(event));
    fixture.reactor.iterate(10);
    expect(fixture.driver.waits).to.deep.equal([10_000]);
    expect(writers.map((writer) => writer.count('write'))).to.deep.equal([1, 1]);
    expect(slow).to.deep.equal([]);
  });

  it('is not taken inside another, whatever the host loop does', () => {
    using fixture = new Fixture();
    let depth = 0;
    fixture.reactor.callFromThread(() => {
      fixture.host.turn();
      fixture.host.flush();
      depth += 1;
    });
    fixture.host.turn();
    expect(depth).to.equal(1);
  });

  it('does not wait in `iterate()` after a timer has been called', () => {
    using fixture = new Fixture();
    fixture.reactor.callLater(0, nothing);
    fixture.reactor.iterate(10);
    fixture.reactor.iterate(10);
    expect(fixture.driver.waits).to.deep.equal([0, 10_000]);
  });

  it('goes on with a stop that was asked for outside a turn before `iterate()` waits', () => {
    using fixture = new Fixture();
    const { reactor } = fixture;
    const running: boolean[] = [];
    fixture.driver.onWait = () => running.push(reactor.running);
    void reactor.run({ installSignalHandlers: false });
    reactor.stop();
    reactor.iterate(10);
    expect([running, fixture.driver.waits]).to.deep.equal([[false], [10_000]]);
  });

  it('holds the process while something is watched or it runs, and lets it go afterwards', () => {
    using fixture = new Fixture();
    const { host, reactor } = fixture;
    const held = (): boolean => {
      if (host.flushWanted) host.flush();
      if (host.turnWanted) host.turn();
      return host.held;
    };
    const writer = fixture.writable();
    expect(held()).to.equal(false);
    reactor.addHangUpWatch(writer);
    expect(held()).to.equal(true);
    reactor.keepAlive(writer, false);
    expect(held()).to.equal(false);
    reactor.keepAlive(writer, true);
    expect(held()).to.equal(true);
    reactor.forget(writer);
    expect(held()).to.equal(false);
    void reactor.run({ installSignalHandlers: false });
    expect(held()).to.equal(true);
    reactor.stop();
    expect(held()).to.equal(false);
    void reactor.run({ installSignalHandlers: false });
    expect(held()).to.equal(true);
    reactor.crash();
    expect(held()).to.equal(false);
  });
});

describe('Loop: slow callbacks', () => {
  function slowTurns(fixture: Fixture): unknown[] {
    const slow: unknown[] = [];
    fixture.reactor.events.on('slowTurn', (event) => slow.push(event));
    return slow;
  }

  /** Keeps everybody waiting. */
  function dawdle({ host }: Fixture, ms: number): void {
    host.time += ms;
  }

  // R6
  it('names the descriptor whose callback was slow, and its time', () => {
    using fixture = new Fixture({ turnMs: Infinity });
    const slow = slowTurns(fixture);
    const [quick, lazy] = [fixture.writable(), fixture.writable()];
    quick.onWrite = () => dawdle(fixture, 100);
    lazy.onWrite = () => dawdle(fixture, 101);
    fixture.reactor.addWriter(quick);
    fixture.reactor.addWriter(lazy);
    fixture.host.turn();
    expect(slow).to.deep.equal([{ what: lazy.logPrefix(), durationMs: 101 }]);
  });

  it('names the timer, and the call of `callFromThread`', () => {
    using fixture = new Fixture();
    const slow = slowTurns(fixture) as { what: string; durationMs: number }[];
    fixture.reactor.callFromThread(function summing() {
      dawdle(fixture, 300);
    });
    fixture.reactor.callLater(0, function cleaning() {
      dawdle(fixture, 200);
    });
    fixture.host.turn();
    expect(slow.map(({ durationMs }) => durationMs)).to.deep.equal([300, 200]);
    expect(slow[0]?.what).to.equal('callFromThread(summing)');
    expect(slow[1]?.what).to.include('cleaning');
  });

  it('survives a descriptor that can not say its name', () => {
    using fixture = new Fixture();
    const slow = slowTurns(fixture);
    const writer = fixture.writable();
    writer.logPrefix = () => {
      throw new Error('no name');
    };
    writer.onWrite = () => dawdle(fixture, 101);
    fixture.reactor.addWriter(writer);
    fixture.host.turn();
    expect(slow).to.deep.equal([{ what: '?', durationMs: 101 }]);
  });
});

describe('Loop: a kernel that refuses', () => {
  for (const call of ['epoll_create1', 'eventfd', 'epoll_ctl'] as const) {
    // Of epoll_create1, EMFILE, in "the life of a reactor": the host loop stayed open.
    it(`a reactor whose ${call} fails throws that, and holds neither a descriptor nor a host loop`, () => {
      const driver = new FakeDriver();
      const open = driver.libc.descriptors.open;
      driver.libc.fail(call, { errno: 'EMFILE' });
      expect(() => new Reactor({ driver })).to.throw(`${call} EMFILE`);
      expect([driver.libc.descriptors.open, driver.host.closed]).to.deep.equal([open, true]);
    });
  }

  it('a reactor whose host loop does not start throws that, and holds no descriptor', () => {
    const driver = new FakeDriver();
    const open = driver.libc.descriptors.open;
    driver.host.start = () => {
      throw new Error('no loop');
    };
    expect(() => new Reactor({ driver })).to.throw('no loop');
    expect([driver.libc.descriptors.open, driver.host.closed]).to.deep.equal([open, true]);
  });

  it('an epoll_wait that fails for good is thrown to the host loop, and the turn is over', () => {
    using fixture = new Fixture();
    fixture.driver.libc.fail('epoll_wait', { errno: 'EBADF' });
    expect(() => fixture.host.turn()).to.throw('epoll_wait EBADF');
    let called = false;
    fixture.reactor.callLater(0, () => (called = true));
    fixture.host.turn();
    expect(called).to.equal(true);
  });

  it('a reactor that is closed by one who was refused arranges nothing more', () => {
    using fixture = new Fixture();
    const { host, reactor, driver } = fixture;
    const writer = fixture.writable();
    writer.onLost = () => reactor.close();
    driver.libc.fail('epoll_ctl', { errno: 'ENOMEM' });
    reactor.callLater(1, nothing);
    reactor.addWriter(writer);
    host.flush();
    expect([writer.events, reactor.closed]).to.deep.equal([['lost'], true]);
  });
});
