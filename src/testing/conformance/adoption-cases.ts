import assert from 'node:assert/strict';
import {
  CannotListenError,
  ConnectionDetached,
  ConnectionDone,
  NotConnectedError,
  SystemError,
  UnsupportedAddressFamily,
} from '../../errors/index.js';
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  F_GETFD,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SocketAddress,
  checked,
  errno,
} from '../../libc/index.js';
import { assertReason } from './assert-reason.js';
import type { ConformanceCase, Need } from './case.js';
import { type ConformanceEnvironment, addressOf } from './environment.js';
import { onBothSides, textOf } from './pairs.js';
import { pattern } from './pattern.js';
import type { Peer } from './peer.js';
import { RecordingFactory } from './recording-factory.js';
import type { RecordingProtocol } from './recording-protocol.js';

function isErrno(code: string) {
  return (error: unknown): boolean => error instanceof SystemError && error.code === code;
}

/** Two connected plain sockets. */
async function connectedPeers(env: ConformanceEnvironment, host = '127.0.0.1'): Promise<[Peer, Peer]> {
  const listener = env.peers.listen({ host });
  const client = env.peers.connect(listener.address);
  await env.drive(() => listener.accepted.length > 0 && client.connected);
  return [client, listener.accepted[0] as Peer];
}

/** Sockets that were made elsewhere, and sockets that go elsewhere. */
export const adoptionCases: readonly ConformanceCase[] = [
  adoptPort('IPv4', '127.0.0.1', AF_INET, []),
  adoptPort('IPv6', '::1', AF_INET6, ['ipv6']),
  {
    name: 'stopping an adopted port closes its copy only: the original still listens',
    cites: ['AdoptStreamPortErrorsTestsBuilder.test_stopOnlyCloses'],
    async run(env) {
      const listener = env.peers.listen();
      listener.stopAccepting();
      const factory = new RecordingFactory();
      const port = env.reactor.adoptStreamPort(listener.fileno(), AF_INET, factory);
      assert.notEqual(port.fileno(), listener.fileno());
      await env.drive.result(port.stopListening());
      assert.deepEqual(factory.events, ['start', 'stop']);
      const accepted = env.libc.accept4(listener.fileno(), new SocketAddress(), SOCK_NONBLOCK | SOCK_CLOEXEC);
      assert.equal(accepted, -errno.EAGAIN);
      listener.resumeAccepting();
      const client = env.peers.connect(listener.address);
      await env.drive(() => listener.accepted.length === 1 && client.connected);
    },
  },
  {
    name: 'an adopted port that was stopped can’t be started again, and says so',
    async run(env) {
      const listener = env.peers.listen();
      const port = env.reactor.adoptStreamPort(listener.fileno(), AF_INET, new RecordingFactory());
      await env.drive.result(port.stopListening());
      assert.throws(() => port.startListening(), CannotListenError);
      assert.equal(port.listening, false);
    },
  },
  {
    name: 'adopting a closed descriptor is EBADF, what is no socket ENOTSOCK',
    cites: [
      'AdoptStreamPortErrorsTestsBuilder.test_invalidDescriptor',
      'IReactorSocketVerificationTestsBuilder.test_provider',
    ],
    run(env) {
      const { libc, reactor } = env;
      const fd = checked(libc.eventfd(0, 0), 'eventfd');
      env.addCleanup(() => libc.close(fd));
      const factory = new RecordingFactory();
      assert.throws(() => reactor.adoptStreamPort(fd, AF_INET, factory), isErrno('ENOTSOCK'));
      assert.throws(() => reactor.adoptStreamConnection(fd, AF_INET, factory), isErrno('ENOTSOCK'));
      const closed = checked(libc.eventfd(0, 0), 'eventfd');
      libc.close(closed);
      assert.throws(() => reactor.adoptStreamPort(closed, AF_INET, factory), isErrno('EBADF'));
      assert.throws(() => reactor.adoptStreamConnection(closed, AF_INET, factory), isErrno('EBADF'));
      assert.deepEqual(factory.events, []);
    },
  },
  {
    name: 'an address family that TCP doesn’t have is refused by name',
    cites: ['AdoptStreamConnectionErrorsTestsBuilder.test_invalidAddressFamily'],
    async run(env) {
      const [one] = await connectedPeers(env);
      const factory = new RecordingFactory();
      for (const family of [AF_UNIX, 255]) {
        assert.throws(
          () => env.reactor.adoptStreamConnection(one.fileno(), family, factory),
          UnsupportedAddressFamily,
        );
        assert.throws(
          () => env.reactor.adoptStreamPort(one.fileno(), family, factory),
          UnsupportedAddressFamily,
        );
      }
      assert.deepEqual(factory.events, []);
    },
  },
  adoptConnection('IPv4', '127.0.0.1', AF_INET, []),
  adoptConnection('IPv6', '::1', AF_INET6, ['ipv6']),
  {
    name: 'a factory that refuses an adopted connection (null) costs the copy only',
    async run(env) {
      const [one, other] = await connectedPeers(env);
      const factory = new RecordingFactory({ build: () => null });
      assert.equal(env.reactor.adoptStreamConnection(other.fileno(), AF_INET, factory), null);
      other.send('still connected');
      await env.drive(() => one.received.toString() === 'still connected');
    },
  },
  {
    name: 'a throw in `buildProtocol` comes out of `adoptStreamConnection` and costs the copy only',
    async run(env) {
      const [one, other] = await connectedPeers(env);
      const oops = new Error('thrown by buildProtocol');
      const build = (): never => {
        throw oops;
      };
      const factory = new RecordingFactory({ build });
      assert.throws(() => env.reactor.adoptStreamConnection(other.fileno(), AF_INET, factory), oops);
      other.send('still connected');
      await env.drive(() => one.received.toString() === 'still connected');
    },
  },
  ...onBothSides({
    name: '`detach()` gives the descriptor away, open and connected; the protocol hears ConnectionDetached later',
    cites: ['C14'],
    async run({ drive, libc, peers, reactor }, { peer, protocol, transport }) {
      const fd = transport.detach();
      assert.ok(fd >= 0);
      assert.equal(protocol.lost, false);
      await drive(() => protocol.lost);
      assertReason(protocol.reason, ConnectionDetached);
      assert.ok(libc.fcntl(fd, F_GETFD, 0) >= 0);
      const taken = peers.adopt(fd);
      assert.ok(!reactor.getReaders().some((reader) => reader.fileno() === fd));
      peer.send('to the new owner');
      await drive(() => taken.received.toString() === 'to the new owner');
      taken.send('and back');
      await drive(() => peer.received.toString() === 'and back');
      assert.deepEqual(protocol.events, ['made', 'lost']);
      assert.throws(() => transport.detach(), NotConnectedError);
    },
  }),
  ...onBothSides({
    name: '`detach()` throws while bytes are queued, and the connection goes on',
    cites: ['C14'],
    async run({ drive, peers }, { peer, protocol, transport }) {
      transport.write(pattern(100));
      assert.throws(() => transport.detach(), /100 bytes are queued/);
      await drive.result(transport.drained());
      peers.adopt(transport.detach());
      await drive(() => peer.bytesReceived === 100 && protocol.lost);
    },
  }),
];

