import { expect } from 'chai';
import { expectTypeOf } from 'expect-type';
import { CancelledError, Deferred } from '../../src/defer/index.js';
import {
  type ConnectionListener,
  type ListenOptions,
  StreamConnection,
  TCP4ServerEndpoint,
  listen,
} from '../../src/endpoints/index.js';
import { CannotListenError, SystemError } from '../../src/errors/index.js';
import type {
  IListeningPort,
  IProtocolFactory,
  IStreamServerEndpoint,
  ITCPPort,
  ITCPTransport,
} from '../../src/interfaces/index.js';
import { IPv4Address } from '../../src/address/index.js';
import type { ConformanceEnvironment } from '../../src/testing/conformance/index.js';
import type { Peer } from '../../src/testing/conformance/peer.js';
import { isDone, resultOf } from '../defer/results.js';
import { RecordingTransport } from '../protocols/recording-transport.js';
import { describeOnKernel } from '../tcp/on-kernel.js';

interface Scene {
  readonly listener: ConnectionListener<ITCPPort>;
  readonly port: ITCPPort;
  readonly client: () => Peer;
}

async function scene(env: ConformanceEnvironment, options: ListenOptions = {}): Promise<Scene> {
  const endpoint = new TCP4ServerEndpoint(env.reactor, 0, { interface: '127.0.0.1' });
  const listener = listen(endpoint, options);
  const port = await listener.whenListening();
  env.addCleanup(() => void listener.return());
  env.addCleanup(() => {
    for (const transport of port.connections as ReadonlySet<ITCPTransport>) transport.abortConnection();
  });
  return { listener, port, client: () => env.peers.connect(port.getHost()) };
}

