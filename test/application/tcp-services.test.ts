import { expect } from 'chai';
import { MultiService, TCPClient, TCPServer, strports } from '../../src/application/index.js';
import { EndpointSyntaxError } from '../../src/endpoints/index.js';
import { CannotListenError, ConnectionRefusedError } from '../../src/errors/index.js';
import type { IConnector } from '../../src/interfaces/index.js';
import { ClientFactory } from '../../src/protocols/index.js';
import { RecordingFactory, RecordingProtocol, addressOf } from '../../src/testing/conformance/index.js';
import { LogCapture } from '../../src/testing/index.js';
import { describeOnKernel } from '../tcp/on-kernel.js';
import { FakeConnector, FakeReactor } from './fake-reactor.js';
import { FakeTransport } from './fake-transport.js';
import { outcomeOf } from './recording-service.js';

describe('TCPServer', () => {
  // Twisted: InternetTests.test_reactorParametrizationInServer
  it('listens by the reactor that it is given, with its port, factory and options', () => {
    const [reactor, factory] = [new FakeReactor(), new RecordingFactory()];
    const server = new TCPServer(1234, factory, { reactor, backlog: 7 });
    void server.startService();
    expect(reactor.listened).to.deep.equal([[1234, factory, { backlog: 7 }]]);
    expect(outcomeOf(server.stopService()).text).to.equal('fired');
    expect(reactor.stopped).to.equal(1);
  });

  // Twisted: InternetTests.test_reactorParametrizationInServerMultipleStart
  it('uses the same reactor again after a stop', () => {
    const [reactor, factory] = [new FakeReactor(), new RecordingFactory()];
    const server = new TCPServer(1234, factory, { reactor });
    void server.startService();
    void server.stopService();
    void server.startService();
    expect(reactor.listened.map(([port]) => port)).to.deep.equal([1234, 1234]);
    void server.stopService();
  });
});

