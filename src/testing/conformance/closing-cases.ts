import assert from 'node:assert/strict';
import { ConnectionDone, NotConnectedError } from '../../errors/index.js';
import { F_GETFD } from '../../libc/constants.js';
import { errno } from '../../libc/errno.js';
import { assertReason } from './assert-reason.js';
import type { ConformanceCase } from './case.js';
import { makeServerPair, onAnyTransport, onBothSides } from './pairs.js';
import { pattern } from './pattern.js';

/** loseConnection(): the orderly end, and what is left of a connection after it. */
export const closingCases: readonly ConformanceCase[] = [
  ...onBothSides({
    name: '`loseConnection()` stops reading at once, and `resumeProducing()` does not start it again',
    cites: ['TCPConnectionTestsBuilder.test_resumeProducingWhileDisconnecting'],
    async run({ drive, reactor }, { peer, protocol, transport }) {
      const producer = {
        pauseProducing: () => undefined,
        resumeProducing: () => undefined,
        stopProducing: () => undefined,
      };
      transport.registerProducer(producer, true);
      const fd = transport.fileno();
      transport.loseConnection();
      transport.resumeProducing();
      peer.send('unheard');
      await drive.turns(5);
      assert.ok(!reactor.getReaders().some((reader) => reader.fileno() === fd));
      assert.deepEqual(protocol.events, ['made']);
      transport.unregisterProducer();
      await drive(() => protocol.lost);
    },
  }),
  ...onAnyTransport({
    name: '`loseConnection()` inside `dataReceived`: nothing more is delivered',
    pair: { hooks: { data: ({ transport }) => transport.loseConnection() } },
    async run({ drive }, { peer, protocol }) {
      peer.send('first');
      await drive(() => protocol.events.includes('data'));
      peer.send('second');
      await drive(() => protocol.lost && peer.sawClose);
      assert.deepEqual(protocol.events, ['made', 'data', 'lost']);
      assert.equal(protocol.received.toString(), 'first');
    },
  }),
  ...onAnyTransport({
    name: '`loseConnection()` in `connectionMade` ends the connection, after what was written there',
    pair: {
      hooks: {
        made: ({ transport }) => {
          transport.write(Buffer.from('goodbye'));
          transport.loseConnection();
        },
      },
    },
    async run({ drive }, { peer, protocol }) {
      await drive(() => protocol.lost && peer.sawEnd);
      assert.equal(peer.received.toString(), 'goodbye');
      assertReason(protocol.reason, ConnectionDone);
    },
  }),
  ...onAnyTransport({
    name: '`loseConnection()` again, during and after, does nothing',
    async run({ drive }, { protocol, transport }) {
      transport.loseConnection();
      transport.loseConnection();
      transport.stopProducing();
      await drive(() => protocol.lost);
      transport.loseConnection();
      transport.loseWriteConnection();
      transport.pauseProducing();
      transport.stopConsuming();
      await drive.turns(5);
      assert.deepEqual(protocol.events, ['made', 'lost']);
    },
  }),
  ...onBothSides({
    name: '`resumeProducing()` after `connectionLost` neither reads nor throws',
    cites: ['TCPConnectionTestsBuilder.test_resumeProducingWhileDisconnected'],
    async run({ drive, reactor }, { peer, protocol, transport }) {
      peer.close();
      await drive(() => protocol.lost);
      const readers = reactor.getReaders().length;
      transport.pauseProducing();
      transport.resumeProducing();
      assert.equal(reactor.getReaders().length, readers);
      assert.equal(transport.connected, false);
    },
  }),
  ...onBothSides({
    name: 'after `connectionLost` the descriptor is closed, and options are a NotConnectedError',
    cites: ['ProperlyCloseFilesMixin.test_properlyCloseFiles'],
    async run({ drive, libc }, { peer, protocol, transport }) {
      const fd = transport.fileno();
      assert.ok(libc.fcntl(fd, F_GETFD, 0) >= 0);
      transport.loseConnection();
      await drive(() => protocol.lost && peer.sawEnd);
      peer.close();
      await drive.turns(5);
      assert.equal(libc.fcntl(fd, F_GETFD, 0), -errno.EBADF);
      assert.equal(transport.fileno(), -1);
      assert.throws(() => transport.getTcpNoDelay(), NotConnectedError);
      assert.throws(() => transport.setTcpKeepAlive(true), NotConnectedError);
      assert.throws(() => transport.getTcpInfo(), NotConnectedError);
      assertReason(protocol.reason, ConnectionDone);
    },
  }),
  ...onBothSides({
    name: 'addresses and byte counts are known after `connectionLost` too',
    async run({ drive }, { peer, protocol, transport }) {
      const [host, other] = [transport.getHost(), transport.getPeer()];
      assert.ok(peer.getHost().equals(other) && peer.getPeer().equals(host));
      peer.send('12345');
      await drive(() => protocol.received.length === 5);
      transport.write(pattern(7));
      peer.shutdownWrite();
      await drive(() => protocol.lost);
      assert.ok(transport.getHost().equals(host) && transport.getPeer().equals(other));
      assert.deepEqual([transport.bytesRead, transport.bytesWritten], [5, 7]);
    },
  }),
  ...onAnyTransport({
    name: 'what a protocol writes on the peer’s last message still reaches a peer that has only ended its writing',
    pair: { hooks: { data: ({ transport }) => void transport.write(pattern(3_000_000)) } },
    async run({ drive }, { peer, protocol }) {
      peer.send('last question');
      peer.shutdownWrite();
      await drive(() => protocol.lost && peer.sawClose);
      assert.ok(peer.received.equals(pattern(3_000_000)));
      assert.ok(peer.sawEnd);
    },
  }),
  ...onAnyTransport({
    name: 'input that nobody reads does not cut off what was queued before `loseConnection()`',
    cites: ['C12'],
    pair: { peer: { receiveBufferBytes: 4096 } },
    async run({ drive }, { peer, protocol, transport }) {
      transport.pauseProducing();
      peer.send(pattern(50_000));
      const much = pattern(3_200_000);
      transport.write(much);
      transport.loseConnection();
      peer.send(pattern(50_000));
      await drive(() => peer.sawClose && protocol.lost);
      assert.equal(peer.bytesReceived, much.length);
      assert.ok(peer.sawEnd);
      assertReason(protocol.reason, ConnectionDone);
    },
  }),
  ...onBothSides({
    name: '`connectionLost` does not wait for the peer’s end, the descriptor does',
    cites: ['C12'],
    async run({ drive, libc }, { peer, protocol, transport }) {
      const fd = transport.fileno();
      transport.loseConnection();
      await drive(() => protocol.lost && peer.sawEnd);
      assert.ok(libc.fcntl(fd, F_GETFD, 0) >= 0);
      // What comes now is thrown away, so the peer isn't reset.
      peer.send(pattern(10_000));
      await drive.turns(5);
      assert.equal(peer.sawReset, false);
      peer.shutdownWrite();
      await drive(() => libc.fcntl(fd, F_GETFD, 0) === -errno.EBADF);
      assert.equal(peer.sawReset, false);
    },
  }),
  ...onBothSides({
    name: 'a peer that never ends keeps the descriptor no longer than `lingerMs`',
    cites: ['C12'],
    pair: { connection: { lingerMs: 20 } },
    async run({ drive, libc }, { protocol, transport }) {
      const fd = transport.fileno();
      transport.loseConnection();
      await drive(() => protocol.lost);
      assert.ok(libc.fcntl(fd, F_GETFD, 0) >= 0);
      await drive(() => libc.fcntl(fd, F_GETFD, 0) === -errno.EBADF);
    },
  }),
  ...onBothSides({
    name: 'a peer that goes on sending keeps the descriptor for no more than `lingerBytes`',
    cites: ['C12'],
    pair: { connection: { lingerBytes: 100_000 } },
    async run({ drive, libc }, { peer, protocol, transport }) {
      const fd = transport.fileno();
      transport.loseConnection();
      await drive(() => protocol.lost);
      peer.send(pattern(100_000));
      await drive(() => peer.bytesUnsent === 0);
      await drive.turns(5);
      assert.ok(libc.fcntl(fd, F_GETFD, 0) >= 0);
      peer.send(pattern(100_000));
      await drive(() => libc.fcntl(fd, F_GETFD, 0) === -errno.EBADF);
    },
  }),
  ...onBothSides({
    name: 'with `lingerMs` 0 the descriptor is closed at once',
    cites: ['C12'],
    pair: { connection: { lingerMs: 0 } },
    async run({ drive, libc }, { peer, protocol, transport }) {
      const fd = transport.fileno();
      transport.write(pattern(1000));
      transport.loseConnection();
      await drive(() => protocol.lost);
      assert.equal(libc.fcntl(fd, F_GETFD, 0), -errno.EBADF);
      await drive(() => peer.sawEnd);
      assert.equal(peer.bytesReceived, 1000);
    },
  }),
  ...onAnyTransport({
    name: '`await using` a transport closes it and waits for its end',
    async run({ drive }, { peer, protocol, transport }) {
      transport.write(Buffer.from('disposed of'));
      await drive.result(transport[Symbol.asyncDispose]());
      assert.ok(protocol.lost);
      await drive(() => peer.sawEnd);
      assert.equal(peer.received.toString(), 'disposed of');
      await drive.result(transport[Symbol.asyncDispose]());
    },
  }),
  {
    name: 'after `connectionLost` nothing in the reactor holds on to the protocol',
    cites: ['ConnectionTestsMixin.test_protocolGarbageAfterLostConnection'],
    needs: ['garbageCollection'],
    async run(env) {
      const collected = await lostProtocol(env);
      await env.drive(() => {
        globalThis.gc?.();
        return collected.deref() === undefined;
      });
    },
  },
];

/** A protocol whose connection is over and which the case itself has let go; its port still listens. */
async function lostProtocol(env: Parameters<ConformanceCase['run']>[0]): Promise<WeakRef<object>> {
  const { factory, peer, protocol } = await makeServerPair(env);
  peer.close();
  await env.drive(() => protocol.lost);
  factory.protocols.length = 0;
  return new WeakRef(protocol);
}
