import { inspect } from 'node:util';
import { expect } from 'chai';
import { CancelledError } from '../../src/defer/index.js';
import { AdoptedStreamServerEndpoint, type AdoptingReactor } from '../../src/endpoints/index.js';
import { AlreadyListened, SystemError } from '../../src/errors/index.js';
import {
  AF_INET,
  F_DUPFD_CLOEXEC,
  F_GETFL,
  F_SETFL,
  O_NONBLOCK,
  SOCK_CLOEXEC,
  SOCK_STREAM,
  checked,
  errno,
} from '../../src/libc/index.js';
import type { ConformanceEnvironment } from '../../src/testing/conformance/index.js';
import { RecordingFactory } from '../../src/testing/conformance/recording-factory.js';
import { errorOf } from '../defer/results.js';
import { describeOnKernel } from '../tcp/on-kernel.js';

/** A socket as another program might hand it over: it listens, and blocks. */
function givenSocket(env: ConformanceEnvironment): number {
  const listener = env.peers.listen();
  listener.stopAccepting();
  const { libc } = env;
  const fd = checked(libc.fcntl(listener.fileno(), F_DUPFD_CLOEXEC, 0), 'fcntl');
  listener.close();
  libc.fcntl(fd, F_SETFL, libc.fcntl(fd, F_GETFL, 0) & ~O_NONBLOCK);
  return fd;
}

function isOpen({ libc }: ConformanceEnvironment, fd: number): boolean {
  return libc.fcntl(fd, F_GETFL, 0) !== -errno.EBADF;
}

const adopting = (env: ConformanceEnvironment): AdoptingReactor => env.reactor as unknown as AdoptingReactor;

describeOnKernel('AdoptedStreamServerEndpoint', (it) => {
  // Twisted: AdoptedStreamServerEndpointTests.test_descriptionNonBlocking, AdoptedStreamServerEndpointTests.test_descriptorClosed
  it('takes the socket over: non-blocking, under another number; the one that was given is closed', async (env) => {
    const fd = givenSocket(env);
    const factory = new RecordingFactory();
    env.abortAfterwards(factory);
    const port = await new AdoptedStreamServerEndpoint(adopting(env), fd, AF_INET).listen(factory);
    expect(isOpen(env, fd)).to.equal(false);
    expect(env.libc.fcntl(port.fileno(), F_GETFL, 0) & O_NONBLOCK).to.equal(O_NONBLOCK);

    env.peers.connect(port.getHost());
    await env.drive(() => factory.protocols[0]?.made === true);
    await env.drive.result(port.stopListening());
  });

  // Twisted: AdoptedStreamServerEndpointTests.test_singleUse
  it('can listen once', async (env) => {
    const endpoint = new AdoptedStreamServerEndpoint(adopting(env), givenSocket(env), AF_INET);
    expect(inspect(endpoint)).to.match(/^<AdoptedStreamServerEndpoint fd \d+>$/);
    const port = await endpoint.listen(new RecordingFactory());
    expect(inspect(endpoint)).to.include('used');
    expect(errorOf(endpoint.listen(new RecordingFactory()))).to.be.instanceOf(AlreadyListened);
    await env.drive.result(port.stopListening());
  });

  it('leaves the descriptor open if it cannot be adopted', (env) => {
    const { libc } = env;
    const fd = checked(libc.socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), 'socket');
    env.addCleanup(() => libc.close(fd));
    env.faults.fail('fcntl', { errno: 'EMFILE' });
    const endpoint = new AdoptedStreamServerEndpoint(adopting(env), fd, AF_INET);
    expect(errorOf(endpoint.listen(new RecordingFactory())))
      .to.be.instanceOf(SystemError)
      .with.property('code', 'EMFILE');
    expect(isOpen(env, fd)).to.equal(true);
  });

  it('fails for what is no socket, and can be tried again', (env) => {
    const endpoint = new AdoptedStreamServerEndpoint(adopting(env), 1_000_000, AF_INET);
    for (let tries = 0; tries < 2; tries += 1) {
      expect(errorOf(endpoint.listen(new RecordingFactory()))).to.be.instanceOf(SystemError);
    }
  });

  it('stops when the signal is aborted; aborted before, it leaves the socket alone', async (env) => {
    const fd = givenSocket(env);
    const endpoint = new AdoptedStreamServerEndpoint(adopting(env), fd, AF_INET);
    const refused = endpoint.listen(new RecordingFactory(), { signal: AbortSignal.abort() });
    expect(errorOf(refused)).to.be.instanceOf(CancelledError);
    expect(isOpen(env, fd)).to.equal(true);

    const aborting = new AbortController();
    const port = await endpoint.listen(new RecordingFactory(), { signal: aborting.signal });
    aborting.abort();
    await env.drive(() => port.fileno() === -1);
  });

  it('refuses at once what is no descriptor', (env) => {
    for (const fd of [-1, 1.5, NaN]) {
      expect(() => new AdoptedStreamServerEndpoint(adopting(env), fd, AF_INET)).to.throw(RangeError);
    }
  });
});
