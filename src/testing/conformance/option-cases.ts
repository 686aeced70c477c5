import assert from 'node:assert/strict';
import { SystemError } from '../../errors/index.js';
import {
  IPPROTO_TCP,
  SOL_SOCKET,
  SO_RCVBUF,
  TCP_KEEPCNT,
  TCP_KEEPIDLE,
  TCP_KEEPINTVL,
} from '../../libc/constants.js';
import type { ConformanceCase } from './case.js';
import { makeClientPair, onBothSides } from './pairs.js';
import { pattern } from './pattern.js';

/** The options of connections, by their getters and setters. */
export const optionCases: readonly ConformanceCase[] = [
  ...onBothSides({
    name: 'TCP_NODELAY is off at first, and goes on and off',
    cites: ['LoopbackTests.test_tcpNoDelay'],
    run(_, { transport }) {
      assert.equal(transport.getTcpNoDelay(), false);
      transport.setTcpNoDelay(true);
      assert.equal(transport.getTcpNoDelay(), true);
      transport.setTcpNoDelay(false);
      assert.equal(transport.getTcpNoDelay(), false);
    },
  }),
  ...onBothSides({
    name: 'SO_KEEPALIVE is off at first, and goes on with its times, which are rounded up to seconds',
    cites: ['C7'],
    run(_, { transport }) {
      assert.equal(transport.getTcpKeepAlive(), false);
      transport.setTcpKeepAlive(true, { idleMs: 60_000, intervalMs: 1_001, count: 5 });
      assert.equal(transport.getTcpKeepAlive(), true);
      const times = [TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT].map((name) =>
        transport.getSocketOption(IPPROTO_TCP, name),
      );
      assert.deepEqual(times, [60, 2, 5]);
      transport.setTcpKeepAlive(false);
      assert.equal(transport.getTcpKeepAlive(), false);
    },
  }),
  ...onBothSides({
    name: 'TCP_USER_TIMEOUT is 0 at first, and what it is set to',
    cites: ['C7'],
    run(_, { transport }) {
      assert.equal(transport.getTcpUserTimeout(), 0);
      transport.setTcpUserTimeout(4321);
      assert.equal(transport.getTcpUserTimeout(), 4321);
    },
  }),
  ...onBothSides({
    name: 'TCP_INFO tells the state and the sizes of a connection',
    cites: ['C7'],
    needs: ['tcpInfo'],
    async run({ drive }, { peer, transport }) {
      transport.write(pattern(10_000));
      await drive(() => peer.bytesReceived === 10_000);
      const info = transport.getTcpInfo();
      assert.equal(info.state, 'ESTABLISHED');
      assert.ok(info.sendMss >= 500 && info.congestionWindow >= 1);
      assert.ok(info.rttMs >= 0 && info.rttMs < 60_000 && info.retransmitTimeoutMs > 0);
      peer.shutdownWrite();
      transport.pauseProducing();
      await drive.turns(3);
      assert.equal(transport.getTcpInfo().state, 'CLOSE_WAIT');
    },
  }),
  ...onBothSides({
    name: 'any option can be set and read by its numbers; one that doesn’t exist is a SystemError',
    cites: ['C14'],
    run(_, { transport }) {
      transport.setSocketOption(SOL_SOCKET, SO_RCVBUF, 20_000);
      // The kernel doubles it for its own book-keeping (socket(7)).
      assert.equal(transport.getSocketOption(SOL_SOCKET, SO_RCVBUF), 40_000);
      const bytes = Buffer.alloc(4);
      bytes.writeInt32LE(30_000);
      transport.setSocketOption(SOL_SOCKET, SO_RCVBUF, bytes);
      assert.equal(transport.getSocketOption(SOL_SOCKET, SO_RCVBUF), 60_000);
      const isNoSuchOption = (error: unknown): boolean =>
        error instanceof SystemError && error.code === 'ENOPROTOOPT';
      assert.throws(() => transport.getSocketOption(IPPROTO_TCP, 9999), isNoSuchOption);
      assert.throws(() => transport.setSocketOption(IPPROTO_TCP, 9999, 1), isNoSuchOption);
    },
  }),
  {
    name: 'options of connections are set on what a connector makes',
    cites: ['C7'],
    async run(env) {
      const { transport } = await makeClientPair(env, {
        connect: { noDelay: true, keepAlive: true, userTimeoutMs: 2345, writeBufferSize: 88 },
      });
      assert.equal(transport.getTcpNoDelay(), true);
      assert.equal(transport.getTcpKeepAlive(), true);
      assert.equal(transport.getTcpUserTimeout(), 2345);
      assert.equal(transport.writeBufferSize, 88);
    },
  },
  {
    name: 'limits that are no limits are refused at once',
    run({ reactor, libc }) {
      const open = libc.descriptors.open;
      for (const limits of [{ writeBufferSize: -1 }, { lingerMs: NaN }, { writeQueueLimit: -5 }]) {
        assert.throws(() => reactor.listenTCP(0, undefined as never, limits), RangeError);
        assert.throws(() => reactor.connectTCP('127.0.0.1', 1, undefined as never, limits), RangeError);
      }
      assert.equal(libc.descriptors.open, open);
    },
  },
];
