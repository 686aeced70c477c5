import { expect } from 'chai';
import { Failure } from '../../src/defer/index.js';
import { ConnectionLost, ReactorClosedError, SystemError } from '../../src/errors/index.js';
import type { IReadDescriptor } from '../../src/interfaces/index.js';
import {
  AF_INET,
  type ErrnoName,
  type Libc,
  SOCK_CLOEXEC,
  SocketAddress,
  errno,
} from '../../src/libc/index.js';
import type { LibcCall } from '../../src/testing/index.js';
import {
  type ConformanceEnvironment,
  type Peer,
  RecordingFactory,
  RecordingProtocol,
} from '../../src/testing/conformance/index.js';
import { describeOnKernel } from './on-kernel.js';

/** The calls that adopting makes, the how-manieth of them, and an errno that each may give. */
const portCalls: readonly (readonly [LibcCall, number, ErrnoName])[] = [
  ['getsockopt', 1, 'ENOTSOCK'],
  ['fcntl', 1, 'EMFILE'],
  ['fcntl', 2, 'EBADF'],
  ['fcntl', 3, 'EBADF'],
  ['getsockname', 1, 'ENOBUFS'],
  ['getsockname', 2, 'ENOBUFS'],
];
const connectionCalls: typeof portCalls = [
  ['getsockopt', 1, 'ENOTSOCK'],
  ['fcntl', 1, 'EMFILE'],
  ['fcntl', 2, 'EBADF'],
  ['fcntl', 3, 'EBADF'],
  ['getpeername', 1, 'ENOTCONN'],
  ['getsockname', 1, 'ENOBUFS'],
  ['setsockopt', 1, 'EINVAL'],
];

/** The two ends of a connection that the reactor knows nothing of: a descriptor, and the peer. */
async function connection(
  env: ConformanceEnvironment,
): Promise<{ readonly fd: number; readonly peer: Peer }> {
  const listener = env.peers.listen();
  const peer = env.peers.connect(listener.address);
  await env.drive(() => peer.connected && listener.accepted.length === 1);
  const [accepted] = listener.accepted as [Peer];
  accepted.stopReading();
  return { fd: accepted.fileno(), peer };
}

/** Whether a descriptor that was adopted and given up is the caller's still. */
function isOpen(libc: Libc, fd: number): boolean {
  return libc.getsockname(fd, new SocketAddress()) !== -errno.EBADF;
}

describeOnKernel('adoptStreamPort()', (it) => {
  for (const [call, nth, code] of portCalls) {
    it(`throws when ${call} number ${nth} fails with ${code}, and leaves the caller's own descriptor only`, (env) => {
      const listener = env.peers.listen();
      const factory = new RecordingFactory();
      const openBefore = env.libc.descriptors.open;
      env.faults.fail('eventfd', { errno: 'EMFILE' }).fail(call, { nth, errno: code });

      expect(() => env.reactor.adoptStreamPort(listener.fileno(), AF_INET, factory))
        .to.throw(SystemError)
        .and.to.include({ code });
      env.log.flushErrors(SystemError);
      expect(env.libc.descriptors.open).to.equal(openBefore);
      expect(isOpen(env.libc, listener.fileno())).to.equal(true);
      expect(factory.events).to.deep.equal([]);
      expect(env.reactor.getReaders()).to.deep.equal([]);
    });
  }

  it('throws what the factory throws in doStart, and leaves nothing open or watched', (env) => {
    const listener = env.peers.listen();
    const factory = new RecordingFactory({
      start: () => {
        throw new Error('boom');
      },
    });
    const openBefore = env.libc.descriptors.open;
    env.faults.fail('eventfd', { errno: 'EMFILE' });

    expect(() => env.reactor.adoptStreamPort(listener.fileno(), AF_INET, factory)).to.throw('boom');
    env.log.flushErrors(SystemError);
    expect(env.libc.descriptors.open).to.equal(openBefore);
    expect(env.reactor.getReaders()).to.deep.equal([]);
  });

  it('throws the reason of a signal that is aborted already', (env) => {
    const listener = env.peers.listen();
    const factory = new RecordingFactory();
    const openBefore = env.libc.descriptors.open;
    const signal = AbortSignal.abort(new Error('no more'));

    expect(() => env.reactor.adoptStreamPort(listener.fileno(), AF_INET, factory, { signal })).to.throw(
      'no more',
    );
    expect(env.libc.descriptors.open).to.equal(openBefore);
  });

  it('of a socket that does not listen is a port that is lost when it is first looked at', async (env) => {
    const { fd, peer } = await connection(env);
    const factory = new RecordingFactory();
    const port = env.reactor.adoptStreamPort(fd, AF_INET, factory);
    env.addCleanup(() => port.stopListening());
    peer.send('hello');
    await env.drive(() => !port.listening);

    expect(factory.events).to.deep.equal(['start', 'stop']);
    expect(env.log.flushErrors(SystemError).map(({ properties }) => properties['errno'])).to.deep.equal([
      'EINVAL',
    ]);
    expect(isOpen(env.libc, fd)).to.equal(true);
  });
});

