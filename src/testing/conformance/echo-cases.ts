import assert from 'node:assert/strict';
import { ConnectionDone } from '../../errors/index.js';
import { assertReason } from './assert-reason.js';
import type { ConformanceCase, Need } from './case.js';
import { type ConformanceEnvironment, addressOf } from './environment.js';
import { type PairOptions, makeClientPair, makeServerPair, onAnyTransport } from './pairs.js';
import { RecordingFactory } from './recording-factory.js';
import { RecordingProtocol } from './recording-protocol.js';
import { pattern } from './pattern.js';

const echo: PairOptions = { hooks: { data: ({ transport }, data) => void transport.write(data) } };

/** Bytes there and back again, over both families. */
export const echoCases: readonly ConformanceCase[] = [
  ...onAnyTransport({
    name: 'what a protocol writes in dataReceived comes back to the peer',
    pair: echo,
    async run({ drive }, { peer, protocol }) {
      peer.send('hello');
      await drive(() => peer.bytesReceived === 5);
      assert.equal(peer.received.toString(), 'hello');
      assert.deepEqual(protocol.events, ['made', 'data']);
    },
  }),
  ...onAnyTransport({
    name: 'a megabyte comes back byte for byte',
    pair: echo,
    async run({ drive }, { peer, transport }) {
      const sent = pattern(1_000_000);
      peer.send(sent);
      await drive(() => peer.bytesReceived >= sent.length);
      assert.ok(peer.received.equals(sent));
      assert.equal(transport.bytesRead, sent.length);
      assert.equal(transport.bytesWritten, sent.length);
      assert.equal(transport.bytesQueued, 0);
    },
  }),
  ...onAnyTransport({
    name: 'what dataReceived gets is the protocol’s to keep: later reads leave it alone',
    async run({ drive }, { peer, protocol }) {
      const kept: Buffer[] = [];
      protocol.hooks.data = (_, data) => void kept.push(data);
      // Much more than half a slab, little, much: both ways of handing bytes over, one after the other.
      const pieces = [pattern(200_000, 1), pattern(10, 2), pattern(200_000, 3), pattern(11, 4)];
      let expected = 0;
      for (const piece of pieces) {
        peer.send(piece);
        expected += piece.length;
        await drive(() => protocol.received.length === expected);
      }
      assert.ok(Buffer.concat(kept).equals(Buffer.concat(pieces)));
    },
  }),
  {
    name: 'a thousand messages there and back keep their order',
    async run(env) {
      const { peer } = await makeServerPair(env, echo);
      const sent: string[] = [];
      for (let i = 0; i < 1000; i += 1) {
        const message = `message ${i};`;
        sent.push(message);
        peer.send(message);
        if (i % 10 === 0) await env.drive.turns(1);
      }
      const all = sent.join('');
      await env.drive(() => peer.bytesReceived >= all.length);
      assert.equal(peer.received.toString(), all);
    },
  },
  {
    name: 'a client and a server of one reactor talk with each other',
    cites: ['StreamClientTestsMixin.test_connectEvent'],
    run: (env) => talkWithinOneReactor(env, '127.0.0.1'),
  },
  {
    name: 'a client and a server of one reactor talk with each other over IPv6',
    cites: ['StreamClientTestsMixin.test_connectEvent'],
    needs: ['ipv6'],
    run: (env) => talkWithinOneReactor(env, '::1'),
  },
  overIPv6('an accepted connection echoes over IPv6', makeServerPair),
  overIPv6('a connection that was made echoes over IPv6', makeClientPair),
];

function overIPv6(name: string, makePair: typeof makeServerPair | typeof makeClientPair): ConformanceCase {
  const needs: readonly Need[] = ['ipv6'];
  return {
    name,
    needs,
    async run(env) {
      const { peer } = await makePair(env, { ...echo, host: '::1' });
      peer.send('hello');
      await env.drive(() => peer.received.toString() === 'hello');
      assert.equal(peer.getPeer().host, '::1');
    },
  };
}

async function talkWithinOneReactor(env: ConformanceEnvironment, host: string): Promise<void> {
  const server = new RecordingFactory({ build: () => new RecordingProtocol({ ...echo.hooks }) });
  const client = new RecordingFactory();
  const port = env.listen(server, { interface: host });
  env.connect(addressOf(port), client);
  await env.drive(() => client.protocols[0]?.made === true);
  const [protocol] = client.protocols as [RecordingProtocol];
  protocol.transport.write(Buffer.from('ping'));
  await env.drive(() => protocol.received.toString() === 'ping');
  protocol.transport.loseConnection();
  await env.drive(() => protocol.lost && server.protocols[0]?.lost === true);
  assertReason(protocol.reason, ConnectionDone);
  assertReason(server.protocols[0]?.reason, ConnectionDone);
}
