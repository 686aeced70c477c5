import { expect } from 'chai';
import { ConnectionTimeout, Protocol } from '../../../src/protocols/index.js';
import { Clock } from '../../../src/time/index.js';
import { FakeConnection } from '../../tcp/fake-connection.js';

interface Scene {
  readonly clock: Clock;
  readonly timeout: ConnectionTimeout;
  /** How often the time was up. */
  readonly fired: () => number;
}

function scene(): Scene {
  const clock = new Clock();
  let count = 0;
  const timeout = new ConnectionTimeout(clock, () => void (count += 1));
  return { clock, timeout, fired: () => count };
}

describe('ConnectionTimeout', () => {
  // Twisted: TimeoutMixinTests.test_overriddenCallLater
  it('uses the clock that it is given', () => {
    const { clock, timeout } = scene();
    timeout.setTimeout(10);
    expect(clock.getDelayedCalls().map((call) => call.getTime())).to.deep.equal([10]);
  });

  // Twisted: TimeoutMixinTests.test_timeout
  it('calls when the period has passed, once', () => {
    const { clock, timeout, fired } = scene();
    timeout.setTimeout(3);
    clock.advance(2.9);
    expect(fired()).to.equal(0);
    clock.pump([0.1, 3, 3]);
    expect(fired()).to.equal(1);
  });

  // Twisted: TimeoutMixinTests.test_noTimeout
  it('`resetTimeout()` lets the period begin anew', () => {
    const { clock, timeout, fired } = scene();
    timeout.setTimeout(3);
    clock.advance(2);
    timeout.resetTimeout();
    clock.advance(2.9);
    expect(fired()).to.equal(0);
    clock.advance(0.1);
    expect(fired()).to.equal(1);
  });

  it('`resetTimeout()` without a period, or when the time is up, does nothing', () => {
    const { clock, timeout, fired } = scene();
    timeout.resetTimeout();
    expect(clock.getDelayedCalls()).to.deep.equal([]);
    timeout.setTimeout(3);
    clock.advance(3);
    timeout.resetTimeout();
    expect([clock.getDelayedCalls().length, fired(), timeout.timeOut]).to.deep.equal([0, 1, 3]);
  });

  // Twisted: TimeoutMixinTests.test_resetTimeout
  it('`setTimeout()` replaces an earlier period, which begins now', () => {
    const { clock, timeout, fired } = scene();
    timeout.setTimeout(10);
    clock.advance(5);
    timeout.setTimeout(1);
    expect(timeout.timeOut).to.equal(1);
    clock.advance(0.9);
    expect(fired()).to.equal(0);
    clock.advance(0.2);
    expect(fired()).to.equal(1);
  });

  it('`setTimeout()` works again when the time is up', () => {
    const { clock, timeout, fired } = scene();
    timeout.setTimeout(1);
    clock.advance(1);
    timeout.setTimeout(2);
    clock.advance(2);
    expect(fired()).to.equal(2);
  });

  // Twisted: TimeoutMixinTests.test_cancelTimeout
  it('`setTimeout(null)` takes it away', () => {
    const { clock, timeout, fired } = scene();
    timeout.setTimeout(5);
    timeout.setTimeout(null);
    expect(timeout.timeOut).to.equal(null);
    expect(clock.getDelayedCalls()).to.deep.equal([]);
    clock.advance(10);
    expect(fired()).to.equal(0);
  });

  // Twisted: TimeoutMixinTests.test_setTimeoutReturn
  it('`setTimeout()` answers the period that there was', () => {
    const { timeout } = scene();
    expect([
      timeout.setTimeout(5),
      timeout.setTimeout(10),
      timeout.setTimeout(null),
      timeout.timeOut,
    ]).to.deep.equal([null, 5, 10, null]);
  });

  // Twisted: TimeoutMixinTests.test_setTimeoutCancleAlreadyCancelled
  it('`setTimeout(null)` does not mind a call that somebody else has cancelled', () => {
    const { clock, timeout } = scene();
    timeout.setTimeout(3);
    clock.getDelayedCalls()[0]?.cancel();
    timeout.setTimeout(null);
    expect(timeout.timeOut).to.equal(null);
    timeout.setTimeout(4);
    expect(clock.getDelayedCalls()).to.have.length(1);
  });

  it('refuses what is no period, and keeps what there was', () => {
    const { clock, timeout, fired } = scene();
    expect(() => timeout.setTimeout(-1)).to.throw(RangeError);
    timeout.setTimeout(3);
    expect(() => timeout.setTimeout(NaN)).to.throw(RangeError);
    expect(timeout.timeOut).to.equal(3);
    clock.advance(3);
    expect(fired()).to.equal(1);
  });

  it('ends with `using`', () => {
    const { clock, timeout } = scene();
    {
      using ending = timeout;
      ending.setTimeout(3);
    }
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });

  it('is a part of a protocol, which may have several', () => {
    const clock = new Clock();
    class Login extends Protocol {
      readonly #idle = new ConnectionTimeout(clock, () => this.transport.loseConnection());
      readonly #session = new ConnectionTimeout(clock, () => this.transport.abortConnection());
      override connectionMade(): void {
        this.#idle.setTimeout(10);
        this.#session.setTimeout(25);
      }
      override dataReceived(): void {
        this.#idle.resetTimeout();
      }
      override connectionLost(): void {
        this.#idle.setTimeout(null);
        this.#session.setTimeout(null);
      }
    }
    const connection = new FakeConnection();
    connection.start(new Login());
    for (const seconds of [9, 9]) {
      clock.advance(seconds);
      connection.receive('x');
    }
    expect(connection.disconnecting).to.equal(false);
    clock.advance(7);
    connection.nextTurn();
    expect(connection.fake.givenUp).to.deep.equal(['with reset']);
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });
});
