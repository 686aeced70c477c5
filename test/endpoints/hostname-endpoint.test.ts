import { inspect } from 'node:util';
import { expect } from 'chai';
import { HostnameAddress, IPv4Address, IPv6Address } from '../../src/address/index.js';
import type { Deferred } from '../../src/defer/index.js';
import {
  HostnameEndpoint,
  TCP4ClientEndpoint,
  TCP6ClientEndpoint,
  type TCPClientEndpointOptions,
} from '../../src/endpoints/index.js';
import {
  ConnectingCancelledError,
  ConnectionRefusedError,
  DNSLookupError,
  NoRouteError,
  TimeoutError,
} from '../../src/errors/index.js';
import type { IHostnameResolver, IReactorTCP } from '../../src/interfaces/index.js';
import { type Lookup, NodeResolver } from '../../src/names/index.js';
import { Factory } from '../../src/protocols/index.js';
import { getDriver } from '../../src/libc/index.js';
import { Reactor } from '../../src/reactor/index.js';
import { RecordingProtocol } from '../../src/testing/conformance/recording-protocol.js';
import { errorOf, expectNoUnhandledErrors, isDone, resultOf } from '../defer/results.js';
import { FakeResolver } from '../names/fake-resolver.js';
import { RacingReactor } from './racing-reactor.js';

const address4 = (host: string): IPv4Address => new IPv4Address('TCP', host, 80);
const address6 = (host: string): IPv6Address => new IPv6Address('TCP', host, 80);

const v4 = [address4('10.0.0.1'), address4('10.0.0.2'), address4('10.0.0.3')] as const;
const v6 = [address6('fd00::1'), address6('fd00::2')] as const;

class QuietFactory extends Factory<RecordingProtocol> {
  override noisy = false;
  override protocol = RecordingProtocol;
}

interface Scene<R extends IHostnameResolver> {
  readonly reactor: RacingReactor;
  readonly resolver: R;
  readonly connected: Deferred<RecordingProtocol>;
}

function connecting<R extends IHostnameResolver>(
  resolver: R,
  host = 'example.com',
  options: TCPClientEndpointOptions = {},
): Scene<R> {
  const reactor = new RacingReactor(resolver);
  const endpoint = new HostnameEndpoint(reactor as unknown as IReactorTCP, host, 80, options);
  return { reactor, resolver, connected: endpoint.connect(new QuietFactory()) };
}

/** A look-up that has found these and is complete. */
function connectingTo(
  addresses: readonly (IPv4Address | IPv6Address)[],
  options: TCPClientEndpointOptions = {},
): Scene<FakeResolver> {
  const scene = connecting(new FakeResolver(), 'example.com', options);
  scene.resolver.find(...addresses);
  scene.resolver.complete();
  return scene;
}

