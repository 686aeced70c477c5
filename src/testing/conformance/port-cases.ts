import assert from 'node:assert/strict';
import { IPv4Address, IPv6Address } from '../../address/index.js';
import { CannotListenError, ConnectionDone, InvalidAddressError } from '../../errors/index.js';
import { messageOf } from '../log-capture.js';
import { assertReason } from './assert-reason.js';
import type { ConformanceCase } from './case.js';
import { type ConformanceEnvironment, addressOf } from './environment.js';
import { makeServerPair, textOf } from './pairs.js';
import { RecordingFactory } from './recording-factory.js';
import { RecordingHalfCloseProtocol, RecordingProtocol } from './recording-protocol.js';

/** A client comes to the port, is served, and goes again. */
async function requireServing(
  env: ConformanceEnvironment,
  factory: RecordingFactory,
  port: ReturnType<typeof addressOf>,
) {
  const served = factory.protocols.length;
  const peer = env.peers.connect(port);
  await env.drive(() => factory.protocols.length > served && peer.connected);
  peer.close();
  await env.drive(() => factory.protocols.at(-1)?.lost === true);
}

async function requireRefusing(env: ConformanceEnvironment, port: ReturnType<typeof addressOf>) {
  const peer = env.peers.connect(port);
  await env.drive(() => peer.failure !== undefined);
  assert.equal(peer.failure, 'ECONNREFUSED');
}

