import assert from 'node:assert/strict';
import { IPv4Address } from '../../address/index.js';
import { ConnectionDone, ConnectionRefusedError, NotConnectingError } from '../../errors/index.js';
import { assertReason } from './assert-reason.js';
import type { ConformanceCase } from './case.js';
import { failureOf } from './connect-places.js';
import { makeClientPair } from './pairs.js';
import { RecordingFactory } from './recording-factory.js';
import { RecordingProtocol } from './recording-protocol.js';

/** connectTCP(): whom the factory hears of, and when. */
export const connectorCases: readonly ConformanceCase[] = [
  {
    name: 'the factory gets the connector that was returned; it knows its destination and its state',
    cites: ['TCPConnectorTestsBuilder.test_connectorIdentity', 'StreamClientTestsMixin.test_interface'],
    async run(env) {
      const { connector, factory, listener, peer } = await makeClientPair(env);
      const destination = connector.getDestination();
      assert.ok(destination instanceof IPv4Address);
      assert.ok(destination.equals(listener.address));
      assert.equal(destination.type, 'TCP');
      assert.deepEqual(factory.connectors, [connector]);
      assert.equal(connector.state, 'connected');
      const told: unknown[] = [];
      factory.clientConnectionLost = (...args) => void told.push(...args);
      peer.close();
      await env.drive(() => told.length > 0);
      assert.equal(told[0], connector);
      assertReason(told[1], ConnectionDone);
      assert.equal(connector.state, 'disconnected');
    },
  },
  {
    name: 'the factory hears: start, connecting, build, lost, stop; start and connecting inside `connectTCP`',
    cites: ['FactoryTests.test_clientStartStop'],
    async run(env) {
      const factory = new RecordingFactory();
      const listener = env.peers.listen();
      const connector = env.connect(listener.address, factory);
      assert.deepEqual(factory.events, ['start', 'connecting']);
      assert.equal(connector.state, 'connecting');
      await env.drive(() => factory.protocols[0]?.made === true && listener.accepted.length > 0);
      listener.accepted[0]?.close();
      await env.drive(() => factory.events.includes('stop'));
      assert.deepEqual(factory.events, ['start', 'connecting', 'build', 'lost', 'stop']);
    },
  },
  {
    name: '`buildProtocol` gets the server’s address, which is the transport’s peer and the server’s own',
    cites: ['AddressTests.test_buildProtocolClient'],
    async run(env) {
      const { factory, listener, peer, transport } = await makeClientPair(env);
      assert.ok(factory.addresses[0] instanceof IPv4Address);
      assert.ok(factory.addresses[0].equals(listener.address));
      assert.ok(transport.getPeer().equals(peer.getHost()));
      assert.ok(transport.getHost().equals(peer.getPeer()));
    },
  },
  {
    name: 'the protocol’s `connectionLost` comes before the factory’s `clientConnectionLost`',
    cites: ['CallBackOrderTests.test_loseOrder'],
    async run(env) {
      const order: string[] = [];
      const factory = new RecordingFactory({
        build: () => new RecordingProtocol({ lost: () => void order.push('protocol') }),
        lost: () => order.push('factory'),
      });
      const listener = env.peers.listen();
      env.connect(listener.address, factory);
      await env.drive(() => listener.accepted.length > 0 && factory.protocols[0]?.made === true);
      listener.accepted[0]?.close();
      await env.drive(() => order.length === 2);
      assert.deepEqual(order, ['protocol', 'factory']);
    },
  },
  {
    name: '`stopConnecting()` without an attempt is a NotConnectingError, `disconnect()` then does nothing',
    async run(env) {
      const { connector, factory, peer } = await makeClientPair(env);
      assert.throws(() => connector.stopConnecting(), NotConnectingError);
      assert.throws(() => connector.connect(), /connected/);
      peer.close();
      await env.drive(() => factory.events.includes('stop'));
      assert.throws(() => connector.stopConnecting(), NotConnectingError);
      connector.disconnect();
      assert.deepEqual(factory.failures, []);
    },
  },
  {
    name: '`disconnect()` closes a connection in order',
    async run(env) {
      const { connector, peer, protocol, transport } = await makeClientPair(env);
      transport.write(Buffer.from('goodbye'));
      connector.disconnect();
      await env.drive(() => peer.sawEnd && protocol.lost);
      assert.equal(peer.received.toString(), 'goodbye');
      assertReason(protocol.reason, ConnectionDone);
    },
  },
  {
    name: '`connect()` while an attempt is under way throws, and the attempt goes on',
    async run(env) {
      const listener = env.peers.listen();
      const factory = new RecordingFactory();
      const connector = env.connect(listener.address, factory);
      assert.throws(() => connector.connect(), /connecting/);
      await env.drive(() => factory.protocols[0]?.made === true);
    },
  },
  {
    name: '`connect()` inside `clientConnectionLost` tries again with the same connector and factory, which goes on',
    cites: ['TCPConnectorTestsBuilder.test_reconnect'],
    async run(env) {
      const factory = new RecordingFactory({
        lost: (connector) => {
          assert.equal(connector.state, 'disconnected');
          connector.connect();
        },
      });
      const listener = env.peers.listen();
      env.connect(listener.address, factory);
      await env.drive(() => listener.accepted.length > 0 && factory.protocols[0]?.made === true);
      listener.close();
      listener.accepted[0]?.close();
      assertReason(await failureOf(env, factory), ConnectionRefusedError);
      await env.drive(() => factory.events.includes('stop'));
      assert.deepEqual(factory.events, [
        'start',
        'connecting',
        'build',
        'lost',
        'connecting',
        'failed',
        'stop',
      ]);
      assert.deepEqual(factory.protocols[0]?.events, ['made', 'lost']);
      assert.equal(new Set(factory.connectors).size, 1);
    },
  },
  {
    name: 'a `bindAddress` is where the connection comes from',
    async run(env) {
      const { peer, transport } = await makeClientPair(env, {
        connect: { bindAddress: { host: '127.0.0.2' } },
      });
      assert.equal(peer.getPeer().host, '127.0.0.2');
      assert.equal(transport.getHost().host, '127.0.0.2');
    },
  },
  {
    name: 'the time-out ends with the attempt: a connection leaves no timer behind',
    async run(env) {
      const { transport } = await makeClientPair(env, { connect: { timeout: 60 } });
      assert.equal(transport.connected, true);
      assert.deepEqual(env.reactor.getDelayedCalls(), []);
    },
  },
  {
    name: 'an abort signal does nothing to a connection that was made',
    async run(env) {
      const controller = new AbortController();
      const { protocol } = await makeClientPair(env, { connect: { signal: controller.signal } });
      controller.abort();
      await env.drive.turns(5);
      assert.equal(protocol.lost, false);
    },
  },
  {
    name: 'a factory that refuses (null) has the connection closed, and hears clientConnectionLost',
    async run(env) {
      const factory = new RecordingFactory({ build: () => null });
      const listener = env.peers.listen();
      env.connect(listener.address, factory);
      await env.drive(() => listener.accepted[0]?.sawClose === true && factory.events.includes('stop'));
      assert.deepEqual(factory.events, ['start', 'connecting', 'build', 'lost', 'stop']);
      assertReason(factory.losses[0], ConnectionDone);
    },
  },
  {
    name: 'a throw in the protocol’s `connectionLost` does not keep `clientConnectionLost` from the factory',
    async run(env) {
      const { factory, peer, protocol } = await makeClientPair(env);
      protocol.hooks.lost = () => {
        throw new Error('thrown by connectionLost');
      };
      peer.close();
      await env.drive(() => factory.events.includes('stop'));
      assert.deepEqual(factory.events, ['start', 'connecting', 'build', 'lost', 'stop']);
      assert.equal(env.log.flushErrors().length, 1);
    },
  },
  {
    name: 'a connect that was interrupted (EINTR) goes on in the background and is not made again',
    needs: ['faults'],
    async run(env) {
      const factory = new RecordingFactory();
      env.faults.fail('connect', { errno: 'EINTR' });
      const listener = env.peers.listen();
      env.connect(listener.address, factory);
      await env.drive(() => factory.protocols[0]?.made === true);
      assert.equal(env.faults.count('connect'), 1);
    },
  },
];