// Beyond Twisted (P3): RFC 8305 from the endpoint down to the calls of connect(2), on a clock.
describe('HostnameEndpoint, racing', () => {
  expectNoUnhandledErrors();

  it('tries the families in turns, IPv6 first, one address each 250 ms', () => {
    const { reactor, connected } = connectingTo([...v4, ...v6]);
    for (let passed = 0; passed < 1500; passed += 125) reactor.pass(125);
    expect(reactor.tried).to.deep.equal([
      'fd00::1 at 0',
      '10.0.0.1 at 250',
      'fd00::2 at 500',
      '10.0.0.2 at 750',
      '10.0.0.3 at 1000',
    ]);
    reactor.settle('fd00::2');
    expect(resultOf(connected).transport.getPeer()).to.deep.equal(v6[1]);
    expect(reactor.closed).to.deep.equal(['fd00::1', '10.0.0.1', '10.0.0.2', '10.0.0.3']);
    expect(reactor.timersLeft).to.equal(0);
  });

  it('tries the next address at once after a failure, and counts its time from there', () => {
    const { reactor, connected } = connectingTo([...v4, ...v6]);
    reactor.pass(40);
    reactor.settle('fd00::1', 'ECONNREFUSED');
    reactor.pass(60);
    reactor.settle('10.0.0.1', 'ENETUNREACH');
    reactor.pass(249);
    expect(reactor.tried).to.deep.equal(['fd00::1 at 0', '10.0.0.1 at 40', 'fd00::2 at 100']);
    reactor.pass(1);
    expect(reactor.tried).to.include('10.0.0.2 at 350');
    reactor.settle('10.0.0.2');
    expect(resultOf(connected).made).to.equal(true);
  });

  it('runs through addresses that the kernel refuses at once without waiting', () => {
    const scene = connecting(new FakeResolver());
    for (const { host } of [...v6, v4[0]]) scene.reactor.refusing.set(host, 'ENETUNREACH');
    scene.resolver.find(...v6, ...v4);
    scene.resolver.complete();
    scene.reactor.pass(249);
    expect(scene.reactor.tried).to.deep.equal([
      'fd00::1 at 0',
      'fd00::2 at 0',
      '10.0.0.1 at 0',
      '10.0.0.2 at 0',
    ]);
    scene.connected.addErrback(() => undefined);
    scene.connected.cancel();
  });

  it('gives IPv6 50 ms when IPv4 is known first', () => {
    const late = connecting(new FakeResolver());
    late.resolver.find(v4[0]);
    late.reactor.pass(49);
    expect(late.reactor.tried).to.deep.equal([]);
    late.reactor.pass(1);
    expect(late.reactor.tried).to.deep.equal(['10.0.0.1 at 50']);
    late.reactor.settle('10.0.0.1');
    expect(resultOf(late.connected).made).to.equal(true);
    expect(late.resolver.cancelled).to.equal(1);

    const inTime = connecting(new FakeResolver());
    inTime.resolver.find(v4[0]);
    inTime.reactor.pass(30);
    inTime.resolver.find(v6[0]);
    expect(inTime.reactor.tried).to.deep.equal(['fd00::1 at 30']);
    inTime.reactor.settle('fd00::1');
    expect(resultOf(inTime.connected).made).to.equal(true);
  });

  it('takes both delays as options', () => {
    const options = { attemptDelayMs: 500, resolutionDelayMs: 125 };
    const { reactor, resolver, connected } = connecting(new FakeResolver(), 'example.com', options);
    resolver.find(v4[0], v4[1]);
    for (let passed = 0; passed < 625; passed += 125) reactor.pass(125);
    expect(reactor.tried).to.deep.equal(['10.0.0.1 at 125', '10.0.0.2 at 625']);
    reactor.settle('10.0.0.2');
    expect(resultOf(connected).made).to.equal(true);
  });

  it('fails with all failures in one AggregateError, in the order of failing', () => {
    const { reactor, connected } = connectingTo([v4[0], v6[0]]);
    reactor.pass(250);
    reactor.settle('10.0.0.1', 'ECONNREFUSED');
    expect(isDone(connected)).to.equal(false);
    reactor.settle('fd00::1', 'ENETUNREACH');
    const error = errorOf(connected) as AggregateError;
    expect(error).to.be.instanceOf(AggregateError);
    expect(error.message).to.match(
      /^All 2 attempts to connect to example.com port 80 failed: connect ECONNREFUSED.* \(10.0.0.1:80\); connect ENETUNREACH.* \(\[fd00::1\]:80\)$/,
    );
    expect(error.errors[0]).to.be.instanceOf(ConnectionRefusedError);
    expect(error.errors[1]).to.be.instanceOf(NoRouteError);
    expect(reactor.timersLeft).to.equal(0);
  });

  it('fails with the error itself if there was one attempt', () => {
    const { reactor, connected } = connectingTo([v4[0]]);
    reactor.settle('10.0.0.1', 'ECONNREFUSED');
    expect(errorOf(connected)).to.be.instanceOf(ConnectionRefusedError);
  });

  it('has one time-out for all of it, look-up included', () => {
    const { reactor, resolver, connected } = connecting(new FakeResolver(), 'example.com', { timeout: 2 });
    reactor.pass(1500);
    resolver.find(...v6);
    reactor.pass(499);
    expect(isDone(connected)).to.equal(false);
    reactor.pass(1);
    expect(errorOf(connected)).to.be.instanceOf(TimeoutError);
    expect(reactor.closed).to.deep.equal(['fd00::1', 'fd00::2']);
    expect(reactor.timersLeft).to.equal(0);
  });

  // Twisted: HostnameEndpointsOneIPv6Tests.test_endpointConnectingCancelled
  it('gives the attempt up when it is cancelled, and names the host', () => {
    const { reactor, connected } = connectingTo([v6[0]]);
    connected.cancel();
    const error = errorOf(connected) as ConnectingCancelledError;
    expect(error).to.be.instanceOf(ConnectingCancelledError);
    expect(error.address).to.deep.equal(new HostnameAddress('example.com', 80));
    expect(reactor.closed).to.deep.equal(['fd00::1']);
    expect(reactor.timersLeft).to.equal(0);
  });

  // Twisted: HostnameEndpointsOneIPv4Tests.test_endpointConnectingCancelledAfterAllAttemptsStarted
  it('gives all attempts up when it is cancelled after all have begun', () => {
    const { reactor, connected } = connectingTo([v4[0], v6[0]]);
    reactor.pass(300);
    reactor.pass(300);
    connected.cancel();
    expect(errorOf(connected)).to.be.instanceOf(ConnectingCancelledError);
    expect(reactor.closed).to.deep.equal(['fd00::1', '10.0.0.1']);
    expect(reactor.timersLeft).to.equal(0);
  });

  it('cancels the look-up when it is cancelled before anything was found', () => {
    const { resolver, connected } = connecting(new FakeResolver());
    connected.cancel();
    expect(errorOf(connected)).to.be.instanceOf(ConnectingCancelledError);
    expect(resolver.cancelled).to.equal(1);
  });

  // Twisted: HostnameEndpointsOneIPv4Tests.test_endpointConnectFailureNoResults (a DNSLookupError there as well)
  it('fails with DNSLookupError for a name without addresses', () => {
    const { resolver, connected } = connecting(new FakeResolver());
    resolver.complete();
    expect(errorOf(connected)).to.be.instanceOf(DNSLookupError);
  });

  it('tries addresses of one family only if it connects from one of that family', () => {
    for (const [bindAddress, family] of [
      ['127.0.0.1', 4],
      [{ host: '::1' }, 6],
    ] as const) {
      const { resolver, connected } = connecting(new FakeResolver(), 'example.com', { bindAddress });
      expect(resolver.asked?.options).to.deep.equal({ families: [family] });
      connected.addErrback(() => undefined);
      connected.cancel();
    }
    const { resolver, connected } = connecting(new FakeResolver(), 'example.com', {
      bindAddress: { port: 5 },
    });
    expect(resolver.asked?.options).to.deep.equal({});
    connected.addErrback(() => undefined);
    connected.cancel();
  });
});

