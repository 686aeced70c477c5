import { expect } from 'chai';
import { expectTypeOf } from 'expect-type';
import { IPv4Address } from '../../../src/address/index.js';
import { Failure } from '../../../src/defer/index.js';
import { ConnectionDone, UserError } from '../../../src/errors/index.js';
import type { IClientFactory, IConnector, IProtocolFactory } from '../../../src/interfaces/index.js';
import { Factory, Protocol, ProtocolWrapper, WrappingFactory } from '../../../src/protocols/index.js';
import { LogCapture } from '../../../src/testing/index.js';
import { RecordingFactory, RecordingProtocol } from '../../../src/testing/conformance/index.js';
import { describeOnKernel } from '../../tcp/on-kernel.js';

const address = new IPv4Address('TCP', '192.0.2.1', 7);
const connector = {} as IConnector;
const reason = new Failure(new ConnectionDone());

class Server extends Factory {
  override noisy = false;
  override protocol = Protocol;
}

describe('WrappingFactory', () => {
  it('wraps what the wrapped factory builds, and hands it the address', () => {
    const inner = new RecordingFactory();
    const factory = new WrappingFactory(inner);
    const wrapper = factory.buildProtocol(address);
    expect(wrapper).to.be.instanceOf(ProtocolWrapper);
    expect(wrapper?.wrappedProtocol).to.equal(inner.protocols[0]);
    expect(wrapper?.factory).to.equal(factory);
    expect(inner.protocols[0]?.factory).to.equal(inner);
    expect(inner.addresses).to.deep.equal([address]);
    expectTypeOf(factory).toEqualTypeOf<WrappingFactory<RecordingProtocol>>();
    expectTypeOf(wrapper!.wrappedProtocol).toEqualTypeOf<RecordingProtocol>();
  });

  it('refuses what the wrapped factory refuses', () => {
    expect(new WrappingFactory(new RecordingFactory({ build: () => null })).buildProtocol(address)).to.equal(
      null,
    );
  });

  it('lets what the wrapped factory throws through', () => {
    const boom = new Error('boom');
    const build = (): never => {
      throw boom;
    };
    expect(() => new WrappingFactory(new RecordingFactory({ build })).buildProtocol(address)).to.throw(boom);
  });

  it('wraps in what `wrapProtocol` of a subclass says', () => {
    class Shout extends ProtocolWrapper<RecordingProtocol> {}
    class ShoutingFactory extends WrappingFactory<RecordingProtocol, Shout> {
      protected override wrapProtocol(protocol: RecordingProtocol): Shout {
        return new Shout(this, protocol);
      }
    }
    const wrapper = new ShoutingFactory(new RecordingFactory()).buildProtocol(address);
    expect(wrapper).to.be.instanceOf(Shout);
    expectTypeOf(wrapper).toEqualTypeOf<Shout | null>();
  });

  it('starts and stops the wrapped factory with itself', () => {
    const inner = new RecordingFactory();
    const factory = new WrappingFactory(inner);
    factory.noisy = false;
    factory.doStart();
    factory.doStart();
    factory.doStop();
    expect([factory.numPorts, inner.numPorts, inner.events]).to.deep.equal([1, 1, ['start']]);
    factory.doStop();
    expect([factory.numPorts, inner.numPorts, inner.events]).to.deep.equal([0, 0, ['start', 'stop']]);
  });

  it('has started nothing if the wrapped factory or its own startFactory throws', () => {
    const boom = new Error('boom');
    const fail = (): never => {
      throw boom;
    };
    const outer = new WrappingFactory(new RecordingFactory({ start: fail }));
    outer.noisy = false;
    expect(() => outer.doStart()).to.throw(boom);
    expect(outer.numPorts).to.equal(0);

    const inner = new RecordingFactory();
    const failing = new WrappingFactory(inner);
    failing.noisy = false;
    failing.startFactory = fail;
    expect(() => failing.doStart()).to.throw(boom);
    expect([failing.numPorts, inner.numPorts]).to.deep.equal([0, 0]);
  });

  it('is stopped though the stopFactory of the wrapped one throws, and says so', () => {
    const boom = new Error('boom');
    const stop = (): never => {
      throw boom;
    };
    const factory = new WrappingFactory(new RecordingFactory({ stop }));
    factory.noisy = false;
    factory.doStart();
    expect(() => factory.doStop()).to.throw(boom);
    expect(factory.numPorts).to.equal(0);
  });

  // Twisted: WrapperTests.test_clientConnectionLost
  it('passes clientConnectionLost on, with connector and reason', () => {
    const told: unknown[] = [];
    const inner = new RecordingFactory({ lost: (...args) => void told.push(...args) });
    new WrappingFactory(inner).clientConnectionLost(connector, reason);
    expect(told).to.deep.equal([connector, reason]);
  });

  // Twisted: WrapperTests.test_clientConnectionFailed
  it('passes clientConnectionFailed and startedConnecting on', () => {
    const told: unknown[] = [];
    const inner = new RecordingFactory({
      failed: (...args) => void told.push(...args),
      connecting: (...args) => void told.push(...args),
    });
    const factory = new WrappingFactory(inner);
    factory.startedConnecting(connector);
    factory.clientConnectionFailed(connector, reason);
    expect(told).to.deep.equal([connector, connector, reason]);
  });

  it('has nothing to tell a wrapped factory that is none for clients', () => {
    const factory = new WrappingFactory(new Server());
    expect(() => {
      factory.startedConnecting(connector);
      factory.clientConnectionFailed(connector, reason);
      factory.clientConnectionLost(connector, reason);
    }).not.to.throw();
    expectTypeOf(factory).toExtend<IClientFactory>();
  });

  // Twisted: WrapperTests.test_factoryLogPrefix
  it('has a log prefix of the wrapped factory and its own class', () => {
    expect(new WrappingFactory(new Server()).logPrefix()).to.equal('Server (WrappingFactory)');
  });

  // Twisted: WrapperTests.test_factoryLogPrefixFallback
  it('takes the class of a wrapped factory without a log prefix', () => {
    class NoFactory implements IProtocolFactory {
      buildProtocol(): null {
        return null;
      }
      doStart(): void {}
      doStop(): void {}
    }
    expect(new WrappingFactory(new NoFactory()).logPrefix()).to.equal('NoFactory (WrappingFactory)');
  });

  it('logs its start under that name', () => {
    using log = new LogCapture();
    new WrappingFactory(new Server()).doStart();
    expect(log.messages).to.deep.equal(['Starting factory Server (WrappingFactory)']);
  });
});

