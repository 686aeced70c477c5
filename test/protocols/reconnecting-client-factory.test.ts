import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { expectTypeOf } from 'expect-type';
import fc from 'fast-check';
import { Failure } from '../../src/defer/index.js';
import { ConnectionLost, ConnectionRefusedError } from '../../src/errors/index.js';
import type { IConnector } from '../../src/interfaces/index.js';
import { Protocol, ReconnectingClientFactory, type ReconnectingOptions } from '../../src/protocols/index.js';
import { LogCapture } from '../../src/testing/index.js';
import { RecordingProtocol } from '../../src/testing/conformance/index.js';
import { Clock } from '../../src/time/index.js';
import { describeOnKernel } from '../tcp/on-kernel.js';
import { FakeConnector } from './fake-reactor.js';

interface Scene {
  readonly clock: Clock;
  readonly factory: ReconnectingClientFactory;
  readonly connector: FakeConnector;
}

function scene(options: Omit<ReconnectingOptions, 'clock'> = {}): Scene {
  const clock = new Clock();
  const factory = new ReconnectingClientFactory({ clock, jitter: 0, ...options });
  factory.noisy = false;
  factory.protocol = Protocol;
  return { clock, factory, connector: new FakeConnector(factory) };
}

const refused = new ConnectionRefusedError();

/** When the next retry is due, in seconds from now; undefined if there is none. */
function nextWait(clock: Clock): number | undefined {
  const [call, ...others] = clock.getDelayedCalls();
  expect(others).to.deep.equal([]);
  return call === undefined ? undefined : call.getTime() - clock.seconds();
}

/** Fails so many attempts, each as soon as it is made; the waits before each. */
function waits({ clock, connector }: Scene, attempts: number): number[] {
  const waited: number[] = [];
  connector.connect();
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    connector.fail(refused);
    const wait = nextWait(clock);
    if (wait === undefined) break;
    waited.push(wait);
    clock.advance(wait);
  }
  return waited;
}

