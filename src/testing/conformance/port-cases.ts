import assert from 'node:assert/strict';
import { IPv4Address, IPv6Address } from '../../address/index.js';
import { CannotListenError, InvalidAddressError } from '../../errors/index.js';
import { messageOf } from '../log-capture.js';
import type { ConformanceCase } from './case.js';
import { addressOf } from './environment.js';
import { linkLocalHost } from './needs.js';
import { logPrefixOf, makeServerPair, textOf } from './pairs.js';
import { requireServing } from './port-checks.js';
import { RecordingFactory } from './recording-factory.js';

/** listenTCP(): where it listens, and what it is called. */
export const portCases: readonly ConformanceCase[] = [
  {
    name: '`listenTCP(0)` listens on a free port, and says which',
    cites: ['ListeningTests.test_listen', 'ListeningTests.testNumberedInterface'],
    async run(env) {
      const factory = new RecordingFactory();
      const port = env.listen(factory);
      assert.equal(port.listening, true);
      assert.ok(port.getHost() instanceof IPv4Address);
      assert.equal(addressOf(port).host, '127.0.0.1');
      assert.ok(addressOf(port).port > 0);
      await requireServing(env, factory, addressOf(port));
    },
  },
  {
    name: 'without an interface it listens on all of IPv4',
    cites: ['TCPPortTestsMixin.test_portGetHostOnIPv4'],
    async run(env) {
      const factory = new RecordingFactory();
      const port = env.listen(factory, { interface: '' });
      assert.ok(port.getHost() instanceof IPv4Address);
      assert.equal(addressOf(port).host, '0.0.0.0');
      await requireServing(env, factory, addressOf(port));
      // The transport's own address is the one that the client has come to, not the wildcard.
      assert.equal(factory.protocols[0]?.transport.getHost().host, '127.0.0.1');
    },
  },
  {
    name: 'over IPv6 all addresses are IPv6Addresses: the port’s, the client’s, the transport’s',
    cites: [
      'TCPPortTestsMixin.test_portGetHostOnIPv6',
      'TCPPortTestsMixin.test_buildProtocolIPv6Address',
      'TCPPortTestsMixin.test_serverGetHostOnIPv6',
    ],
    needs: ['ipv6'],
    async run(env) {
      const { factory, peer, port, transport } = await makeServerPair(env, { host: '::1' });
      const host = addressOf(port);
      assert.ok(host instanceof IPv6Address);
      assert.equal(host.host, '::1');
      assert.ok(host.port > 0);
      assert.ok(transport.getHost().equals(host));
      assert.ok(transport.getPeer().equals(peer.getHost()));
      assert.ok(factory.addresses[0]?.equals(peer.getHost()));
      assert.deepEqual([transport.getPeer().type, transport.getPeer().host], ['TCP', '::1']);
    },
  },
  {
    name: 'over a link-local address all addresses carry the scope',
    cites: [
      'TCPPortTestsMixin.test_portGetHostOnIPv6ScopeID',
      'TCPPortTestsMixin.test_buildProtocolIPv6AddressScopeID',
      'TCPPortTestsMixin.test_serverGetHostOnIPv6ScopeID',
      'TCPPortTestsMixin.test_serverGetPeerOnIPv6ScopeID',
      'TCPTransportServerAddressTestMixin.test_serverAddressTCP6',
    ],
    needs: ['linkLocal'],
    async run(env) {
      const host = linkLocalHost(env.libc) ?? '';
      const { factory, port, transport } = await makeServerPair(env, { host });
      for (const address of [
        port.getHost(),
        transport.getHost(),
        transport.getPeer(),
        factory.addresses[0],
      ]) {
        assert.ok(address instanceof IPv6Address);
        assert.equal(address.host, host);
        assert.ok(address.scopeId > 0);
      }
      assert.equal(textOf(transport), `<RecordingProtocol #0 on ${addressOf(port).port}>`);
      assert.equal(logPrefixOf(transport), `RecordingProtocol,0,${host}`);
    },
  },
  {
    name: '`buildProtocol` gets the client’s address, and transports have texts that name protocol, number and port',
    cites: ['TCPTransportServerAddressTestMixin.test_serverAddressTCP4', 'ListeningTests.test_serverRepr'],
    async run(env) {
      const { factory, peer, port, transport } = await makeServerPair(env);
      const { port: number } = addressOf(port);
      assert.ok(factory.addresses[0] instanceof IPv4Address);
      assert.ok(factory.addresses[0].equals(peer.getHost()));
      assert.equal(textOf(transport), `<RecordingProtocol #0 on ${number}>`);
      assert.equal(logPrefixOf(transport), 'RecordingProtocol,0,127.0.0.1');
      await requireServing(env, factory, addressOf(port));
      assert.equal(textOf(factory.protocols[1]?.transport ?? {}), `<RecordingProtocol #1 on ${number}>`);
    },
  },
  {
    name: 'the first thing that listening logs is that the factory starts on its port',
    cites: ['StreamTransportTestsMixin.test_startedListeningLogMessage'],
    run(env) {
      const port = env.listen(new RecordingFactory());
      assert.equal(
        messageOf(env.log.records[0] as never),
        `RecordingFactory starting on ${addressOf(port).port}`,
      );
    },
  },
  {
    name: 'a port in use is a CannotListenError at once, which names address and errno, and leaves nothing open',
    cites: ['CannotBindTests.test_cannotBind', 'C2'],
    run(env) {
      const first = addressOf(env.listen(new RecordingFactory()));
      const open = env.libc.descriptors.open;
      const refused = new RecordingFactory();
      assert.throws(
        () => env.reactor.listenTCP(first.port, refused, { interface: '127.0.0.1' }),
        (error) =>
          error instanceof CannotListenError &&
          error.code === 'EADDRINUSE' &&
          error.interface === '127.0.0.1' &&
          error.port === first.port,
      );
      assert.equal(env.libc.descriptors.open, open);
      assert.deepEqual(refused.events, []);
    },
  },
  {
    name: 'an interface that isn’t an address, and a port that isn’t one, are refused at once',
    run({ reactor }) {
      const factory = new RecordingFactory();
      assert.throws(() => reactor.listenTCP(0, factory, { interface: 'localhost' }), InvalidAddressError);
      for (const port of [-1, 65_536, 1.5, NaN]) {
        assert.throws(() => reactor.listenTCP(port, factory), RangeError);
      }
    },
  },
  {
    name: 'a throw in `startFactory` comes out of `listenTCP`, and leaves nothing open',
    run(env) {
      const oops = new Error('thrown by startFactory');
      const start = (): never => {
        throw oops;
      };
      const open = env.libc.descriptors.open;
      const reserve = 1;
      assert.throws(
        () => env.reactor.listenTCP(0, new RecordingFactory({ start }), { interface: '127.0.0.1' }),
        oops,
      );
      assert.ok(env.libc.descriptors.open <= open + reserve);
      assert.deepEqual(env.reactor.getReaders(), []);
    },
  },
];
