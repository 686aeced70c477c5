import { expect } from 'chai';
import type { Deferred } from '../../src/defer/index.js';
import { HostnameEndpoint, TCP4ClientEndpoint, TCP4ServerEndpoint } from '../../src/endpoints/index.js';
import {
  CannotListenError,
  ConnectingCancelledError,
  ConnectionRefusedError,
  NoProtocol,
  TimeoutError,
} from '../../src/errors/index.js';
import { Factory } from '../../src/protocols/index.js';
import type { ConformanceEnvironment } from '../../src/testing/conformance/index.js';
import { deserted, silent } from '../../src/testing/conformance/connect-places.js';
import {
  RecordingHalfCloseProtocol,
  RecordingProtocol,
} from '../../src/testing/conformance/recording-protocol.js';
import { errorOf, isDone } from '../defer/results.js';
import { describeOnKernel } from '../tcp/on-kernel.js';

function factoryOf<P extends RecordingProtocol>(protocol: P): Factory<P> {
  class OneFactory extends Factory<P> {
    override noisy = false;
    override buildProtocol(): P {
      return protocol;
    }
  }
  return new OneFactory();
}

/** Listens by an endpoint for one protocol, and stops after the test. */
async function listen(env: ConformanceEnvironment, protocol: RecordingProtocol): Promise<number> {
  const endpoint = new TCP4ServerEndpoint(env.reactor, 0, { interface: '127.0.0.1' });
  const port = await endpoint.listen(factoryOf(protocol));
  env.addCleanup(() => port.stopListening());
  env.addCleanup(() => protocol.made && protocol.transport.abortConnection());
  return port.getHost().port;
}

describeOnKernel('TCP endpoints', (it) => {
  it('listen, connect and carry data both ways', async (env) => {
    const server = new RecordingProtocol({ data: (self, data) => void self.transport.write(data) });
    const port = await listen(env, server);
    const endpoint = new TCP4ClientEndpoint(env.reactor, '127.0.0.1', port);
    const client = await env.drive.result(endpoint.connect(factoryOf(new RecordingProtocol())));
    expect(client.transport.getPeer().port).to.equal(port);

    client.transport.write(Buffer.from('over and back'));
    await env.drive(() => client.received.length === 13);
    client.transport.loseConnection();
    await env.drive(() => client.lost && server.lost);

    expect(client.received.toString()).to.equal('over and back');
    expect(client.events).to.deep.equal(['made', 'data', 'lost']);
  });

  // Trap 9
  it('leave half-closes to protocols that want to know of them, and to no others', async (env) => {
    for (const protocol of [new RecordingHalfCloseProtocol(), new RecordingProtocol()]) {
      const listener = env.peers.listen();
      const endpoint = new TCP4ClientEndpoint(env.reactor, '127.0.0.1', listener.address.port);
      await env.drive.result(endpoint.connect(factoryOf(protocol)));
      await env.drive(() => listener.accepted.length === 1);
      listener.accepted[0]?.shutdownWrite();
      await env.drive(() => protocol.events.length === 2);
      expect(protocol.events[1]).to.equal(
        protocol instanceof RecordingHalfCloseProtocol ? 'readLost' : 'lost',
      );
      protocol.transport.abortConnection();
    }
  });

  it('fail to connect with what the connector says', async (env) => {
    const { port } = deserted(env);
    const endpoint = new HostnameEndpoint(env.reactor, '127.0.0.1', port);
    const connected = endpoint.connect(factoryOf(new RecordingProtocol()));
    await env.drive(() => isDone(connected));
    expect(errorOf(connected)).to.be.instanceOf(ConnectionRefusedError);
  });

  it('fail to listen where another port is', async (env) => {
    const port = await listen(env, new RecordingProtocol());
    const endpoint = new TCP4ServerEndpoint(env.reactor, port, { interface: '127.0.0.1' });
    expect(errorOf(endpoint.listen(new Factory()))).to.be.instanceOf(CannotListenError);
  });

  it('give up on a place that does not answer: by cancelling, by a signal, by the time-out', async (env) => {
    const { port } = await silent(env);
    const connect = (timeout: number, signal?: AbortSignal): Deferred<RecordingProtocol> =>
      new TCP4ClientEndpoint(env.reactor, '127.0.0.1', port, { timeout }).connect(
        factoryOf(new RecordingProtocol()),
        signal === undefined ? {} : { signal },
      );
    const cancelled = connect(30);
    cancelled.cancel();
    expect(errorOf(cancelled)).to.be.instanceOf(ConnectingCancelledError);

    const aborting = new AbortController();
    const aborted = connect(30, aborting.signal);
    aborting.abort(new Error('enough'));
    expect(errorOf(aborted)).to.be.instanceOf(ConnectingCancelledError);

    const late = connect(0.001);
    await env.drive(() => isDone(late));
    expect(errorOf(late)).to.be.instanceOf(TimeoutError);
    expect(env.reactor.getDelayedCalls()).to.deep.equal([]);
  });

  it('give up when they are cancelled inside buildProtocol() or connectionMade()', async (env) => {
    for (const moment of ['build', 'made'] as const) {
      const listener = env.peers.listen();
      const protocol = new RecordingProtocol({ made: () => (moment === 'made' ? cancel() : undefined) });
      class Canceller extends Factory<RecordingProtocol> {
        override noisy = false;
        override buildProtocol(): RecordingProtocol {
          if (moment === 'build') cancel();
          return protocol;
        }
      }
      const endpoint = new TCP4ClientEndpoint(env.reactor, '127.0.0.1', listener.address.port);
      const connected = endpoint.connect(new Canceller());
      const cancel = (): void => connected.cancel();
      await env.drive(() => isDone(connected));

      expect(errorOf(connected)).to.be.instanceOf(ConnectingCancelledError);
      await env.drive(() => listener.accepted[0]?.sawClose === true);
      expect(protocol.events).to.deep.equal(moment === 'made' ? ['made', 'lost'] : []);
    }
  });

  it('close the connection of a factory that builds no protocol', async (env) => {
    const listener = env.peers.listen();
    class Nothing extends Factory<RecordingProtocol> {
      override noisy = false;
      override buildProtocol(): null {
        return null;
      }
    }
    const endpoint = new TCP4ClientEndpoint(env.reactor, '127.0.0.1', listener.address.port);
    const connected = endpoint.connect(new Nothing());
    await env.drive(() => isDone(connected));
    expect(errorOf(connected)).to.be.instanceOf(NoProtocol);
    await env.drive(() => listener.accepted[0]?.sawClose === true);
  });

  it('stop listening when the signal is aborted', async (env) => {
    const aborting = new AbortController();
    const endpoint = new TCP4ServerEndpoint(env.reactor, 0, { interface: '127.0.0.1' });
    const port = await endpoint.listen(factoryOf(new RecordingProtocol()), { signal: aborting.signal });
    expect(port.listening).to.equal(true);
    aborting.abort();
    await env.drive(() => port.fileno() === -1);
    expect(port.listening).to.equal(false);
  });
});