/** listenTCP(): where it listens, whom it serves, how it stops. */
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
    name: '`buildProtocol` gets the client’s address, and transports have texts that name protocol, number and port',
    cites: ['TCPTransportServerAddressTestMixin.test_serverAddressTCP4', 'ListeningTests.test_serverRepr'],
    async run(env) {
      const { factory, peer, port, transport } = await makeServerPair(env);
      const { port: number } = addressOf(port);
      assert.ok(factory.addresses[0] instanceof IPv4Address);
      assert.ok(factory.addresses[0].equals(peer.getHost()));
      assert.equal(textOf(transport), `<RecordingProtocol #0 on ${number}>`);
      assert.equal(
        (transport as unknown as { logPrefix(): string }).logPrefix(),
        'RecordingProtocol,0,127.0.0.1',
      );
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
    name: 'after `stopListening()` clients are refused, and the same number can be bound again at once',
    cites: ['ListeningTests.testStopListening'],
    async run(env) {
      const { factory, peer, port, protocol } = await makeServerPair(env);
      const host = addressOf(port);
      await env.drive.result(port.stopListening());
      assert.equal(port.listening, false);
      assert.equal(port.fileno(), -1);
      assert.deepEqual(factory.events, ['start', 'build', 'stop']);
      await requireRefusing(env, host);
      // Open connections stay.
      peer.send('still here');
      await env.drive(() => protocol.received.toString() === 'still here');
      const again = new RecordingFactory();
      assert.deepEqual(addressOf(env.listen(again, {}, host.port)), host);
      await requireServing(env, again, host);
    },
  },
  {
    name: '`stopListening()` twice gives the same answer, and after the end one that has fired',
    cites: ['C2'],
    async run(env) {
      const factory = new RecordingFactory();
      const port = env.listen(factory);
      const first = port.stopListening();
      assert.equal(port.stopListening(), first);
      await env.drive.result(first);
      await env.drive.result(port.stopListening());
      assert.deepEqual(factory.events, ['start', 'stop']);
    },
  },
  {
    name: 'a stopped port can be started again, and serves',
    cites: ['ListeningTests.test_restartListening'],
    async run(env) {
      const factory = new RecordingFactory();
      const port = env.listen(factory);
      await env.drive.result(port.stopListening());
      port.startListening();
      port.startListening();
      assert.equal(port.listening, true);
      await requireServing(env, factory, addressOf(port));
      assert.deepEqual(factory.events, ['start', 'stop', 'start', 'build']);
    },
  },
  {
    name: 'a throw in `stopFactory` fails the Deferred of `stopListening()`; the port is closed, and starts again',
    cites: ['ListeningTests.test_exceptInStop', 'ListeningTests.test_restartAfterExcept'],
    async run(env) {
      const oops = new Error('thrown by stopFactory');
      let throws = true;
      const stop = (): void => {
        if (throws) throw oops;
      };
      const factory = new RecordingFactory({ stop });
      const port = env.listen(factory);
      await assert.rejects(env.drive.result(port.stopListening()), oops);
      throws = false;
      assert.equal(port.listening, false);
      port.startListening();
      await requireServing(env, factory, addressOf(port));
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
  {
    name: '`connectionLost()` called directly, as at a shutdown, closes the port',
    cites: ['ListeningTests.test_directConnectionLostCall'],
    async run(env) {
      const factory = new RecordingFactory();
      const port = env.listen(factory);
      const host = addressOf(port);
      lose(port);
      assert.equal(port.listening, false);
      assert.deepEqual(factory.events, ['start', 'stop']);
      await requireRefusing(env, host);
    },
  },
  {
    name: 'with `connectionLost()` called directly, what `stopFactory` throws comes out of it',
    cites: ['ListeningTests.test_exceptInConnectionLostCall'],
    run(env) {
      const oops = new Error('thrown by stopFactory');
      const stop = (): never => {
        throw oops;
      };
      const port = env.listen(new RecordingFactory({ stop }));
      assert.throws(() => lose(port), oops);
      assert.equal(port.listening, false);
    },
  },
  {
    name: '`stopListening()` inside `buildProtocol`: the connection being accepted works, the others are refused',
    cites: ['LoopbackTests.test_closePortInProtocolFactory'],
    async run(env) {
      const factory = new RecordingFactory({
        build: () => {
          void port.stopListening();
          return new RecordingProtocol();
        },
      });
      const port = env.listen(factory);
      const host = addressOf(port);
      const peer = env.peers.connect(host);
      await env.drive(() => factory.protocols[0]?.made === true && factory.events.includes('stop'));
      peer.send('works');
      await env.drive(() => factory.protocols[0]?.received.toString() === 'works');
      assert.equal(port.listening, false);
      await requireRefusing(env, host);
      peer.close();
      await env.drive(() => factory.protocols[0]?.lost === true);
      assertReason(factory.protocols[0]?.reason, ConnectionDone);
    },
  },
  {
    name: 'a factory of several ports starts with the first and stops after the last',
    cites: ['FactoryTests.test_serverStartStop'],
    async run(env) {
      const factory = new RecordingFactory();
      const ports = [env.listen(factory), env.listen(factory), env.listen(factory)];
      assert.deepEqual(factory.events, ['start']);
      for (const port of ports.slice(1)) await env.drive.result(port.stopListening());
      assert.deepEqual(factory.events, ['start']);
      await env.drive.result(ports[0]?.stopListening() ?? Promise.reject(new Error('no port')));
      assert.deepEqual(factory.events, ['start', 'stop']);
    },
  },
  {
    name: 'a factory that refuses (null) has the client closed, and is asked again for the next one',
    async run(env) {
      const refuse = [true, false];
      const factory = new RecordingFactory({
        build: () => (refuse.shift() === true ? null : new RecordingProtocol()),
      });
      const port = env.listen(factory);
      const refused = env.peers.connect(addressOf(port));
      await env.drive(() => refused.sawClose);
      await requireServing(env, factory, addressOf(port));
      assert.deepEqual([port.counters.refused, port.counters.accepted], [1, 1]);
    },
  },
  {
    name: 'a throw in `buildProtocol` is logged once and closes the client; the next ones are served',
    async run(env) {
      const oops = new Error('thrown by buildProtocol');
      const throws = [true, false];
      const factory = new RecordingFactory({
        build: () => {
          if (throws.shift() === true) throw oops;
          return new RecordingProtocol();
        },
      });
      const port = env.listen(factory);
      const first = env.peers.connect(addressOf(port));
      const second = env.peers.connect(addressOf(port));
      await env.drive(() => first.sawClose && factory.protocols.length === 1);
      assert.equal(env.log.flushErrors((record) => record.properties['error'] === oops).length, 1);
      assert.equal(second.sawClose, false);
      assert.deepEqual([port.counters.failed, port.counters.accepted], [1, 1]);
    },
  },
  {
    name: 'many clients that come at once are all served',
    async run(env) {
      const factory = new RecordingFactory({ build: () => new RecordingHalfCloseProtocol() });
      const port = env.listen(factory);
      const peers = Array.from({ length: 150 }, () => env.peers.connect(addressOf(port)));
      await env.drive(() => factory.protocols.length === peers.length);
      for (const [i, peer] of peers.entries()) peer.send(`client ${i}`);
      await env.drive(() => factory.protocols.every((protocol) => protocol.received.length > 0));
      assert.equal(port.connections.size, peers.length);
      assert.equal(new Set(factory.protocols.map(({ received }) => received.toString())).size, peers.length);
      for (const peer of peers) peer.close();
      await env.drive(() => factory.protocols.every((protocol) => protocol.readLost));
    },
  },
  {
    name: '`pauseAccepting()` leaves clients in the queue, `resumeAccepting()` serves them',
    async run(env) {
      const factory = new RecordingFactory();
      const port = env.listen(factory);
      port.pauseAccepting();
      const peer = env.peers.connect(addressOf(port));
      await env.drive(() => peer.connected);
      await env.drive.turns(20);
      assert.deepEqual(factory.protocols, []);
      assert.equal(port.listening, true);
      port.resumeAccepting();
      await env.drive(() => factory.protocols[0]?.made === true);
    },
  },
  {
    name: '`connections` is the set of what is open, and events tell of each',
    async run(env) {
      const factory = new RecordingFactory();
      const told: unknown[] = [];
      const port = env.listen(factory);
      port.events.on('connection', (transport) => told.push(transport));
      port.events.on('closed', () => told.push('closed'));
      const peer = env.peers.connect(addressOf(port));
      await env.drive(() => told.length > 0);
      const transport = factory.protocols[0]?.transport;
      assert.deepEqual([...port.connections], [transport]);
      peer.close();
      await env.drive(() => port.connections.size === 0);
      await env.drive.result(port[Symbol.asyncDispose]());
      assert.deepEqual(told, [transport, 'closed']);
    },
  },
  {
    name: 'an abort signal stops the port; one that is aborted already makes `listenTCP` throw its reason',
    async run(env) {
      const controller = new AbortController();
      const factory = new RecordingFactory();
      const port = env.listen(factory, { signal: controller.signal });
      const reason = new Error('enough');
      controller.abort(reason);
      await env.drive(() => factory.events.includes('stop'));
      assert.equal(port.listening, false);
      assert.throws(() => env.reactor.listenTCP(0, factory, { signal: controller.signal }), reason);
    },
  },
];

/** What a reactor that drops a descriptor calls. */
function lose(port: object): void {
  (port as { connectionLost(): void }).connectionLost();
}
