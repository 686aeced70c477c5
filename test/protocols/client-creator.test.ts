import { expect } from 'chai';
import { expectTypeOf } from 'expect-type';
import { CancelledError, type Deferred, type Failure } from '../../src/defer/index.js';
import { ConnectionRefusedError } from '../../src/errors/index.js';
import { ClientCreator, Protocol } from '../../src/protocols/index.js';
import { LogCapture } from '../../src/testing/index.js';
import { describeOnKernel } from '../tcp/on-kernel.js';
import { FakeReactor } from './fake-reactor.js';

class Greeter extends Protocol {
  made = false;
  constructor(
    readonly name = '',
    readonly count = 0,
  ) {
    super();
  }
  override connectionMade(): void {
    this.made = true;
  }
}

/** What a Deferred has fired with, or failed with. */
function outcome(deferred: Deferred<unknown>): unknown[] {
  const outcomes: unknown[] = [];
  deferred.addCallbacks(
    (value) => void outcomes.push(value),
    (failure: Failure) => void outcomes.push(failure.value),
  );
  return outcomes;
}

describe('ClientCreator', () => {
  // Twisted: ClientCreatorTests.test_connectTCP
  it('passes host, port and options on, with a factory of its protocol class', () => {
    const reactor = new FakeReactor();
    const options = { timeout: 4321, bindAddress: { host: '127.0.0.2', port: 9876 } };
    const creator = new ClientCreator(reactor, Greeter);
    creator.connectTCP('example.com', 1234, options);
    const [connector] = reactor.connectors;
    expect([connector?.host, connector?.port, connector?.options]).to.deep.equal([
      'example.com',
      1234,
      options,
    ]);
    connector?.succeed();
    expect(connector?.protocol).to.be.instanceOf(Greeter);
  });

  it('fires with the protocol in a later turn, after connectionMade', () => {
    const reactor = new FakeReactor();
    const deferred = new ClientCreator(reactor, Greeter).connectTCP('example.com', 1);
    expectTypeOf(deferred).toEqualTypeOf<Deferred<Greeter>>();
    const outcomes = outcome(deferred);
    reactor.connectors[0]?.succeed();
    expect(outcomes).to.deep.equal([]);
    reactor.advance(0);
    expect(outcomes).to.deep.equal([reactor.connectors[0]?.protocol]);
    expect((outcomes[0] as Greeter).made).to.equal(true);
  });

  it('makes each protocol with the arguments that it has', () => {
    const reactor = new FakeReactor();
    const creator = new ClientCreator(reactor, Greeter, 'Ada', 2);
    for (let index = 0; index < 2; index += 1) {
      creator.connectTCP('example.com', 1);
      reactor.connectors[index]?.succeed();
    }
    const [one, other] = reactor.connectors.map(({ protocol }) => protocol as Greeter);
    expect([one?.name, one?.count, other?.name]).to.deep.equal(['Ada', 2, 'Ada']);
    expect(one).not.to.equal(other);
    expectTypeOf(ClientCreator<Greeter, [string, number]>).constructorParameters.toEqualTypeOf<
      [
        reactor: ConstructorParameters<typeof ClientCreator>[0],
        protocolClass: new (name: string, count: number) => Greeter,
        name: string,
        count: number,
      ]
    >();
  });

  it('fails with what the attempt failed with, in a later turn', () => {
    const reactor = new FakeReactor();
    const outcomes = outcome(new ClientCreator(reactor, Greeter).connectTCP('example.com', 1));
    const refused = new ConnectionRefusedError();
    reactor.connectors[0]?.fail(refused);
    expect(outcomes).to.deep.equal([]);
    reactor.advance(0);
    expect(outcomes).to.deep.equal([refused]);
  });

  // Twisted: ClientCreatorTests.test_cancelConnectTCP
  it('cancelled during the attempt disconnects the connector and fails with CancelledError, once', () => {
    const reactor = new FakeReactor();
    const deferred = new ClientCreator(reactor, Greeter).connectTCP('example.com', 1);
    const outcomes = outcome(deferred);
    deferred.cancel();
    expect(reactor.connectors[0]?.calls).to.deep.equal(['connect', 'disconnect']);
    expect(reactor.getDelayedCalls()).to.deep.equal([]);
    expect(outcomes.map((value) => value instanceof CancelledError)).to.deep.equal([true]);
  });

  // Twisted: ClientCreatorTests.test_cancelConnectTCPTimeout
  it('cancelled between the connection and the firing closes it', () => {
    const reactor = new FakeReactor();
    const deferred = new ClientCreator(reactor, Greeter).connectTCP('example.com', 1);
    const outcomes = outcome(deferred);
    const connection = reactor.connectors[0]?.succeed();
    expect(reactor.getDelayedCalls()).to.have.length(1);
    deferred.cancel();
    expect(reactor.getDelayedCalls()).to.deep.equal([]);
    expect(connection?.disconnecting).to.equal(true);
    expect(outcomes.map((value) => value instanceof CancelledError)).to.deep.equal([true]);
  });

  // Twisted: ClientCreatorTests.test_cancelConnectTCPFailedTimeout
  it('cancelled between the failure and the firing fails with CancelledError all the same', () => {
    const reactor = new FakeReactor();
    const deferred = new ClientCreator(reactor, Greeter).connectTCP('example.com', 1);
    const outcomes = outcome(deferred);
    reactor.connectors[0]?.fail(new ConnectionRefusedError());
    expect(reactor.getDelayedCalls()).to.have.length(1);
    deferred.cancel();
    expect(reactor.getDelayedCalls()).to.deep.equal([]);
    expect(outcomes.map((value) => value instanceof CancelledError)).to.deep.equal([true]);
  });

  it('cancelled when it has fired does nothing', () => {
    const reactor = new FakeReactor();
    const deferred = new ClientCreator(reactor, Greeter).connectTCP('example.com', 1);
    const connection = reactor.connectors[0]?.succeed();
    reactor.advance(0);
    deferred.cancel();
    expect([connection?.disconnecting, reactor.connectors[0]?.calls]).to.deep.equal([false, ['connect']]);
  });

  it('hears of the loss after it has fired no more', () => {
    const reactor = new FakeReactor();
    const outcomes = outcome(new ClientCreator(reactor, Greeter).connectTCP('example.com', 1));
    reactor.connectors[0]?.succeed();
    reactor.advance(0);
    reactor.connectors[0]?.lose(new Error('gone'));
    reactor.advance(0);
    expect(outcomes).to.have.length(1);
  });
});