describeOnKernel('A port that was adopted and lost without stopListening()', (it) => {
  it('no longer wakes the reactor when clients come to the original', async (env) => {
    const listener = env.peers.listen();
    listener.stopAccepting();
    const port = env.reactor.adoptStreamPort(listener.fileno(), AF_INET, new RecordingFactory());
    await env.drive.turns(2);
    (port as unknown as IReadDescriptor).connectionLost(new Failure(new ConnectionLost()));
    const peer = env.peers.connect(listener.address);
    await env.drive(() => peer.connected);
    await env.drive.turns(2);
    const waits = env.faults.count('epoll_wait');
    await env.drive.turns(20);

    expect(env.faults.count('epoll_wait')).to.equal(waits);
  });
});

describeOnKernel('adoptStreamConnection()', (it) => {
  for (const [call, nth, code] of connectionCalls) {
    it(`throws when ${call} number ${nth} fails with ${code}, and leaves the caller's own descriptor only`, async (env) => {
      const { fd } = await connection(env);
      const factory = new RecordingFactory();
      const openBefore = env.libc.descriptors.open;
      env.faults.fail(call, { nth, errno: code });

      expect(() => env.reactor.adoptStreamConnection(fd, AF_INET, factory, { noDelay: true }))
        .to.throw(SystemError)
        .and.to.include({ code });
      expect(env.libc.descriptors.open).to.equal(openBefore);
      expect(isOpen(env.libc, fd)).to.equal(true);
      expect(factory.events).to.deep.equal([]);
    });
  }

  it('throws for limits that are none before anything is made', async (env) => {
    const { fd } = await connection(env);
    const factory = new RecordingFactory();
    const openBefore = env.libc.descriptors.open;

    expect(() => env.reactor.adoptStreamConnection(fd, AF_INET, factory, { lingerMs: -1 })).to.throw(
      RangeError,
    );
    expect(env.libc.descriptors.open).to.equal(openBefore);
    expect(factory.protocols).to.deep.equal([]);
  });

  it('closes its copy when the factory closes the reactor', async (env) => {
    const { fd } = await connection(env);
    const factory = new RecordingFactory({
      build: () => {
        env.reactor.close();
        return new RecordingProtocol();
      },
    });

    expect(() => env.reactor.adoptStreamConnection(fd, AF_INET, factory)).to.throw(ReactorClosedError);
    expect(factory.protocols[0]?.events).to.deep.equal([]);
    expect(isOpen(env.libc, fd)).to.equal(true);
  });

  it('closes its copy when the factory forgets to return a protocol', async (env) => {
    const { fd } = await connection(env);
    const openBefore = env.libc.descriptors.open;
    const factory = Object.assign(new RecordingFactory(), { buildProtocol: () => undefined as never });

    expect(() => env.reactor.adoptStreamConnection(fd, AF_INET, factory)).to.throw(
      TypeError,
      'buildProtocol',
    );
    expect(env.libc.descriptors.open).to.equal(openBefore);
  });

  it('refuses what is no stream', (env) => {
    const fd = env.libc.socket(AF_INET, 2 | SOCK_CLOEXEC, 0);
    env.addCleanup(() => env.libc.close(fd));

    expect(() => env.reactor.adoptStreamConnection(fd, AF_INET, new RecordingFactory())).to.throw(/type 2/);
  });
});
