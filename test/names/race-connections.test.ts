import { expect } from 'chai';
import { IPv4Address, IPv6Address } from '../../src/address/index.js';
import { CancelledError, Deferred, Failure } from '../../src/defer/index.js';
import { ConnectionRefusedError, DNSLookupError, NoRouteError } from '../../src/errors/index.js';
import type { IInternetAddress } from '../../src/interfaces/address.js';
import { NodeResolver, type Race, raceConnections, type RaceWinner } from '../../src/names/index.js';
import { Clock } from '../../src/time/index.js';
import { LogRecording } from '../logger/log-recording.js';
import { FakeResolver } from './fake-resolver.js';

const v4 = new IPv4Address('TCP', '10.0.0.1', 80);
const v4b = new IPv4Address('TCP', '10.0.0.2', 80);
const v4c = new IPv4Address('TCP', '10.0.0.3', 80);
const v6 = new IPv6Address('TCP', 'fd00::1', 80);
const v6b = new IPv6Address('TCP', 'fd00::2', 80);

/** A race whose look-up, clock and attempts the test holds in its hands. Connections are texts. */
class Course {
  readonly clock = new Clock();
  readonly resolver = new FakeResolver();
  /** Where attempts went, in their order. */
  readonly tried: string[] = [];
  readonly cancelled: string[] = [];
  readonly discarded: string[] = [];
  outcome: unknown = 'none yet';
  readonly winner: Deferred<RaceWinner<string>>;
  readonly #attempts = new Map<string, Deferred<string>>();

  constructor(options: Partial<Race<string>> = {}) {
    this.winner = raceConnections<string>({
      clock: this.clock,
      resolver: this.resolver,
      hostName: 'example.com',
      port: 80,
      attempt: (address) => this.#attempt(address),
      discard: (value) => void this.discarded.push(value),
      ...options,
    });
    this.winner.addBoth((outcome) => {
      this.outcome = outcome instanceof Failure ? outcome.value : outcome;
    });
  }

  connects(address: IInternetAddress): void {
    this.#at(address).callback(`to ${address.host}`);
  }

  fails(address: IInternetAddress, error: Error): void {
    this.#at(address).errback(error);
  }

  /** Nothing waits any more: no timer, no look-up, no attempt. */
  expectOver(): void {
    expect(this.clock.getDelayedCalls()).to.deep.equal([]);
    expect(this.winner.called).to.equal(true);
  }

  #attempt(address: IInternetAddress): Deferred<string> {
    this.tried.push(address.host);
    const attempt = new Deferred<string>(() => void this.cancelled.push(address.host));
    this.#attempts.set(address.host, attempt);
    return attempt;
  }

  #at(address: IInternetAddress): Deferred<string> {
    return this.#attempts.get(address.host) ?? expect.fail(`${address.host} was not tried`);
  }
}