describeOnKernel('ClientCreator on a real reactor', (it) => {
  it('fires with a connected protocol, and fails with a refusal', async (env) => {
    const listener = env.peers.listen();
    const creator = new ClientCreator(env.reactor, Greeter);
    const greeter = await env.drive.result(creator.connectTCP('127.0.0.1', listener.address.port));
    expect([greeter.made, greeter.connected]).to.deep.equal([true, true]);
    greeter.transport.abortConnection();
    await env.drive.result(greeter.transport.whenLost());
    listener.close();
    const refused = creator.connectTCP('127.0.0.1', listener.address.port).toPromise();
    const error: unknown = await env.drive.result(refused.catch((reason: unknown) => reason));
    expect(error).to.be.instanceOf(ConnectionRefusedError);
  });

  it('fails with what connectionMade throws', async (env) => {
    const boom = new Error('boom');
    class Broken extends Protocol {
      override connectionMade(): void {
        throw boom;
      }
    }
    const { address } = env.peers.listen();
    const broken = new ClientCreator(env.reactor, Broken).connectTCP('127.0.0.1', address.port).toPromise();
    expect(await env.drive.result(broken.catch((reason: unknown) => reason))).to.equal(boom);
    expect(env.log.flushErrors()).to.have.length(1);
  });

  it('fires with a protocol that has ended in order within connectionMade', async (env) => {
    class Brief extends Protocol {
      override connectionMade(): void {
        this.transport.write(Buffer.from('bye'));
        this.transport.loseConnection();
      }
    }
    const listener = env.peers.listen();
    const brief = await env.drive.result(
      new ClientCreator(env.reactor, Brief).connectTCP('127.0.0.1', listener.address.port),
    );
    await env.drive(() => listener.accepted[0]?.sawEnd === true);
    expect(listener.accepted[0]?.received.toString()).to.equal('bye');
    listener.accepted[0]?.close();
    await env.drive.result(brief.transport.whenLost());
  });
});

describe('ClientCreator and its protocol’s constructor', () => {
  it('fails with what the constructor throws', () => {
    using log = new LogCapture();
    const boom = new Error('boom');
    class Unmade extends Protocol {
      constructor() {
        super();
        throw boom;
      }
    }
    const reactor = new FakeReactor();
    const outcomes = outcome(new ClientCreator(reactor, Unmade).connectTCP('example.com', 1));
    // As the connector does it: what buildProtocol throws is the reason of the failure.
    expect(() => reactor.connectors[0]?.succeed()).to.throw(boom);
    reactor.connectors[0]?.fail(boom);
    reactor.advance(0);
    expect(outcomes).to.deep.equal([boom]);
    expect(log.errors).to.deep.equal([]);
  });
});