describe('ReconnectingClientFactory', () => {
  // Twisted: ReconnectingFactoryTests.test_initialDelay
  // Beyond Twisted: P5
  it('waits initialDelay first, and then `factor` times as long, up to maxDelay', () => {
    const waited = waits(scene({ initialDelay: 2, factor: 3, maxDelay: 50 }), 6);
    expect(waited.map((wait) => Number(wait.toFixed(6)))).to.deep.equal([2, 6, 18, 50, 50, 50]);
  });

  it('has the documented defaults', () => {
    const factory = new ReconnectingClientFactory({ clock: new Clock() });
    const { initialDelay, maxDelay, factor, jitter } = factory;
    expect([initialDelay, maxDelay, factor, jitter]).to.deep.equal([1, 3600, Math.E, 0.119626565582]);
    expect([factory.maxRetries, factory.delay, factory.continueTrying]).to.deep.equal([null, 1, true]);
  });

  // Twisted: ReconnectingFactoryTests.test_parametrizedClock
  it('schedules one call on the clock that it is given', () => {
    const { factory, connector } = scene();
    const other = new Clock();
    factory.clock = other;
    factory.clientConnectionLost(connector, new Failure(new ConnectionLost()));
    expect(other.getDelayedCalls()).to.have.length(1);
    factory.retry();
    expect(other.getDelayedCalls()).to.have.length(1);
  });

  it('connects again with the same connector, after a loss as well', () => {
    const { clock, connector } = scene();
    connector.connect();
    connector.succeed();
    connector.lose();
    clock.advance(1);
    expect(connector.calls).to.deep.equal(['connect', 'connect']);
  });

  it('`resetDelay()` begins with initialDelay and 0 retries again', () => {
    const { clock, factory, connector } = scene();
    connector.connect();
    for (const wait of [1, 10, 100]) {
      connector.fail(refused);
      clock.advance(wait);
    }
    expect(factory.retries).to.equal(3);
    connector.succeed();
    factory.resetDelay();
    expect([factory.retries, factory.delay]).to.deep.equal([0, 1]);
    connector.lose();
    expect(nextWait(clock)).to.equal(1);
  });

  it('the fields may be changed at any time', () => {
    const { clock, factory, connector } = scene();
    factory.initialDelay = 4;
    factory.factor = 2;
    connector.connect();
    connector.fail(refused);
    expect(nextWait(clock)).to.equal(4);
    factory.maxDelay = 5;
    clock.advance(4);
    connector.fail(refused);
    expect(nextWait(clock)).to.equal(5);
  });

  it('scatters the waits around what they are, by the numbers that it is given', () => {
    // Box and Muller: 1 - u = exp(-1/2) and an angle of 0 make one standard deviation.
    const numbers = [1 - Math.exp(-0.5), 0];
    let index = 0;
    const random = (): number => numbers[index++ % 2] as number;
    const waited = waits(scene({ factor: 2, jitter: 0.1, random }), 4);
    expect(waited.map((wait) => Number(wait.toFixed(6)))).to.deep.equal([1.1, 2.2, 4.4, 8.8]);
  });

  // Beyond Twisted: P5
  it('the scatter neither adds up nor makes a wait longer than maxDelay', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 2, noNaN: true }),
        fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 2 }),
        (jitter, numbers) => {
          let index = 0;
          const random = (): number => numbers[index++ % numbers.length] as number;
          const tried = scene({ jitter, random, factor: 2, maxDelay: 20 });
          for (const wait of waits(tried, 8)) expect(wait).to.be.within(0, 20 + 1e-9);
          expect(tried.factory.delay).to.equal(20);
        },
      ),
    );
  });

  it('scatters normally: mean and deviation of many waits', () => {
    // A linear congruential generator (Numerical Recipes), so that the figures are always the same.
    let seed = 1;
    const random = (): number => (seed = (1_664_525 * seed + 1_013_904_223) % 2 ** 32) / 2 ** 32;
    const waited = waits(scene({ factor: 1, initialDelay: 10, jitter: 0.1, random }), 4000);
    const mean = waited.reduce((sum, wait) => sum + wait, 0) / waited.length;
    const deviation = Math.sqrt(waited.reduce((sum, wait) => sum + (wait - mean) ** 2, 0) / waited.length);
    expect(mean).to.be.closeTo(10, 0.05);
    expect(deviation).to.be.closeTo(1, 0.05);
  });

  it('gives up after maxRetries, says so, and tells a subclass', () => {
    using log = new LogCapture();
    const told: unknown[] = [];
    class Telling extends ReconnectingClientFactory {
      override retriesExhausted(connector: IConnector, reason: Failure): void {
        told.push(connector, reason.value);
      }
    }
    const clock = new Clock();
    const factory = new Telling({ clock, jitter: 0, maxRetries: 2 });
    const connector = new FakeConnector(factory);
    connector.connect();
    for (let attempt = 0; attempt < 3; attempt += 1) {
      connector.fail(refused);
      clock.advance(10);
    }
    expect(connector.calls).to.deep.equal(['connect', 'connect', 'connect']);
    expect(told).to.deep.equal([connector, refused]);
    expect(log.messages).to.deep.equal([
      'Telling connects again in 1 s',
      'Telling connects again in 2.72 s',
      `Telling gives up after 2 retries: ${refused.message}`,
    ]);
  });

  it('maxRetries 0 never tries again', () => {
    using log = new LogCapture();
    expect(waits(scene({ maxRetries: 0 }), 2)).to.deep.equal([]);
    expect(log.records.map(({ level }) => level)).to.deep.equal(['warning']);
  });

  it('does not connect if the program was quicker', () => {
    const { clock, connector } = scene();
    connector.connect();
    connector.fail(refused);
    connector.connect();
    clock.advance(1);
    expect(connector.calls).to.deep.equal(['connect', 'connect']);
  });

  it('refuses options that are negative or not numbers', () => {
    for (const option of ['initialDelay', 'maxDelay', 'factor', 'jitter', 'maxRetries']) {
      expect(() => scene({ [option]: -1 }), option).to.throw(RangeError, option);
      expect(() => scene({ [option]: NaN }), option).to.throw(RangeError, option);
      expect(() => scene({ [option]: 0 }), option).not.to.throw();
    }
  });

  it('`retry()` needs a connector', () => {
    expect(() => scene().factory.retry()).to.throw(Error, 'no connector');
  });

  it('`forProtocol()` makes one, typed by its protocol', () => {
    const factory = ReconnectingClientFactory.forProtocol(RecordingProtocol, { clock: new Clock() });
    expect(factory.buildProtocol(new FakeConnector(factory).getDestination())).to.be.instanceOf(
      RecordingProtocol,
    );
    expectTypeOf(factory).toExtend<ReconnectingClientFactory>();
  });
});

