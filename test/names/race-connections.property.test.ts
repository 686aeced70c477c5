import { expect } from 'chai';
import fc from 'fast-check';
import { internetAddress } from '../../src/address/index.js';
import { Deferred, Failure } from '../../src/defer/index.js';
import { DNSLookupError } from '../../src/errors/index.js';
import type { IInternetAddress } from '../../src/interfaces/address.js';
import { raceConnections } from '../../src/names/index.js';
import { Clock } from '../../src/time/index.js';
import { FakeResolver } from './fake-resolver.js';

/** An address of a host: when the resolver finds it, and what becomes of connecting to it, after how long. In ms. */
interface Target {
  readonly family: 4 | 6;
  readonly foundAtMs: number;
  readonly takesMs: number;
  readonly becomes: 'connected' | 'failed' | 'nothing';
}

const target: fc.Arbitrary<Target> = fc.record({
  family: fc.constantFrom(4, 6),
  foundAtMs: fc.nat(400),
  takesMs: fc.nat(1000),
  becomes: fc.constantFrom('connected', 'failed', 'nothing'),
});

/** What was seen of one attempt. */
interface Attempt {
  readonly host: string;
  readonly beganMs: number;
  endedMs: number;
  end: 'open' | 'connected' | 'failed' | 'cancelled';
}

/** Runs a race to its end, or to the time at which whoever waits loses patience. */
class Simulation {
  readonly clock = new Clock();
  readonly attempts: Attempt[] = [];
  readonly discarded: string[] = [];
  outcome: unknown = 'none';
  decidedMs = Infinity;

  constructor(targets: readonly Target[], completeAtMs: number, patienceMs: number) {
    const resolver = new FakeResolver();
    const byHost = new Map<string, Target>();
    const winner = raceConnections<string>({
      clock: this.clock,
      resolver,
      hostName: 'example.com',
      port: 80,
      attempt: ({ host }) => this.#attempt(host, byHost.get(host) ?? expect.fail(host)),
      discard: (value) => void this.discarded.push(value),
    });
    winner.addBoth((outcome) => {
      this.outcome = outcome instanceof Failure ? outcome.value : outcome;
      this.decidedMs = this.#now();
    });
    targets.forEach((each, index) => {
      const address = internetAddress(
        'TCP',
        each.family === 4 ? `10.0.0.${index}` : `fd00::${index + 1}`,
        80,
      );
      byHost.set(address?.host ?? '', each);
      this.#at(Math.min(each.foundAtMs, completeAtMs), () => resolver.find(address as IInternetAddress));
    });
    this.#at(completeAtMs, () => resolver.complete());
    this.#at(patienceMs, () => winner.cancel());
    while (this.clock.getDelayedCalls().length > 0) this.clock.advance(0.001);
  }

  #attempt(host: string, { takesMs, becomes }: Target): Deferred<string> {
    const attempt: Attempt = { host, beganMs: this.#now(), endedMs: Infinity, end: 'open' };
    this.attempts.push(attempt);
    const end = (how: Attempt['end']): void => {
      attempt.end = how;
      attempt.endedMs = this.#now();
    };
    const deferred = new Deferred<string>(() => end('cancelled'));
    if (becomes === 'nothing') return deferred;
    const settle = (): void => {
      if (deferred.called) return;
      end(becomes);
      if (becomes === 'connected') deferred.callback(host);
      else deferred.errback(new Error(host));
    };
    if (takesMs === 0) settle();
    else this.#at(this.#now() + takesMs, settle);
    return deferred;
  }

  #now(): number {
    return Math.round(this.clock.seconds() * 1000);
  }

  #at(timeMs: number, f: () => void): void {
    this.clock.callLater(Math.max(0, timeMs / 1000 - this.clock.seconds()), f);
  }
}

const race = fc.record({
  targets: fc.array(target, { maxLength: 6 }),
  completeAtMs: fc.nat(500),
  patienceMs: fc.nat(4000),
});

describe('raceConnections(), whatever happens', () => {
  /** Checks `property` on random races. */
  function holds(property: (simulation: Simulation, targets: readonly Target[]) => void): void {
    fc.assert(
      fc.property(race, ({ targets, completeAtMs, patienceMs }) => {
        property(new Simulation(targets, completeAtMs, patienceMs), targets);
      }),
      { numRuns: 60 },
    );
  }

  it('ends, and leaves no attempt open', () => {
    holds(({ outcome, attempts }) => {
      expect(outcome).not.to.equal('none');
      expect(attempts.filter(({ end }) => end === 'open')).to.deep.equal([]);
    });
  });

  it('gives the first connection, and there is only one', () => {
    holds(({ outcome, attempts, discarded }) => {
      const connected = attempts.filter(({ end }) => end === 'connected').map(({ host }) => host);
      expect(connected.length + discarded.length).to.be.at.most(1);
      if (connected.length === 1) expect(outcome).to.have.property('value', connected[0]);
      else expect(outcome).to.be.instanceOf(Error);
    });
  });

  it('tries no address twice, and nothing after the end', () => {
    holds(({ attempts, decidedMs }) => {
      expect(new Set(attempts.map(({ host }) => host)).size).to.equal(attempts.length);
      for (const { beganMs } of attempts) expect(beganMs).to.be.at.most(decidedMs);
    });
  });

  it('lets attempts begin 250 ms apart, or when another one has failed', () => {
    holds(({ attempts }) => {
      attempts.slice(1).forEach(({ beganMs }, index) => {
        const former = attempts[index]?.beganMs ?? 0;
        const hurried = attempts.some(
          ({ end, endedMs }) => end === 'failed' && endedMs >= former && endedMs <= beganMs,
        );
        if (!hurried) expect(beganMs - former).to.be.at.least(250);
      });
    });
  });

  it('fails for lack of addresses only, or with every error there was', () => {
    holds(({ outcome, attempts }, targets) => {
      if (outcome instanceof DNSLookupError) expect(targets).to.deep.equal([]);
      const failed = attempts.filter(({ end }) => end === 'failed').map(({ host }) => host);
      if (outcome instanceof AggregateError) {
        expect(outcome.errors.map((error: Error) => error.message)).to.have.members(failed);
        expect(failed).to.have.length(targets.length);
      }
    });
  });
});