describeOnKernel('WrappingFactory on a real connector', (it) => {
  it('is told in order, and started and stopped once, though connect() is called again inside', async (env) => {
    const events: string[] = [];
    const hooks = { made: () => void events.push('made'), lost: () => void events.push('protocol lost') };
    const inner = new RecordingFactory({
      build: () => new RecordingProtocol(hooks),
      start: () => void events.push('start'),
      stop: () => void events.push('stop'),
      connecting: () => void events.push('connecting'),
      lost: (connector) => {
        events.push('lost');
        if (inner.losses.length === 1) connector.connect();
      },
    });
    const factory = new WrappingFactory(inner);
    factory.noisy = false;
    const listener = env.peers.listen();
    env.reactor.connectTCP('127.0.0.1', listener.address.port, factory);
    for (let count = 1; count <= 2; count += 1) {
      await env.drive(() => listener.accepted.length === count && factory.protocols.size === 1);
      listener.accepted[count - 1]?.close();
      await env.drive(() => inner.losses.length === count);
    }
    const life = ['connecting', 'made', 'protocol lost', 'lost'];
    expect(events).to.deep.equal(['start', ...life, ...life, 'stop']);
    expect([factory.numPorts, factory.protocols.size]).to.deep.equal([0, 0]);
  });

  it('stopConnecting() inside startedConnecting is one clientConnectionFailed', async (env) => {
    const inner = new RecordingFactory({ connecting: (connector) => connector.stopConnecting() });
    const factory = new WrappingFactory(inner);
    factory.noisy = false;
    env.reactor.connectTCP('127.0.0.1', env.peers.listen().address.port, factory);
    await env.drive.turns(5);
    expect(inner.events).to.deep.equal(['start', 'connecting', 'failed', 'stop']);
    expect(inner.failures[0]?.value).to.be.instanceOf(UserError);
  });
});