describe('ReconnectingClientFactory.stopTrying', () => {
  // Twisted: ReconnectingFactoryTests.test_stopTryingWhenConnected
  it('while connected leaves the connection alone, and its loss is the end', () => {
    const { clock, factory, connector } = scene();
    connector.connect();
    connector.succeed();
    factory.stopTrying();
    connector.lose();
    expect(connector.calls).to.deep.equal(['connect']);
    expect(factory.continueTrying).to.equal(false);
    expect(nextWait(clock)).to.equal(undefined);
  });

  // Twisted: ReconnectingFactoryTests.test_stopTryingDoesNotReconnect
  it('during an attempt stops it, and no other follows', () => {
    const { clock, factory, connector } = scene();
    connector.connect();
    factory.stopTrying();
    expect(connector.calls).to.deep.equal(['connect', 'stopConnecting']);
    expect(nextWait(clock)).to.equal(undefined);
  });

  it('between two attempts cancels the next one', () => {
    const { clock, factory, connector } = scene();
    connector.connect();
    connector.fail(refused);
    factory.stopTrying();
    expect(nextWait(clock)).to.equal(undefined);
    factory.retry();
    expect(nextWait(clock)).to.equal(undefined);
  });

  it('holds through resetDelay(), and until continueTrying is set again', () => {
    const { clock, factory, connector } = scene();
    connector.connect();
    connector.succeed();
    factory.stopTrying();
    factory.resetDelay();
    connector.lose();
    expect(nextWait(clock)).to.equal(undefined);
    factory.continueTrying = true;
    factory.retry();
    expect(nextWait(clock)).to.equal(1);
  });

  it('is what `using` and an AbortSignal do', () => {
    const controller = new AbortController();
    const { factory, connector } = scene({ signal: controller.signal });
    connector.connect();
    controller.abort();
    expect(connector.calls).to.deep.equal(['connect', 'stopConnecting']);
    expect(factory.continueTrying).to.equal(false);

    const lasting = new AbortController().signal;
    const stopped = scene({ signal: lasting }).factory;
    expect(getEventListeners(lasting, 'abort')).to.have.length(1);
    stopped.stopTrying();
    expect(getEventListeners(lasting, 'abort')).to.have.length(0);

    expect(scene({ signal: AbortSignal.abort() }).factory.continueTrying).to.equal(false);
    const disposed = scene().factory;
    disposed[Symbol.dispose]();
    expect(disposed.continueTrying).to.equal(false);
  });
});

describeOnKernel('ReconnectingClientFactory on a real connector', (it) => {
  it('connects again after a refusal and after a loss, though its protocol throws in connectionLost', async (env) => {
    const clock = new Clock();
    class Fragile extends Protocol {
      override connectionLost(): void {
        throw new Error('thrown by connectionLost');
      }
    }
    const factory = new ReconnectingClientFactory<Fragile>({ clock });
    factory.protocol = Fragile;
    const { address } = env.peers.listen();
    const listener = env.peers.listen();
    listener.close();
    const connector = env.reactor.connectTCP('127.0.0.1', listener.address.port, factory);
    env.addCleanup(() => factory.stopTrying());
    env.addCleanup(() => connector.disconnect());
    await env.drive(() => connector.state === 'disconnected' && clock.getDelayedCalls().length === 1);

    const again = env.peers.listen({ port: listener.address.port });
    clock.advance(3600);
    await env.drive(() => again.accepted.length === 1 && connector.state === 'connected');
    again.accepted[0]?.close();
    await env.drive(() => clock.getDelayedCalls().length === 1);
    expect(env.log.flushErrors()).to.have.length(1);
    clock.advance(3600);
    await env.drive(() => again.accepted.length === 2 && connector.state === 'connected');
    expect([factory.retries, address.port === again.address.port]).to.deep.equal([2, false]);
    factory.stopTrying();
    connector.disconnect();
    await env.drive(() => connector.state === 'disconnected');
    expect(clock.getDelayedCalls()).to.deep.equal([]);
    env.log.flushErrors();
  });
});
