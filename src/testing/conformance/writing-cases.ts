import assert from 'node:assert/strict';
import { ConnectionDone } from '../../errors/index.js';
import { assertReason } from './assert-reason.js';
import type { ConformanceCase } from './case.js';
import { makeServerPair, onAnyTransport } from './pairs.js';
import { pattern } from './pattern.js';

/** What TypeScript forbids and JavaScript lets through. */
const text = 'text' as unknown as Uint8Array;

/** write() and writeSequence(): what arrives, in which order, in how many calls. */
export const writingCases: readonly ConformanceCase[] = [
  ...onAnyTransport({
    name: 'all that was written before `loseConnection()` arrives, in order, then the end',
    cites: ['WriteDataTests.test_writer'],
    async run({ drive }, { peer, protocol, transport }) {
      transport.write(Buffer.from('Hello Cleveland!\n'));
      transport.writeSequence([Buffer.from('Goodbye'), Buffer.from(' cruel'), Buffer.from(' world\n')]);
      transport.loseConnection();
      await drive(() => protocol.lost && peer.sawClose);
      assert.equal(peer.received.toString(), 'Hello Cleveland!\nGoodbye cruel world\n');
      assert.ok(peer.sawEnd);
      assertReason(protocol.reason, ConnectionDone);
    },
  }),
  ...onAnyTransport({
    name: '`writeSequence()` as the first write sends its pieces as one',
    cites: ['WriteSequenceTestsMixin.test_writeSequeceWithoutWrite'],
    async run({ drive }, { peer, transport }) {
      assert.equal(
        transport.writeSequence(['Some ', 'sequence ', 'splitted'].map((piece) => Buffer.from(piece))),
        true,
      );
      await drive(() => peer.bytesReceived > 0);
      assert.equal(peer.received.toString(), 'Some sequence splitted');
    },
  }),
  ...onAnyTransport({
    name: 'a text in `write()` or `writeSequence()` is a TypeError, and the connection goes on without it',
    cites: [
      'FileDescriptorTests.test_writeWithUnicodeRaisesException',
      'WriteSequenceTestsMixin.test_writeSequenceWithUnicodeRaisesException',
    ],
    async run({ drive }, { peer, transport }) {
      assert.throws(() => transport.write(text), { name: 'TypeError', message: /^Data must be bytes/ });
      assert.throws(() => transport.writeSequence([Buffer.from('dropped'), text]), TypeError);
      assert.equal(transport.bytesQueued, 0);
      transport.write(Buffer.from('usable'));
      await drive(() => peer.bytesReceived > 0);
      assert.equal(peer.received.toString(), 'usable');
    },
  }),
  ...onAnyTransport({
    name: 'after `connectionLost` writes are ignored, and a text is a TypeError still',
    cites: [
      'TCPServerTests.test_writeAfterDisconnect',
      'ConnectionTestsMixin.test_writeAfterDisconnect',
      'FileDescriptorTests.test_writeWithUnicodeRaisesException',
    ],
    async run({ drive }, { peer, protocol, transport }) {
      transport.loseConnection();
      await drive(() => protocol.lost && peer.sawEnd);
      transport.write(Buffer.from('late'));
      transport.writeSequence([Buffer.from('too'), Buffer.from('late')]);
      assert.equal(transport.bytesQueued, 0);
      assert.throws(() => transport.write(text), TypeError);
      assert.throws(() => transport.writeSequence([text]), TypeError);
      await drive.turns(5);
      assert.equal(peer.bytesReceived, 0);
      assert.deepEqual(protocol.events, ['made', 'lost']);
    },
  }),
  ...onAnyTransport({
    name: 'inside `connectionLost` writes are ignored',
    cites: ['ConnectionTestsMixin.test_writeAfterDisconnect'],
    async run({ drive }, { peer, protocol, transport }) {
      protocol.hooks.lost = () => {
        transport.write(Buffer.from('late'));
        transport.writeSequence([Buffer.from('too'), Buffer.from('late')]);
      };
      peer.shutdownWrite();
      await drive(() => protocol.lost && peer.sawEnd);
      assert.equal(peer.bytesReceived, 0);
    },
  }),
  ...onAnyTransport({
    name: 'a write after `loseConnection()` is still sent while something is queued',
    async run({ drive }, { peer, transport }) {
      transport.write(Buffer.from('a'));
      transport.loseConnection();
      transport.write(Buffer.from('b'));
      await drive(() => peer.sawEnd);
      assert.equal(peer.received.toString(), 'ab');
    },
  }),
  ...onAnyTransport({
    name: 'much more than the kernel takes at once, and a byte more, arrive in order before the end',
    async run({ drive }, { peer, protocol, transport }) {
      const much = pattern(8_000_000);
      transport.write(much);
      transport.write(Buffer.from('y'));
      transport.loseConnection();
      await drive(() => peer.sawClose && protocol.lost);
      assert.equal(peer.bytesReceived, much.length + 1);
      assert.ok(peer.received.subarray(0, -1).equals(much));
      assert.equal(peer.received.at(-1), 'y'.charCodeAt(0));
      assertReason(protocol.reason, ConnectionDone);
    },
  }),
  ...onAnyTransport({
    name: 'thousands of small pieces written at once arrive in order',
    async run({ drive }, { peer, transport }) {
      const much = pattern(300_000);
      for (let at = 0, size = 1; at < much.length; at += size, size = (size % 97) + 1) {
        transport.write(much.subarray(at, at + size));
      }
      transport.write(much.subarray(much.length));
      await drive(() => peer.bytesReceived >= much.length);
      assert.ok(peer.received.equals(much));
    },
  }),
  {
    name: 'a write outside any turn, after an `await`, is sent without being asked again',
    async run(env) {
      const { peer, transport } = await makeServerPair(env);
      await Promise.resolve();
      transport.write(Buffer.from('from outside'));
      await env.drive(() => peer.bytesReceived > 0);
      assert.equal(peer.received.toString(), 'from outside');
    },
  },
  {
    name: 'what is written within one turn goes out in one call',
    needs: ['faults'],
    async run(env) {
      const { peer, protocol, transport } = await makeServerPair(env);
      const sends = (): number => env.faults.count('send') + env.faults.count('sendmsg');
      protocol.hooks.data = () => {
        for (let i = 0; i < 100; i += 1) transport.write(Buffer.from('piece;'));
        assert.equal(sends(), 0);
      };
      peer.send('go');
      await env.drive(() => peer.bytesReceived === 600);
      assert.equal(sends(), 1);
    },
  },
];
