import { expect } from 'chai';
import { ConnectionAborted, ConnectionDone, ConnectionRefusedError } from '../../../src/errors/index.js';
import type { IPushProducer } from '../../../src/interfaces/index.js';
import { LimitTotalConnectionsFactory, portforward } from '../../../src/protocols/index.js';
import { LogCapture } from '../../../src/testing/index.js';
import {
  type ConformanceEnvironment,
  type Peer,
  type PeerListener,
  addressOf,
} from '../../../src/testing/conformance/index.js';
import { FakeConnection } from '../../tcp/fake-connection.js';
import { describeOnKernel } from '../../tcp/on-kernel.js';
import { type FakeConnector, FakeReactor } from '../fake-reactor.js';

/** A connection that says who its producer is. */
class WatchedConnection extends FakeConnection {
  readonly producers: [producer: unknown, streaming: boolean][] = [];
  override registerProducer(producer: IPushProducer, streaming: boolean): void {
    this.producers.push([producer, streaming]);
    super.registerProducer(producer, streaming);
  }
}

interface Scene {
  readonly reactor: FakeReactor;
  readonly server: WatchedConnection;
  readonly connector: FakeConnector;
}

/** A connection that was accepted and waits for the other one. */
function accept(): Scene {
  const reactor = new FakeReactor();
  const factory = new portforward.ProxyFactory('example.org', 9000, reactor, { timeout: 5 });
  factory.noisy = false;
  const server = new WatchedConnection();
  server.start(factory.buildProtocol(server.getPeer())!);
  return { reactor, server, connector: reactor.connectors[0]! };
}

interface Joined extends Scene {
  readonly client: FakeConnection;
}

/** Two connections that are joined. */
function join(): Joined {
  const scene = accept();
  return { ...scene, client: scene.connector.succeed() };
}

describe('portforward', () => {
  it('connects to its destination with its options, and reads nothing until that is done', () => {
    const { server, connector } = accept();
    expect([connector.host, connector.port, connector.options]).to.deep.equal([
      'example.org',
      9000,
      { timeout: 5 },
    ]);
    expect(server.fake.reading).to.equal(false);
    connector.succeed();
    expect(server.fake.reading).to.equal(true);
  });

  // Twisted: PortforwardingTests.test_registerProducers
  it('makes each transport the other’s push producer', () => {
    const { server, client } = join();
    expect(server.producers).to.deep.equal([[client, true]]);
    server.receive('x'.repeat(65_537));
    expect(server.fake.reading).to.equal(false);
    client.flush();
    expect([server.fake.reading, client.output.length]).to.deep.equal([true, 65_537]);
    client.receive('y'.repeat(65_537));
    expect(client.fake.reading).to.equal(false);
    server.flush();
    expect([client.fake.reading, server.output.length]).to.deep.equal([true, 65_537]);
  });

  it('passes an end of writing on, when what came before is sent, and the other direction goes on', () => {
    const { server, client } = join();
    server.receive('question');
    server.endOfFile();
    expect(client.fake.calls).not.to.include('shutdownWrite');
    client.flush();
    expect([client.output, client.fake.calls.includes('shutdownWrite')]).to.deep.equal(['question', true]);
    expect([server.connected, client.connected]).to.deep.equal([true, true]);

    client.receive('answer');
    client.endOfFile();
    server.flush();
    server.nextTurn();
    client.flush();
    expect(server.output).to.equal('answer');
    expect([server.fake.givenUp, client.fake.givenUp]).to.deep.equal([['in order'], ['in order']]);
    expect(server.endings[0]?.value).to.be.instanceOf(ConnectionDone);
  });

  it('an orderly end of one is an orderly end of the other, after what is queued', () => {
    const { server, client } = join();
    server.receive('last words');
    server.stopConsuming();
    server.flush();
    expect(server.fake.givenUp).to.deep.equal(['in order']);
    expect(client.connected).to.equal(true);
    client.flush();
    expect([client.output, client.fake.givenUp]).to.deep.equal(['last words', ['in order']]);
    expect(client.endings[0]?.value).to.be.instanceOf(ConnectionDone);
  });

  it('a reset of one is a reset of the other, after what is queued', () => {
    const { server, client } = join();
    server.receive('last words');
    server.failed(new Error('ECONNRESET'));
    expect(client.connected).to.equal(true);
    client.flush();
    client.nextTurn();
    expect(client.output).to.equal('last words');
    expect(client.endings).to.have.length(1);
    expect(client.endings[0]?.value).to.be.instanceOf(ConnectionAborted);
    expect(client.fake.givenUp).to.deep.equal(['with reset']);
  });

  it('closes a connection that cannot be forwarded, and says why in the log', () => {
    using log = new LogCapture();
    const { server, connector } = accept();
    const refused = new ConnectionRefusedError();
    connector.fail(refused);
    server.flush();
    expect(server.fake.givenUp).to.deep.equal(['in order']);
    expect(log.messages).to.deep.equal([
      `Cannot forward to ${String(connector.getDestination())}: ${refused.message}`,
    ]);
  });

  it('stops connecting when the client is gone meanwhile, and says nothing', () => {
    using log = new LogCapture();
    const { server, connector } = accept();
    server.failed(new Error('gone'));
    expect([connector.state, connector.calls]).to.deep.equal(['disconnected', ['connect', 'disconnect']]);
    expect(log.messages).to.deep.equal([]);
  });

  it('closes the new connection if the client is gone and connecting could not be stopped', () => {
    const reactor = new FakeReactor();
    class Stubborn extends portforward.ProxyFactory {
      override connect(factory: portforward.ProxyClientFactory): { disconnect(): void } {
        super.connect(factory);
        return { disconnect: () => {} };
      }
    }
    const server = new FakeConnection();
    server.start(new Stubborn('example.org', 1, reactor).buildProtocol(server.getPeer())!);
    server.failed(new Error('gone'));
    const client = reactor.connectors[0]!.succeed();
    expect(client.disconnecting).to.equal(true);
    client.flush();
    expect(client.fake.givenUp).to.deep.equal(['in order']);
  });

  it('notices a client that resets while it waits', () => {
    const { server, connector } = accept();
    server.hangUp('ended');
    expect(server.connected).to.equal(true);
    server.hangUp('reset');
    server.nextTurn();
    expect([server.connected, connector.state]).to.deep.equal([false, 'disconnected']);
  });

  it('loses the connection with what `connect` throws', () => {
    using log = new LogCapture();
    const boom = new RangeError('no such port');
    class Broken extends portforward.ProxyFactory {
      override connect(): never {
        throw boom;
      }
    }
    const server = new FakeConnection();
    server.start(new Broken('example.org', 1, new FakeReactor()).buildProtocol(server.getPeer())!);
    expect(server.endings[0]?.value).to.equal(boom);
    expect(log.flushErrors()).to.have.length(1);
  });
});