describe('TCPClient', () => {
  // Twisted: InternetTests.test_reactorParametrizationInClient
  it('connects by the reactor that it is given, with its host, port, options and what stands for its factory', () => {
    const [reactor, factory] = [new FakeReactor(), new RecordingFactory()];
    const client = new TCPClient('127.0.0.1', 1234, factory, { reactor, timeout: 3 });
    void client.startService();
    const [host, port, given, options] = reactor.connected[0]!;
    expect([reactor.connected.length, host, port, options]).to.deep.equal([
      ...[1, '127.0.0.1', 1234, { timeout: 3 }],
    ]);
    expect(given.buildProtocol(new FakeConnector(given).getDestination())).to.equal(factory.protocols[0]);
    given.doStart();
    given.doStop();
    expect(given.logPrefix?.()).to.equal('RecordingFactory');
    expect(outcomeOf(client.stopService()).text).to.equal('fired');
    expect(factory.events).to.deep.equal(['connecting', 'build', 'start', 'stop', 'failed']);
  });

  // Twisted: InternetTests.test_reactorParametrizationInClientMultipleStart
  it('uses the same reactor again after a stop', () => {
    const [reactor, factory] = [new FakeReactor(), new RecordingFactory()];
    const client = new TCPClient('127.0.0.1', 1234, factory, { reactor });
    void client.startService();
    void client.startService();
    expect(reactor.connected).to.have.length(1);
    void client.stopService();
    void client.startService();
    expect(reactor.connected).to.have.length(2);
    void client.stopService();
  });

  it('keeps a factory that connects again from doing so once it is stopped', () => {
    class Stubborn extends ClientFactory {
      failures = 0;
      override clientConnectionFailed(connector: IConnector): void {
        this.failures += 1;
        connector.connect();
      }
    }
    const [reactor, factory] = [new FakeReactor(), new Stubborn()];
    const client = new TCPClient('127.0.0.1', 1234, factory, { reactor });
    void client.startService();
    expect(outcomeOf(client.stopService()).text).to.match(/is stopped and doesn't connect again/);
    expect(factory.failures).to.equal(1);
  });

  it('tells a factory that keeps trying to stop, and lets it try again after the next start', () => {
    class Reconnecting extends ClientFactory {
      continueTrying = true;
      stopTrying(): void {
        this.continueTrying = false;
      }
    }
    const [reactor, factory] = [new FakeReactor(), new Reconnecting()];
    const client = new TCPClient('127.0.0.1', 1234, factory, { reactor });
    void client.startService();
    expect(outcomeOf(client.stopService()).text).to.equal('fired');
    expect(factory.continueTrying).to.equal(false);
    void client.startService();
    expect(factory.continueTrying).to.equal(true);
    void client.stopService();
  });
});

describe('strports', () => {
  it('makes a service of a description', () => {
    const [reactor, factory] = [new FakeReactor(), new RecordingFactory()];
    const service = strports.service('tcp:1234:interface=127.0.0.1', factory, { reactor });
    expect(reactor.listened).to.deep.equal([]);
    void service.startService();
    expect(reactor.listened[0]?.slice(0, 2)).to.deep.equal([1234, factory]);
    void service.stopService();
  });

  it('counts the grace period on the reactor that it is given', () => {
    using capture = new LogCapture();
    const reactor = new FakeReactor();
    const options = { reactor, gracePeriodMs: 1000 };
    const service = strports.service('tcp:1234', new RecordingFactory(), options);
    void service.startService();
    const transport = new FakeTransport();
    transport.connect(reactor.listened[0]![1].buildProtocol(transport.getPeer())!);
    void service.stopService();
    expect(reactor.getDelayedCalls().map((call) => call.getTime())).to.deep.equal([1]);
    reactor.advance(1);
    expect(transport.aborting).to.equal(true);
    expect(capture.messages.at(-1)).to.match(/are aborted: 1$/);
    transport.lose();
  });

  it('throws at once for a description with a fault', () => {
    const reactor = new FakeReactor();
    expect(() => strports.service('tcp:', new RecordingFactory(), { reactor })).to.throw(EndpointSyntaxError);
  });

  it('listens without a service, too', () => {
    const [reactor, factory] = [new FakeReactor(), new RecordingFactory()];
    expect(outcomeOf(strports.listen('tcp:1234', factory, { reactor })).text).to.equal('fired');
    expect(reactor.listened[0]?.slice(0, 2)).to.deep.equal([1234, factory]);
  });
});

describeOnKernel('TCP services on real sockets', (it) => {
  // Twisted: InternetTests.testTCP
  it('a server and a client in one collection exchange a line, and stopping it closes all', async (env) => {
    const serverFactory = new RecordingFactory({
      build: () => new RecordingProtocol({ data: ({ transport }, data) => void transport.write(data) }),
    });
    const clientFactory = new RecordingFactory({
      build: () =>
        new RecordingProtocol({ made: ({ transport }) => void transport.write(Buffer.from('hello\r\n')) }),
    });
    const { reactor } = env;
    const server = new TCPServer(0, serverFactory, {
      reactor,
      interface: '127.0.0.1',
      gracePeriodMs: Infinity,
    });
    const services = new MultiService();
    services.addService(server);
    await services.startService();
    const { host, port } = addressOf(server.port!);
    const client = new TCPClient(host, port, clientFactory, { reactor });
    services.addService(client);
    await env.drive(() => clientFactory.protocols[0]?.received.toString() === 'hello\r\n');
    await env.drive.result(services.stopService());
    expect(serverFactory.protocols[0]!.lost).to.equal(true);
    expect(clientFactory.protocols[0]!.lost).to.equal(true);
    expect(serverFactory.events).to.deep.equal(['start', 'build', 'stop']);
    expect(clientFactory.events).to.deep.equal(['start', 'connecting', 'build', 'lost', 'stop']);
  });

  // Twisted: InternetTests.testPrivileged
  it('a server opens its port in `privilegedStartService()`', async (env) => {
    const { reactor } = env;
    const server = new TCPServer(0, new RecordingFactory(), { reactor, interface: '127.0.0.1' });
    await server.privilegedStartService();
    const peer = env.peers.connect(addressOf(server.port!));
    await env.drive(() => peer.connected);
    await env.drive.result(server.stopService());
    expect(server.port).to.equal(undefined);
  });

  // Twisted: InternetTests.testConnectionGettingRefused
  it('a client whose port refuses tells its factory', async (env) => {
    const { reactor } = env;
    const listening = env.listen(new RecordingFactory());
    const { host, port } = addressOf(listening);
    await env.drive.result(listening.stopListening());
    const factory = new RecordingFactory();
    const client = new TCPClient(host, port, factory, { reactor });
    await client.startService();
    await env.drive(() => factory.events.includes('failed'));
    expect(factory.failures[0]?.value).to.be.instanceOf(ConnectionRefusedError);
    await client.stopService();
  });

  it('a port that is taken fails the start, and with it that of the whole collection', async (env) => {
    const { reactor } = env;
    const { port } = addressOf(env.listen(new RecordingFactory()));
    const services = new MultiService();
    const first = new TCPServer(0, new RecordingFactory(), { reactor, interface: '127.0.0.1' });
    const second = new TCPServer(port, new RecordingFactory(), { reactor, interface: '127.0.0.1' });
    for (const server of [first, second]) services.addService(server);
    let error: unknown;
    await env.drive.result(Promise.resolve().then(() => services.startService())).catch((reason: unknown) => {
      error = reason;
    });
    expect(error).to.be.instanceOf(CannotListenError);
    expect([first.port, services.running]).to.deep.equal([undefined, false]);
  });
});
