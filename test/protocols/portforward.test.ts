import { once } from 'node:events';
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { IPv4Address } from '../../src/address/index.js';
import { Failure } from '../../src/defer/index.js';
import { ConnectionDone, ConnectionRefusedError } from '../../src/errors/index.js';
import type { IConnector } from '../../src/interfaces/connector.js';
import type { IClientFactory } from '../../src/interfaces/protocol.js';
import { Discard, Echo, Factory, ProxyFactory, type ProxyServer } from '../../src/protocols/index.js';
import { Reactor } from '../../src/reactor/index.js';
import { PausableTransport } from './pausable-transport.js';

const LOCAL = '127.0.0.1';
const address = new IPv4Address('TCP', LOCAL, 80);

/** A transport that has a producer. */
class ConsumingTransport extends PausableTransport {
  producer: unknown;
  streaming: boolean | undefined;
  writingEnded = false;

  registerProducer(producer: unknown, streaming: boolean): void {
    Object.assign(this, { producer, streaming });
  }

  unregisterProducer(): void {
    this.producer = undefined;
  }

  loseWriteConnection(): void {
    this.writingEnded = true;
  }
}

/** A forwarding that has a client, and is connecting to its destination. */
class Forwarding {
  factory!: IClientFactory;
  disconnects = 0;
  readonly client = new ConsumingTransport();
  readonly destination = new ConsumingTransport();
  readonly server: ProxyServer;

  readonly #connector: IConnector = {
    state: 'connecting',
    connect: () => expect.fail('connect'),
    stopConnecting: () => expect.fail('stopConnecting'),
    getDestination: () => address,
    disconnect: () => (this.disconnects += 1),
  };

  constructor() {
    const reactor = {
      listenTCP: () => expect.fail('listenTCP'),
      connectTCP: (host: string, port: number | string, factory: IClientFactory) => {
        expect([host, port]).to.deep.equal(['example.com', 80]);
        this.factory = factory;
        return this.#connector;
      },
    };
    this.server = new ProxyFactory(reactor, 'example.com', 80).buildProtocol(address)!;
    this.server.makeConnection(this.client);
  }

  connected(): void {
    this.factory.buildProtocol(address)?.makeConnection(this.destination);
  }

  failed(error: Error): void {
    this.factory.clientConnectionFailed(this.#connector, new Failure(error));
  }
}

const DONE = new Failure(new ConnectionDone());

describe('ProxyFactory', () => {
  // Twisted: PortforwardingTests.test_registerProducers
  it('makes each side the push producer of the other, and reads from the client only then', () => {
    const forwarding = new Forwarding();
    const { client, destination } = forwarding;
    expect(client.reading).to.equal(false);
    forwarding.connected();
    expect(client.reading).to.equal(true);
    expect([client.producer, client.streaming]).to.deep.equal([destination, true]);
    expect([destination.producer, destination.streaming]).to.deep.equal([client, true]);
  });

  it('closes the client with the reason for which the destination could not be reached', () => {
    const forwarding = new Forwarding();
    const error = new ConnectionRefusedError();
    forwarding.failed(error);
    expect(forwarding.client.reason).to.equal(error);
  });

  it('stops connecting when the client goes', () => {
    const forwarding = new Forwarding();
    forwarding.server.connectionLost(DONE);
    expect(forwarding.disconnects).to.equal(1);
  });

  it('ends a side with the other, and is no longer its producer then', () => {
    const forwarding = new Forwarding();
    forwarding.connected();
    forwarding.server.connectionLost(DONE);
    expect([forwarding.destination.producer, forwarding.destination.disconnecting]).to.deep.equal([
      undefined,
      true,
    ]);
    expect(forwarding.disconnects).to.equal(0);
  });

  it('passes the end of one direction on', () => {
    const forwarding = new Forwarding();
    forwarding.connected();
    forwarding.server.readConnectionLost();
    expect([forwarding.destination.writingEnded, forwarding.destination.disconnecting]).to.deep.equal([
      true,
      false,
    ]);
  });

  // Twisted: PortforwardingTests.test_portforward, WireTests.test_echo
  it('forwards between real connections, much or little, until both directions have ended', async () => {
    const reactor = new Reactor();
    const echo = reactor.listenTCP(0, Factory.forProtocol(Echo), { interface: LOCAL });
    const forward = new ProxyFactory(reactor, LOCAL, echo.getHost().port);
    const proxy = reactor.listenTCP(0, forward, { interface: LOCAL });
    for (const size of [1000, 1_000_000]) {
      const sent = Buffer.from(Array.from({ length: size }, (_, i) => i * 31));
      const socket = connect({ host: LOCAL, port: proxy.getHost().port, allowHalfOpen: true });
      const closed = once(socket, 'close');
      socket.end(sent);
      expect((await buffer(socket)).equals(sent)).to.equal(true);
      await closed;
    }
    reactor.close();
  });
});

describe('Discard', () => {
  it('answers nothing', () => {
    const transport = new ConsumingTransport();
    const discard = new Discard();
    discard.makeConnection(transport);
    discard.dataReceived(Buffer.from('abc'));
    expect(transport.text).to.equal('');
  });
});