interface Forwarded {
  readonly client: Peer;
  /** The other end, as soon as the connection is forwarded. */
  readonly destination: () => Promise<Peer>;
  readonly listener: PeerListener;
}

/** A client of a forwarding port; in front of it stands a policy, so that both work through a wrapper too. */
function forward(env: ConformanceEnvironment): Forwarded {
  const listener = env.peers.listen();
  const factory = new portforward.ProxyFactory('127.0.0.1', listener.address.port, env.reactor);
  factory.noisy = false;
  const limited = new LimitTotalConnectionsFactory(factory, { connectionLimit: 10 });
  const port = env.reactor.listenTCP(0, limited, { interface: '127.0.0.1' });
  env.addCleanup(() => port.stopListening());
  env.addCleanup(async () => {
    for (const protocol of limited.protocols) protocol.abortConnection();
    await env.drive(() => limited.protocols.size === 0);
  });
  const client = env.peers.connect(addressOf(port));
  const destination = async (): Promise<Peer> => {
    await env.drive(() => listener.accepted.length > 0);
    return listener.accepted[0]!;
  };
  return { client, destination, listener };
}

describeOnKernel('portforward on real connections', (it) => {
  // Twisted: PortforwardingTests.test_portforward
  it('brings a thousand bytes to an echo server and back unchanged', async (env) => {
    const { client, destination } = forward(env);
    const data = Buffer.from('x'.repeat(1000));
    client.send(data);
    const server = await destination();
    await env.drive(() => server.bytesReceived === data.length);
    server.send(server.received);
    await env.drive(() => client.bytesReceived === data.length);
    expect(client.received.equals(data)).to.equal(true);
  });

  it('goes at the pace of the slower side, and loses nothing', async (env) => {
    const { client, destination } = forward(env);
    const data = Buffer.alloc(30_000_000, 'abcdefghij');
    const server = await destination();
    client.stopReading();
    server.send(data);
    server.shutdownWrite();
    await env.drive.turns(200);
    expect(server.bytesUnsent).to.be.above(0);
    client.resumeReading();
    await env.drive(() => client.sawEnd);
    expect(client.received.equals(data)).to.equal(true);
    client.shutdownWrite();
    await env.drive(() => server.sawEnd);
  });

  it('brings a question that ends, and its answer', async (env) => {
    const { client, destination } = forward(env);
    client.send('question');
    client.shutdownWrite();
    const server = await destination();
    await env.drive(() => server.sawEnd);
    expect(server.received.toString()).to.equal('question');
    server.send('answer');
    server.shutdownWrite();
    await env.drive(() => client.sawEnd);
    expect(client.received.toString()).to.equal('answer');
  });

  it('brings a reset, either way', async (env) => {
    const { client, destination } = forward(env);
    const server = await destination();
    client.send('x');
    await env.drive(() => server.bytesReceived === 1);
    server.reset();
    await env.drive(() => client.sawReset);

    const second = forward(env);
    const other = await second.destination();
    other.send('y');
    await env.drive(() => second.client.bytesReceived === 1);
    second.client.reset();
    await env.drive(() => other.sawReset);
  });

  it('closes a client whose destination refuses', async (env) => {
    const { client, listener } = forward(env);
    listener.close();
    client.send('anybody?');
    await env.drive(() => client.sawEnd);
    expect(client.sawReset).to.equal(false);
  });
});