describe('HostnameEndpoint and names', () => {
  expectNoUnhandledErrors();

  // Twisted: HostnameEndpointIDNATests.test_idnaHostnameText, HostnameEndpointReprTests.test_idnaHostname (shown as it was given)
  it('asks for a name beyond ASCII in its IDNA form, and keeps its text', () => {
    const asked: string[] = [];
    const lookup: Lookup = (name) => asked.push(name);
    const { connected } = connecting(new NodeResolver(lookup), 'bücher.ch');
    expect([...new Set(asked)]).to.deep.equal(['xn--bcher-kva.ch']);
    connected.cancel();
    const { address } = errorOf(connected) as ConnectingCancelledError;
    expect(address).to.deep.equal(new HostnameAddress('bücher.ch', 80));
  });

  // Twisted: HostnameEndpointIDNATests.test_nonNormalizedText (there the text is normalised as well)
  it('asks for the same name however its letters are composed', () => {
    const asked: string[] = [];
    const lookup: Lookup = (name) => asked.push(name);
    const { connected } = connecting(new NodeResolver(lookup), 'bu\u0308cher.ch');
    expect([...new Set(asked)]).to.deep.equal(['xn--bcher-kva.ch']);
    connected.addErrback(() => undefined);
    connected.cancel();
  });

  // Twisted: TCP6EndpointNameResolutionTests.test_nameResolution
  it('is asked for one family by TCP4ClientEndpoint and TCP6ClientEndpoint', () => {
    for (const [Endpoint, family] of [
      [TCP4ClientEndpoint, 4],
      [TCP6ClientEndpoint, 6],
    ] as const) {
      const resolver = new FakeResolver();
      const reactor = new RacingReactor(resolver) as unknown as IReactorTCP;
      const connected = new Endpoint(reactor, 'example.com', 80).connect(new QuietFactory());
      expect(resolver.asked?.options).to.deep.equal({ families: [family] });
      connected.addErrback(() => undefined);
      connected.cancel();
    }
  });

  // Twisted: HostnameEndpointIDNATests.test_deferBadEncodingToConnect (a ValueError there)
  it('takes what can not be a name, and fails to connect to it with a DNSLookupError that shows it', () => {
    for (const bad of ['', 'a\0b', 'xn--\u{10ffff}\u{ff0e}..ü']) {
      const { reactor, connected } = connecting(new NodeResolver(), bad);
      reactor.pass(0);
      const error = errorOf(connected) as Error;
      expect(error).to.be.instanceOf(DNSLookupError);
      expect(error.message).to.include(JSON.stringify(bad));
    }
  });

  // Twisted: HostnameEndpointReprTests.test_allASCII, HostnameEndpointReprTests.test_hostIPv6Address
  it('is shown with its host and port', () => {
    const reactor = new RacingReactor(new FakeResolver()) as unknown as IReactorTCP;
    expect(inspect(new HostnameEndpoint(reactor, 'example.com', 80))).to.equal(
      '<HostnameEndpoint example.com:80>',
    );
    expect(inspect(new HostnameEndpoint(reactor, '::1', 22))).to.equal('<HostnameEndpoint [::1]:22>');
  });

  // Twisted: ReactorInstallationTests.test_defaultToGAIResolver (the look-ups of `resolve` go through it as well)
  it('uses the resolver of its reactor, which is that of node:dns unless it was given another', async () => {
    using plain = new Reactor({ driver: getDriver() });
    expect(plain.nameResolver).to.be.instanceOf(NodeResolver);

    const resolver = new FakeResolver();
    using reactor = new Reactor({ driver: getDriver(), resolver });
    expect(reactor.nameResolver).to.equal(resolver);
    const connected = new HostnameEndpoint(reactor, 'some.host', 80).connect(new QuietFactory());
    expect(resolver.asked?.hostName).to.equal('some.host');
    connected.cancel();
    expect(errorOf(connected)).to.be.instanceOf(ConnectingCancelledError);
    const resolved = reactor.resolve('other.host');
    expect(resolver.asked?.hostName).to.equal('other.host');
    resolver.find(v4[0]);
    resolver.complete();
    expect(await resolved).to.equal('10.0.0.1');
  });
});