describe('raceConnections()', () => {
  it('asks the resolver for the host, both families unless told otherwise', () => {
    expect(new Course().resolver.asked).to.deep.equal({
      hostName: 'example.com',
      portNumber: 80,
      options: {},
    });
    const only = new Course({ families: [4], hostName: 'a', port: 1 });
    expect(only.resolver.asked).to.deep.equal({ hostName: 'a', portNumber: 1, options: { families: [4] } });
  });

  // Twisted: HostnameEndpointsFasterConnectionTests.test_IPv4IsFaster. Beyond Twisted (P3): IPv6 goes first when both are known.
  it('tries one address at a time, the families in turns', () => {
    const course = new Course();
    course.resolver.find(v6, v6b, v4, v4b, v4c);
    course.resolver.complete();
    for (let attempts = 1; attempts <= 5; attempts += 1) {
      expect(course.tried).to.have.length(attempts);
      course.clock.advance(0.25);
    }
    expect(course.tried).to.deep.equal(['fd00::1', '10.0.0.1', 'fd00::2', '10.0.0.2', '10.0.0.3']);
    course.connects(v6b);
    expect(course.outcome).to.deep.equal({ value: 'to fd00::2', address: v6b });
    course.expectOver();
  });

  // Twisted: HostnameEndpointsFasterConnectionTests.test_IPv6IsFaster (there after 300 ms).
  it('begins the next attempt when the attempt delay is over, not before', () => {
    const course = new Course();
    course.resolver.find(v6, v4);
    course.resolver.complete();
    course.clock.advance(0.249);
    expect(course.tried).to.deep.equal(['fd00::1']);
    course.clock.advance(0.001);
    expect(course.tried).to.deep.equal(['fd00::1', '10.0.0.1']);
    course.connects(v4);
    expect(course.outcome).to.deep.equal({ value: 'to 10.0.0.1', address: v4 });
    expect(course.cancelled).to.deep.equal(['fd00::1']);
    course.expectOver();
  });

  it('takes another attempt delay', () => {
    const course = new Course({ attemptDelayMs: 1000 });
    course.resolver.find(v6, v4);
    course.clock.advance(0.999);
    expect(course.tried).to.deep.equal(['fd00::1']);
    course.clock.advance(0.001);
    expect(course.tried).to.deep.equal(['fd00::1', '10.0.0.1']);
    course.winner.cancel();
  });

  describe('while names are being looked up', () => {
    it('begins at once with the first IPv6 address, and cancels the look-up when it has won', () => {
      const course = new Course();
      course.resolver.find(v6);
      expect(course.tried).to.deep.equal(['fd00::1']);
      course.connects(v6);
      expect(course.outcome).to.deep.equal({ value: 'to fd00::1', address: v6 });
      expect(course.resolver.cancelled).to.equal(1);
      course.expectOver();
    });

    it('gives IPv6 the resolution delay when IPv4 comes first', () => {
      const course = new Course();
      course.resolver.find(v4, v4b);
      course.clock.advance(0.049);
      expect(course.tried).to.deep.equal([]);
      course.clock.advance(0.001);
      expect(course.tried).to.deep.equal(['10.0.0.1']);
      course.winner.cancel();
    });

    it('begins with IPv6 when it comes within the resolution delay', () => {
      const course = new Course();
      course.resolver.find(v4);
      course.clock.advance(0.03);
      course.resolver.find(v6);
      expect(course.tried).to.deep.equal(['fd00::1']);
      expect(course.clock.getDelayedCalls()).to.have.length(1);
      course.winner.cancel();
      course.expectOver();
    });

    it('begins with IPv4 at once when nothing more will come', () => {
      const course = new Course();
      course.resolver.find(v4);
      course.resolver.complete(new DNSLookupError('no IPv6'));
      expect(course.tried).to.deep.equal(['10.0.0.1']);
      course.winner.cancel();
    });

    it('does not wait for IPv6 that nobody asked for', () => {
      const course = new Course({ families: [4] });
      course.resolver.find(v4);
      expect(course.tried).to.deep.equal(['10.0.0.1']);
      course.winner.cancel();
    });

    it('takes another resolution delay', () => {
      const course = new Course({ resolutionDelayMs: 10 });
      course.resolver.find(v4);
      course.clock.advance(0.01);
      expect(course.tried).to.deep.equal(['10.0.0.1']);
      course.winner.cancel();
    });

    it('puts addresses that come late in their place', () => {
      const course = new Course();
      course.resolver.find(v4, v4b);
      course.clock.advance(0.05);
      course.resolver.find(v6);
      expect(course.tried).to.deep.equal(['10.0.0.1']);
      course.clock.advance(0.25);
      expect(course.tried).to.deep.equal(['10.0.0.1', 'fd00::1']);
      course.clock.advance(0.25);
      expect(course.tried).to.deep.equal(['10.0.0.1', 'fd00::1', '10.0.0.2']);
      course.winner.cancel();
    });

    it('tries a late address at once if the attempt delay is over', () => {
      const course = new Course();
      course.resolver.find(v6);
      course.clock.advance(0.3);
      course.resolver.find(v4);
      expect(course.tried).to.deep.equal(['fd00::1', '10.0.0.1']);
      course.winner.cancel();
    });

    it('waits for more addresses when all so far have failed', () => {
      const course = new Course();
      course.resolver.find(v6);
      course.fails(v6, new NoRouteError());
      expect(course.winner.called).to.equal(false);
      course.resolver.find(v4);
      course.connects(v4);
      expect(course.outcome).to.deep.equal({ value: 'to 10.0.0.1', address: v4 });
    });

    it('tries an address that is told twice once', () => {
      const course = new Course();
      course.resolver.find(v6, new IPv6Address('TCP', 'fd00::1', 80));
      course.clock.advance(0.25);
      expect(course.tried).to.deep.equal(['fd00::1']);
      course.winner.cancel();
    });
  });

  describe('when attempts fail', () => {
    // Beyond Twisted (P3): a fast failure hurries the next attempt.
    it('begins the next one at once, and counts the delay from there', () => {
      const course = new Course();
      course.resolver.find(v6, v6b, v4);
      course.resolver.complete();
      course.clock.advance(0.1);
      course.fails(v6, new NoRouteError());
      expect(course.tried).to.deep.equal(['fd00::1', '10.0.0.1']);
      course.clock.advance(0.249);
      expect(course.tried).to.have.length(2);
      course.clock.advance(0.001);
      expect(course.tried).to.deep.equal(['fd00::1', '10.0.0.1', 'fd00::2']);
      course.winner.cancel();
    });

    // Twisted: HostnameEndpointsOneIPv4Tests.test_endpointConnectFailure
    it('fails with the error itself if there was one attempt', () => {
      const course = new Course();
      course.resolver.find(v4);
      course.resolver.complete();
      const error = new ConnectionRefusedError();
      course.fails(v4, error);
      expect(course.outcome).to.equal(error);
      course.expectOver();
    });

    // Twisted: HostnameEndpointsOneIPv4Tests.test_endpointConnectFailureAfterIteration
    it('fails also when the attempt outlasts its delay', () => {
      const course = new Course();
      course.resolver.find(v4);
      course.resolver.complete();
      course.clock.advance(0.3);
      const error = new ConnectionRefusedError();
      course.fails(v4, error);
      expect(course.outcome).to.equal(error);
      course.expectOver();
    });

    // Twisted: HostnameEndpointsOneIPv4Tests.test_endpointConnectSuccessAfterIteration
    it('succeeds also when the attempt outlasts its delay', () => {
      const course = new Course();
      course.resolver.find(v4);
      course.resolver.complete();
      course.clock.advance(0.3);
      course.connects(v4);
      expect(course.outcome).to.deep.equal({ value: 'to 10.0.0.1', address: v4 });
      course.expectOver();
    });

    // Beyond Twisted (P3): all failures are reported, not one of them.
    it('fails with all errors in the order of failing if there were several attempts', () => {
      const course = new Course();
      course.resolver.find(v6, v4);
      course.resolver.complete();
      course.clock.advance(0.25);
      const [refused, noRoute] = [new ConnectionRefusedError(), new NoRouteError()];
      course.fails(v4, refused);
      expect(course.winner.called).to.equal(false);
      course.fails(v6, noRoute);
      expect(course.outcome).to.be.instanceOf(AggregateError);
      const { errors, message } = course.outcome as AggregateError;
      expect(errors).to.deep.equal([refused, noRoute]);
      expect(message).to.equal(
        'All 2 attempts to connect to example.com port 80 failed: Connection was refused by other side; No route to host',
      );
      course.expectOver();
    });

    it('fails when the look-up ends after the last attempt has failed', () => {
      const course = new Course();
      course.resolver.find(v6);
      const error = new NoRouteError();
      course.fails(v6, error);
      course.resolver.complete();
      expect(course.outcome).to.equal(error);
      course.expectOver();
    });

    it('takes what `attempt` throws for a failure of the attempt', () => {
      const error = new RangeError('attempt');
      const course = new Course({
        attempt: () => {
          throw error;
        },
      });
      course.resolver.find(v6);
      course.resolver.complete();
      expect(course.outcome).to.equal(error);
    });

    it('goes through a thousand addresses that fail at once', () => {
      const course = new Course({
        attempt: () => {
          throw new NoRouteError();
        },
      });
      const addresses = Array.from(
        { length: 1000 },
        (_, n) => new IPv4Address('TCP', `10.0.${n >> 8}.${n & 255}`, 80),
      );
      course.resolver.find(...addresses);
      course.resolver.complete();
      expect((course.outcome as AggregateError).errors).to.have.length(1000);
    });
  });

  describe('without an address', () => {
    it('fails with DNSLookupError', () => {
      const course = new Course();
      course.resolver.complete();
      expect(course.outcome).to.be.instanceOf(DNSLookupError);
      expect((course.outcome as Error).message).to.equal('DNS lookup failed: example.com has no address.');
      course.expectOver();
    });

    it('fails with what the look-up failed with', () => {
      const course = new Course();
      const error = new DNSLookupError('no server');
      course.resolver.complete(error);
      expect(course.outcome).to.equal(error);
    });
  });

  describe('cancelled', () => {
    it('cancels the look-up', () => {
      const course = new Course();
      course.winner.cancel();
      expect(course.resolver.cancelled).to.equal(1);
      expect(course.outcome).to.be.instanceOf(CancelledError);
      course.expectOver();
    });

    it('stops waiting for IPv6', () => {
      const course = new Course();
      course.resolver.find(v4);
      course.winner.cancel();
      expect(course.tried).to.deep.equal([]);
      course.expectOver();
    });

    // Twisted: HostnameEndpointsOneIPv4Tests.test_endpointConnectingCancelled, test_endpointConnectingCancelledAfterAllAttemptsStarted
    // (the endpoint makes a ConnectingCancelledError of it).
    it('cancels all attempts', () => {
      const course = new Course();
      course.resolver.find(v6, v4);
      course.resolver.complete();
      course.clock.advance(0.25);
      course.winner.cancel();
      expect(course.cancelled).to.deep.equal(['fd00::1', '10.0.0.1']);
      expect(course.outcome).to.be.instanceOf(CancelledError);
      course.expectOver();
    });

    it('from inside an attempt, cancels that one too', () => {
      let cancelled = 0;
      const course = new Course({
        attempt: () => {
          course.winner.cancel();
          return new Deferred<string>(() => {
            cancelled += 1;
          });
        },
      });
      course.resolver.find(v6, v4);
      expect(cancelled).to.equal(1);
      expect(course.outcome).to.be.instanceOf(CancelledError);
      course.expectOver();
    });

    it('tries nothing that is found afterwards', () => {
      const course = new Course();
      course.winner.cancel();
      course.resolver.find(v6);
      course.resolver.complete();
      expect(course.tried).to.deep.equal([]);
      course.expectOver();
    });
  });

  describe('a connection that comes too late', () => {
    /** An attempt that connects all the same when it is cancelled. */
    const stubborn = (address: IInternetAddress): Deferred<string> =>
      new Deferred((attempt) => attempt.callback(`late to ${address.host}`));

    it('is given to `discard`', () => {
      const course = new Course({ attempt: stubborn });
      course.resolver.find(v6);
      course.winner.cancel();
      expect(course.discarded).to.deep.equal(['late to fd00::1']);
    });

    it('is logged if it cannot be discarded', () => {
      using recording = new LogRecording();
      const error = new Error('discard');
      const course = new Course({
        attempt: stubborn,
        discard: () => {
          throw error;
        },
      });
      course.resolver.find(v6);
      course.winner.cancel();
      expect(recording.records.map(({ properties }) => properties['error'])).to.deep.equal([error]);
    });
  });

  it('needs one attempt for an address that is given as text', () => {
    const course = new Course({ resolver: new NodeResolver(), hostName: '127.0.0.1' });
    expect(course.tried).to.deep.equal(['127.0.0.1']);
    course.connects(new IPv4Address('TCP', '127.0.0.1', 80));
    expect(course.outcome).to.have.nested.property('value', 'to 127.0.0.1');
    course.expectOver();
  });
});
