import { expect } from 'chai';
import { expectTypeOf } from 'expect-type';
import { IPv4Address } from '../../src/address/index.js';
import { CancelledError, type Deferred, Failure } from '../../src/defer/index.js';
import { ConnectionRefusedError } from '../../src/errors/index.js';
import type { IConnector } from '../../src/interfaces/connector.js';
import type { IClientFactory } from '../../src/interfaces/protocol.js';
import type { ConnectTCPOptions } from '../../src/interfaces/reactor-tcp.js';
import { ClientCreator, Protocol } from '../../src/protocols/index.js';
import { Clock } from '../../src/time/clock.js';

class Greeter extends Protocol {
  constructor(readonly greeting: string) {
    super();
  }
}

const address = new IPv4Address('TCP', '127.0.0.1', 80);

/** A reactor that keeps what it is told to connect to. Its attempt ends when a test says so, or at `disconnect`. */
class FakeReactor extends Clock {
  host = '';
  port: number | string = 0;
  options: ConnectTCPOptions | undefined;
  factory!: IClientFactory;
  disconnects = 0;

  readonly connector: IConnector = {
    state: 'connecting',
    connect: () => expect.fail('connect'),
    stopConnecting: () => expect.fail('stopConnecting'),
    getDestination: () => address,
    disconnect: () => {
      this.disconnects += 1;
      this.fail(new Error('stopped by the user'));
    },
  };

  connectTCP(
    host: string,
    port: number | string,
    factory: IClientFactory,
    options?: ConnectTCPOptions,
  ): IConnector {
    Object.assign(this, { host, port, factory, options });
    return this.connector;
  }

  fail(error: Error): void {
    this.factory.clientConnectionFailed(this.connector, new Failure(error));
  }
}

const outcome = (deferred: Deferred<unknown>): Promise<unknown> =>
  deferred.then(undefined, (error: unknown) => error);

describe('ClientCreator', () => {
  // Twisted: ClientCreatorTests.test_connectTCP
  it('connects as the reactor does, and fires with a protocol of its class in the turn after', async () => {
    const reactor = new FakeReactor();
    const options = { timeout: 4321, bindAddress: { host: '127.0.0.2', port: 9 } };
    const done = new ClientCreator(reactor, Greeter, 'hello').connectTCP('example.com', 1234, options);
    expect([reactor.host, reactor.port, reactor.options]).to.deep.equal(['example.com', 1234, options]);
    const protocol = reactor.factory.buildProtocol(address);
    expect(protocol).to.be.instanceOf(Greeter).with.property('greeting', 'hello');
    expect(done.called).to.equal(false);
    reactor.advance(0);
    expect(await done).to.equal(protocol);
    expectTypeOf(done).toEqualTypeOf<Deferred<Greeter>>();
  });

  it('fails as the attempt does', async () => {
    const reactor = new FakeReactor();
    const done = new ClientCreator(reactor, Greeter, 'hello').connectTCP('example.com', 1234);
    const error = new ConnectionRefusedError();
    reactor.fail(error);
    reactor.advance(0);
    expect(await outcome(done)).to.equal(error);
  });

  // Twisted: ClientCreatorTests.test_cancelConnectTCP
  it('cancelling ends the attempt', async () => {
    const reactor = new FakeReactor();
    const done = new ClientCreator(reactor, Greeter, 'hello').connectTCP('example.com', 1234);
    done.cancel();
    expect(reactor.disconnects).to.equal(1);
    expect(reactor.getDelayedCalls()).to.deep.equal([]);
    expect(await outcome(done)).to.be.instanceOf(CancelledError);
  });

  // Twisted: ClientCreatorTests.test_cancelConnectTCPTimeout
  it('cancelling once there is a connection, before anybody was told, ends the connection', async () => {
    const reactor = new FakeReactor();
    const done = new ClientCreator(reactor, Greeter, 'hello').connectTCP('example.com', 1234);
    reactor.factory.buildProtocol(address);
    expect(reactor.getDelayedCalls()).to.have.length(1);
    done.cancel();
    expect(reactor.getDelayedCalls()).to.deep.equal([]);
    expect(reactor.disconnects).to.equal(1);
    expect(await outcome(done)).to.be.instanceOf(CancelledError);
  });

  // Twisted: ClientCreatorTests.test_cancelConnectTCPFailedTimeout
  it('cancelling once the attempt has failed, before anybody was told, is a cancelling', async () => {
    const reactor = new FakeReactor();
    const done = new ClientCreator(reactor, Greeter, 'hello').connectTCP('example.com', 1234);
    reactor.fail(new ConnectionRefusedError());
    expect(reactor.getDelayedCalls()).to.have.length(1);
    done.cancel();
    expect(reactor.getDelayedCalls()).to.deep.equal([]);
    expect(await outcome(done)).to.be.instanceOf(CancelledError);
  });
});
