import { expect } from 'chai';
import {
  type ServeOptions,
  type StreamConnection,
  TCP4ServerEndpoint,
  serve,
} from '../../src/endpoints/index.js';
import { CannotListenError } from '../../src/errors/index.js';
import type { ConformanceEnvironment } from '../../src/testing/conformance/index.js';
import type { Peer } from '../../src/testing/conformance/peer.js';
import { describeOnKernel } from '../tcp/on-kernel.js';

interface Scene {
  readonly serving: Promise<void>;
  readonly stop: () => void;
  readonly client: () => Peer;
}

function serving(
  env: ConformanceEnvironment,
  talk: (connection: StreamConnection) => PromiseLike<unknown> | void,
  options: ServeOptions = {},
): Scene {
  const port = env.peers.listen();
  const { address } = port;
  port.close();
  const aborting = new AbortController();
  const endpoint = new TCP4ServerEndpoint(env.reactor, address.port, { interface: '127.0.0.1' });
  const promise = serve(endpoint, talk, { ...options, signal: aborting.signal });
  env.addCleanup(() => aborting.abort());
  return { serving: promise, stop: () => aborting.abort(), client: () => env.peers.connect(address) };
}

const echo = async (connection: StreamConnection): Promise<void> => {
  for await (const data of connection) await connection.write(data);
};

describeOnKernel('serve()', (it) => {
  it('talks to many at the same time, closes each when it is done, and ends when all are', async (env) => {
    const { serving: served, stop, client } = serving(env, echo);
    const clients = [client(), client(), client()];
    for (const [i, peer] of clients.entries()) peer.send(`hello ${i}`);
    await env.drive(() => clients.every(({ bytesReceived }) => bytesReceived === 7));
    stop();
    let over = false;
    void served.then(() => (over = true));
    await env.drive.turns(10);
    expect(over).to.equal(false);

    for (const peer of clients) peer.shutdownWrite();
    await env.drive.result(served);
    await env.drive(() => clients.every(({ sawEnd }) => sawEnd));
    expect(clients.map(({ received }) => received.toString())).to.deep.equal([
      'hello 0',
      'hello 1',
      'hello 2',
    ]);
  });

  it('logs what a talk fails with, once, resets its connection, and goes on', async (env) => {
    const error = new RangeError('talk');
    const {
      client,
      stop,
      serving: served,
    } = serving(env, async (connection) => {
      const data = await connection.read();
      if (String(data) === 'bad') throw error;
      await connection.write(data!);
    });
    const [bad, good] = [client(), client()];
    bad.send('bad');
    good.send('good');
    await env.drive(() => bad.sawReset && good.sawEnd);
    expect(good.received.toString()).to.equal('good');
    stop();
    await env.drive.result(served);
    expect(env.log.flushErrors()).to.have.length(1);
  });

  it('logs nothing when a talk fails because its connection was lost', async (env) => {
    const { client, stop, serving: served } = serving(env, echo);
    const peer = client();
    peer.send('x');
    await env.drive(() => peer.bytesReceived === 1);
    peer.reset();
    stop();
    await env.drive.result(served);
  });

  it('takes a function that is not async', async (env) => {
    const { client, stop, serving: served } = serving(env, () => undefined);
    const peer = client();
    await env.drive(() => peer.sawEnd);
    stop();
    await env.drive.result(served);
  });

  it('talks to no more than it may', async (env) => {
    let [now, most] = [0, 0];
    const talk = async (connection: StreamConnection): Promise<void> => {
      most = Math.max(most, (now += 1));
      await connection.read();
      now -= 1;
    };
    const { client, stop, serving: served } = serving(env, talk, { connectionsMax: 2 });
    const clients = Array.from({ length: 6 }, () => client());
    await env.drive(() => now === 2);
    await env.drive.turns(10);
    for (const peer of clients) peer.send('x');
    await env.drive(() => clients.every(({ sawClose }) => sawClose));
    expect(most).to.equal(2);
    stop();
    await env.drive.result(served);
  });

  it('is rejected with what listening fails with, and with a RangeError for bad options', async (env) => {
    const listener = env.peers.listen();
    const endpoint = new TCP4ServerEndpoint(env.reactor, listener.address.port, { interface: '127.0.0.1' });
    const thrown = (promise: Promise<void>): Promise<unknown> => promise.catch((error: unknown) => error);
    expect(await env.drive.result(thrown(serve(endpoint, echo)))).to.be.instanceOf(CannotListenError);
    expect(await thrown(serve(endpoint, echo, { connectionsMax: 0 }))).to.be.instanceOf(RangeError);
  });
});
