import assert from 'node:assert/strict';
import { HostnameAddress, internetAddress } from '../../address/index.js';
import { ConnectionRefusedError, DNSLookupError } from '../../errors/index.js';
import type { IHostnameResolver, IInternetAddress } from '../../interfaces/index.js';
import type { ConformanceCase } from './case.js';
import type { ConformanceEnvironment } from './environment.js';
import { RecordingFactory } from './recording-factory.js';

/** Knows one name, in this order of addresses. */
function resolverOf(...hosts: string[]): IHostnameResolver {
  return {
    resolveHostName(receiver, name, portNumber = 0) {
      const resolution = { name, cancel: () => undefined };
      receiver.resolutionBegan(resolution);
      for (const host of hosts) {
        receiver.addressResolved(internetAddress('TCP', host, portNumber) as IInternetAddress);
      }
      receiver.resolutionComplete();
      return resolution;
    },
  };
}

/**
 * An IPv4 address for a second listener on the number of the first: nobody connects from it, while any of the clients of
 * 127.0.0.1 may have that very number.
 */
const OTHER = '127.0.0.2';

/** A number that is free on the first of `hosts`, listened on at all of them. */
function listenOn(env: ConformanceEnvironment, ...hosts: string[]): number {
  const [first = '127.0.0.1', ...others] = hosts;
  const { port } = env.peers.listen({ host: first }).address;
  for (const host of others) env.peers.listen({ host, port });
  return port;
}

/** connectTCP() by name: all addresses, the families in turns (RFC 8305). */
export const hostNameCases: readonly ConformanceCase[] = [
  {
    name: 'a name with addresses of both families is tried by IPv6 first',
    cites: ['C9'],
    needs: ['ipv6'],
    async run(env) {
      const factory = new RecordingFactory();
      const place = { host: 'both.example', port: listenOn(env, '::1', OTHER) };
      const connector = env.connect(place, factory, { resolver: resolverOf(OTHER, '::1') });
      assert.ok(connector.getDestination().equals(new HostnameAddress(place.host, place.port)));
      await env.drive(() => factory.protocols[0]?.made === true);
      assert.equal(factory.protocols[0]?.transport.getPeer().host, '::1');
      assert.ok(factory.addresses[0]?.equals(factory.protocols[0].transport.getPeer()));
    },
  },
  {
    name: 'a name whose IPv6 address refuses is connected to by IPv4',
    cites: ['C9'],
    needs: ['ipv6'],
    async run(env) {
      const factory = new RecordingFactory();
      const place = { host: 'four.example', port: listenOn(env, '127.0.0.1') };
      env.connect(place, factory, { resolver: resolverOf('::1', '127.0.0.1') });
      await env.drive(() => factory.protocols[0]?.made === true);
      assert.equal(factory.protocols[0]?.transport.getPeer().host, '127.0.0.1');
      assert.deepEqual(factory.failures, []);
    },
  },
  {
    name: 'a name all of whose addresses refuse fails once, with every error',
    cites: ['C9'],
    async run(env) {
      const factory = new RecordingFactory();
      const listener = env.peers.listen();
      const place = { host: 'none.example', port: listener.address.port };
      listener.close();
      env.connect(place, factory, { resolver: resolverOf('127.0.0.2', '127.0.0.3') });
      await env.drive(() => factory.failures.length > 0);
      const error = factory.failures[0]?.value;
      assert.ok(error instanceof AggregateError);
      assert.equal(error.errors.length, 2);
      assert.ok(error.errors.every((each) => each instanceof ConnectionRefusedError));
      assert.deepEqual(factory.events, ['start', 'connecting', 'failed', 'stop']);
    },
  },
  {
    name: 'a name without an address fails with DNSLookupError, not inside `connectTCP`',
    cites: ['C9'],
    async run(env) {
      const factory = new RecordingFactory();
      env.connect({ host: 'nowhere.example', port: 1 }, factory, { resolver: resolverOf() });
      assert.deepEqual(factory.events, ['start', 'connecting']);
      await env.drive(() => factory.failures.length > 0);
      assert.ok(factory.failures[0]?.value instanceof DNSLookupError);
    },
  },
  {
    name: '`stopConnecting()` while several addresses are being tried ends them all',
    cites: ['C9'],
    async run(env) {
      const listener = env.peers.listen({ backlog: 0 });
      listener.stopAccepting();
      const first = env.peers.connect(listener.address);
      await env.drive(() => first.connected);
      const factory = new RecordingFactory();
      const place = { host: 'silent.example', port: listener.address.port };
      const connector = env.connect(place, factory, {
        resolver: resolverOf('127.0.0.1'),
        attemptDelayMs: 10,
      });
      await env.drive.turns(5);
      connector.stopConnecting();
      assert.deepEqual(factory.events, ['start', 'connecting', 'failed', 'stop']);
      assert.deepEqual(env.reactor.getWriters(), []);
      await env.drive.turns(5);
      assert.deepEqual(env.reactor.getDelayedCalls(), []);
    },
  },
];