describeOnKernel('listen()', (it) => {
  it("knows the type of its endpoint's port", async (env) => {
    const { listener } = await scene(env);
    expectTypeOf(listener).toEqualTypeOf<ConnectionListener<ITCPPort>>();
    expectTypeOf<TCP4ServerEndpoint>().toExtend<IStreamServerEndpoint>();
    expect((await listener.whenListening()).listening).to.equal(true);
  });

  it('gives out connections in the order of accepting, whoever comes first', async (env) => {
    const { listener, client } = await scene(env);
    const early = listener.next();
    const [first, second] = [client(), client()];
    first.send('1');
    second.send('2');
    const connections = [await env.drive.result(early), await env.drive.result(listener.next())];
    const said: string[] = [];
    for (const { value } of connections) said.push(String(await env.drive.result(value!.read())));
    expect(said.sort()).to.deep.equal(['1', '2']);
  });

  it('lets the kernel keep clients while as many wait as may', async (env) => {
    const { listener, port, client } = await scene(env, { waitingMax: 2 });
    const clients = Array.from({ length: 5 }, () => client());
    await env.drive(() => clients.every(({ connected }) => connected));
    await env.drive.turns(10);
    expect(port.counters.accepted).to.equal(2);

    for (let taken = 1; taken <= 5; taken += 1) {
      const { value } = await env.drive.result(listener.next());
      expect(value).to.be.instanceOf(StreamConnection);
      await env.drive.turns(5);
      expect(port.counters.accepted).to.equal(Math.min(taken + 2, 5));
    }
  });

  it('stops the port when a loop is left, closes who waits, and leaves alone who was taken', async (env) => {
    const { listener, port, client } = await scene(env);
    const clients = [client(), client(), client()];
    await env.drive(() => port.counters.accepted === 3);
    const loop = (async () => {
      for await (const connection of listener) return connection;
      return undefined;
    })();
    const taken = await env.drive.result(loop);
    expect(port.listening).to.equal(false);
    expect(port.fileno()).to.equal(-1);
    await env.drive(() => clients.filter(({ sawClose }) => sawClose).length === 2);
    expect(taken?.connected).to.equal(true);
    await taken?.write(Buffer.from('still here'));
    await env.drive(() => clients.some(({ received }) => received.toString() === 'still here'));
    expect(await listener.next()).to.deep.equal({ done: true, value: undefined });
  });

  it('does the same for a throw, and the error goes on', async (env) => {
    const { listener, port, client } = await scene(env);
    client();
    const error = new RangeError('in the loop');
    const loop = (async () => {
      for await (const connection of listener) {
        connection.abort();
        throw error;
      }
      return undefined;
    })();
    expect(await env.drive.result(loop.catch((thrown: unknown) => thrown))).to.equal(error);
    expect(port.fileno()).to.equal(-1);
  });

  for (const how of ['stopListening()', 'the signal'] as const) {
    it(`gives out who waits, and then ends the loop, after ${how}`, async (env) => {
      const aborting = new AbortController();
      const { listener, port, client } = await scene(env, { signal: aborting.signal });
      client();
      client();
      await env.drive(() => port.counters.accepted === 2);
      if (how === 'the signal') aborting.abort();
      else await env.drive.result(listener.stopListening());
      await env.drive(() => port.fileno() === -1);

      let given = 0;
      for await (const connection of listener) {
        given += 1;
        connection.abort();
      }
      expect(given).to.equal(2);
      await listener.stopListening();
    });

    it(`ends a loop that waits after ${how}`, async (env) => {
      const aborting = new AbortController();
      const { listener } = await scene(env, { signal: aborting.signal });
      const next = [listener.next(), listener.next()];
      if (how === 'the signal') aborting.abort();
      else void listener.stopListening();
      for (const waiting of next) {
        expect(await env.drive.result(waiting)).to.deep.equal({ done: true, value: undefined });
      }
    });
  }

  it('never begins the loop when the signal is aborted already', async (env) => {
    const endpoint = new TCP4ServerEndpoint(env.reactor, 0, { interface: '127.0.0.1' });
    const listener = listen(endpoint, { signal: AbortSignal.abort() });
    const error = await listener.whenListening().then(String, (thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(CancelledError);
    for await (const connection of listener) expect.fail(String(connection));
  });

  it('throws in the loop what listening fails with, once', async (env) => {
    const { port } = await scene(env);
    const taken = new TCP4ServerEndpoint(env.reactor, port.getHost().port, { interface: '127.0.0.1' });
    const listener = listen(taken);
    const error = await listener.next().catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(CannotListenError);
    expect(await listener.next()).to.deep.equal({ done: true, value: undefined });
    await listener.stopListening();
  });

  it('throws in the loop what the socket fails with, after those that wait', async (env) => {
    const { listener, port, client } = await scene(env);
    client();
    await env.drive(() => port.counters.accepted === 1);
    env.faults.fail('accept4', { errno: 'EINVAL' });
    client();
    await env.drive(() => port.fileno() === -1);
    expect(env.log.flushErrors()).to.have.length(1);
    const { value } = await listener.next();
    value?.abort();
    const error = await listener.next().catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(SystemError).with.property('code', 'EINVAL');
    expect(await listener.next()).to.deep.equal({ done: true, value: undefined });
  });

  it('ends the loop when the reactor is closed', async (env) => {
    const { listener } = await scene(env);
    const next = listener.next();
    env.reactor.close();
    expect(await next).to.deep.equal({ done: true, value: undefined });
  });

  it('is over at the end of an `await using` block', async (env) => {
    const { listener, port } = await scene(env);
    const block = async (): Promise<void> => {
      await using used = listener;
      await used.whenListening();
    };
    await env.drive.result(block());
    expect(port.fileno()).to.equal(-1);
  });

  it('refuses options out of their range at once', (env) => {
    const endpoint = new TCP4ServerEndpoint(env.reactor, 0);
    for (const waitingMax of [0, -1, NaN])
      expect(() => listen(endpoint, { waitingMax })).to.throw(RangeError);
    expect(() => listen(endpoint, { readBufferSize: -1 })).to.throw(RangeError);
  });
});

/** An endpoint that begins to listen when the test likes, with a port that can't pause. */
class SlowEndpoint implements IStreamServerEndpoint {
  factory: IProtocolFactory | undefined;
  stopped = 0;
  readonly listening = new Deferred<IListeningPort>();

  listen(factory: IProtocolFactory): Deferred<IListeningPort> {
    this.factory = factory;
    return this.listening;
  }

  begins(): void {
    this.factory?.doStart();
    this.listening.callback({
      startListening: () => undefined,
      getHost: () => new IPv4Address('TCP', '127.0.0.1', 1),
      stopListening: () => {
        this.stopped += 1;
        this.factory?.doStop();
        const stopped = new Deferred<void>();
        stopped.callback();
        return stopped;
      },
    });
  }

  /** Whether a client was taken. */
  accepts(): boolean {
    const protocol = this.factory?.buildProtocol(new IPv4Address('TCP', '127.0.0.1', 2)) ?? null;
    if (protocol === null) return false;
    void protocol.makeConnection(new RecordingTransport());
    return true;
  }
}

describe('listen(), with an endpoint that takes its time and a port that can not rest', () => {
  it('turns clients away when as many wait as may', async () => {
    const endpoint = new SlowEndpoint();
    const listener = listen(endpoint, { waitingMax: 1 });
    expect(isDone(listener.whenListening())).to.equal(false);
    endpoint.begins();
    expect([endpoint.accepts(), endpoint.accepts()]).to.deep.equal([true, false]);
    expect((await listener.next()).value).to.be.instanceOf(StreamConnection);
    expect(endpoint.accepts()).to.equal(true);
  });

  it('gives up what is on its way when it is stopped', async () => {
    const endpoint = new SlowEndpoint();
    const listener = listen(endpoint);
    const next = listener.next();
    resultOf(listener.stopListening());
    expect(await next).to.deep.equal({ done: true, value: undefined });
    const error = await listener.whenListening().then(String, (thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(CancelledError);
  });
});
