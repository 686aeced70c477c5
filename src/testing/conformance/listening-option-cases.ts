import assert from 'node:assert/strict';
import { IPPROTO_TCP, TCP_INFO } from '../../libc/constants.js';
import { checked } from '../../libc/index.js';
import type { ConformanceCase } from './case.js';
import { addressOf } from './environment.js';
import { numberAcceptsOf } from './port-events.js';
import { RecordingFactory } from './recording-factory.js';

/** In `struct tcp_info` of a listening socket the fields unacked and sacked are the queue's length and limit (tcp_get_info). */
const QUEUE_LIMIT_AT = 28;
const INFO_BYTES = 232;

/** The options of listening sockets. */
export const listeningOptionCases: readonly ConformanceCase[] = [
  {
    name: 'the queue of waiting clients is as long as asked for, and 4096 where the kernel allows it',
    cites: ['C11'],
    needs: ['tcpInfo'],
    run(env) {
      const limitOf = (fd: number): number => {
        const info = Buffer.alloc(INFO_BYTES);
        checked(env.libc.getsockopt(fd, IPPROTO_TCP, TCP_INFO, info), 'getsockopt');
        return info.readUInt32LE(QUEUE_LIMIT_AT);
      };
      const [usual, short, huge] = [{}, { backlog: 7 }, { backlog: 1_000_000 }].map((options) =>
        limitOf(env.listen(new RecordingFactory(), options).fileno()),
      ) as [number, number, number];
      assert.equal(short, 7);
      // The kernel cuts all to net.core.somaxconn.
      assert.equal(usual, Math.min(4096, huge));
    },
  },
  {
    name: 'with `reusePort` several ports share one number, and together serve its clients',
    cites: ['C7'],
    async run(env) {
      const [one, other] = [new RecordingFactory(), new RecordingFactory()];
      const first = addressOf(env.listen(one, { reusePort: true }));
      const second = addressOf(env.listen(other, { reusePort: true }, first.port));
      assert.ok(first.equals(second));
      const peers = Array.from({ length: 64 }, () => env.peers.connect(first));
      await env.drive(() => one.protocols.length + other.protocols.length === peers.length);
      // That all 64 go the same way has a chance of 2 in 2^64.
      assert.ok(one.protocols.length > 0 && other.protocols.length > 0);
    },
  },
  {
    name: 'on :: with `ipv6Only` false a port serves both families',
    cites: ['C7'],
    needs: ['ipv6'],
    async run(env) {
      const factory = new RecordingFactory();
      const port = env.listen(factory, { interface: '::', ipv6Only: false });
      const { port: number } = addressOf(port);
      env.peers.connect({ host: '127.0.0.1', port: number });
      env.peers.connect({ host: '::1', port: number });
      await env.drive(() => factory.protocols.length === 2);
      const hosts = factory.protocols.map(({ transport }) => transport.getPeer().host);
      assert.deepEqual(new Set(hosts), new Set(['::ffff:127.0.0.1', '::1']));
    },
  },
  {
    name: 'on :: with `ipv6Only` true a port serves IPv6 and leaves IPv4 to others',
    cites: ['C7'],
    needs: ['ipv6'],
    async run(env) {
      const [six, four] = [new RecordingFactory(), new RecordingFactory()];
      const { port } = addressOf(env.listen(six, { interface: '::', ipv6Only: true }));
      // Not on 0.0.0.0 or 127.0.0.1, where a client may have that very number.
      env.listen(four, { interface: '127.0.0.2' }, port);
      env.peers.connect({ host: '127.0.0.2', port });
      env.peers.connect({ host: '::1', port });
      await env.drive(() => six.protocols.length + four.protocols.length === 2);
      assert.equal(six.protocols[0]?.transport.getPeer().host, '::1');
      assert.equal(four.protocols[0]?.transport.getHost().host, '127.0.0.2');
    },
  },
  {
    name: 'a port accepts as many clients in a turn as it has lately been given, and never none',
    cites: ['SelectReactorTests.test_acceptScaling'],
    async run(env) {
      const factory = new RecordingFactory();
      const port = env.listen(factory, { numberAccepts: 1 });
      assert.equal(numberAcceptsOf(port), 1);
      env.peers.connect(addressOf(port));
      await env.drive(() => factory.protocols.length === 1);
      assert.equal(numberAcceptsOf(port), 21);
      env.peers.connect(addressOf(port));
      await env.drive(() => factory.protocols.length === 2);
      assert.equal(numberAcceptsOf(port), 1);
    },
  },
  {
    name: 'options of connections are set on what a port accepts',
    cites: ['C7'],
    async run(env) {
      const factory = new RecordingFactory();
      const port = env.listen(factory, {
        noDelay: true,
        keepAlive: { idleMs: 7_000, intervalMs: 3_000, count: 4 },
        userTimeoutMs: 12_345,
        writeBufferSize: 77,
      });
      env.peers.connect(addressOf(port));
      await env.drive(() => factory.protocols[0]?.made === true);
      const transport = factory.protocols[0]?.transport;
      assert.ok(transport !== undefined);
      assert.equal(transport.getTcpNoDelay(), true);
      assert.equal(transport.getTcpKeepAlive(), true);
      assert.equal(transport.getTcpUserTimeout(), 12_345);
      assert.equal(transport.writeBufferSize, 77);
    },
  },
];