function adoptPort(family: string, host: string, number: number, needs: readonly Need[]): ConformanceCase {
  return {
    name: `an adopted port serves clients over ${family}`,
    cites: [
      'IReactorSocketVerificationTestsBuilder.test_provider',
      'TCPTransportServerAddressTestMixin.test_serverAddressTCP4',
    ],
    needs,
    async run(env) {
      const listener = env.peers.listen({ host });
      listener.stopAccepting();
      const factory = new RecordingFactory();
      env.abortAfterwards(factory);
      const port = env.reactor.adoptStreamPort(listener.fileno(), number, factory);
      env.addCleanup(() => port.stopListening());
      assert.ok(addressOf(port).equals(listener.address));
      const peer = env.peers.connect(addressOf(port));
      await env.drive(() => factory.protocols[0]?.made === true && peer.connected);
      const protocol = factory.protocols[0] as RecordingProtocol;
      assert.equal(textOf(protocol.transport), `<RecordingProtocol #0 on ${listener.address.port}>`);
      peer.send('hello');
      await env.drive(() => protocol.received.toString() === 'hello');
      assert.deepEqual(factory.events, ['start', 'build']);
    },
  };
}

function adoptConnection(
  family: string,
  host: string,
  number: number,
  needs: readonly Need[],
): ConformanceCase {
  return {
    name: `an adopted connection works over ${family}, and the caller keeps its own descriptor`,
    cites: ['TCPTransportServerAddressTestMixin.test_serverAddressTCP4'],
    needs,
    async run(env) {
      const [one, other] = await connectedPeers(env, host);
      other.stopReading();
      const factory = new RecordingFactory();
      env.abortAfterwards(factory);
      const transport = env.reactor.adoptStreamConnection(other.fileno(), number, factory);
      assert.ok(transport !== null);
      const protocol = factory.protocols[0] as RecordingProtocol;
      assert.deepEqual(factory.events, ['build']);
      assert.ok(factory.addresses[0]?.equals(one.getHost()));
      assert.ok(transport.getPeer().equals(one.getHost()) && transport.getHost().equals(one.getPeer()));
      one.send('there');
      await env.drive(() => protocol.received.toString() === 'there');
      transport.write(Buffer.from('and back'));
      await env.drive(() => one.received.toString() === 'and back');
      transport.loseConnection();
      await env.drive(() => protocol.lost);
      assertReason(protocol.reason, ConnectionDone);
      assert.ok(env.libc.fcntl(other.fileno(), F_GETFD, 0) >= 0);
    },
  };
}
