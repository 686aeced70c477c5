import { expect } from 'chai';
import { ConnectionDone, ConnectionRefusedError } from '../../src/errors/index.js';
import { ClientFactory, Factory, Protocol } from '../../src/protocols/index.js';
import { Reactor } from '../../src/reactor/index.js';
import type { FaultyLibc } from '../../src/testing/index.js';
import {
  LogCapture,
  SimulatedKernel,
  type SimulatedProcess,
  faultyDriver,
  messageOf,
} from '../../src/testing/index.js';
import { FakeDriver } from './fake-driver.js';
import { Subscriptions } from './subscriptions.js';

class Visitor extends Protocol {
  lost = false;
  override connectionLost() {
    this.lost = true;
  }
}

class Visitors extends ClientFactory<Visitor> {
  readonly all: Visitor[] = [];
  failed = 0;

  override buildProtocol() {
    const visitor = new Visitor();
    this.all.push(visitor);
    return visitor;
  }

  override clientConnectionFailed() {
    this.failed += 1;
  }
}

/** A server and those who visit it, each a process on one simulated kernel. */
class World implements Disposable {
  readonly kernel = new SimulatedKernel({ seed: 1 });
  readonly process: SimulatedProcess;
  readonly server: Reactor;
  readonly faults: FaultyLibc;
  readonly visitors = new Visitors();
  readonly #outside = new Reactor({ driver: this.kernel.createProcess({ name: 'visitors' }) });

  constructor(descriptorLimit = 1024) {
    this.process = this.kernel.createProcess({ name: 'server', descriptorLimit });
    const { driver, libc } = faultyDriver(this.process);
    this.faults = libc;
    this.server = new Reactor({ driver });
  }

  listen(factory = Factory.forProtocol(Protocol)) {
    return this.server.listenTCP(8007, factory, { interface: '127.0.0.1' });
  }

  visit(): void {
    this.#outside.connectTCP('127.0.0.1', 8007, this.visitors);
  }

  [Symbol.dispose](): void {
    this.server.close();
    this.#outside.close();
  }
}

describe('What is published on the diagnostics channels', () => {
  it('is the life of a port and its connections, each told of at both its ends', async () => {
    using world = new World();
    using told = new Subscriptions();
    const port = world.listen();
    world.visit();
    await world.kernel.run(() => port.connections.size === 1 && world.visitors.all.length === 1);
    const [served] = port.connections;
    world.visitors.all[0]!.transport.loseConnection();
    await world.kernel.run(() => port.connections.size === 0 && world.visitors.all[0]!.lost);
    const stopped = port.stopListening();
    await world.kernel.run(() => stopped.called);

    expect(told.names.filter((name) => !name.startsWith('heddle:tcp:connection'))).to.deep.equal([
      'heddle:tcp:listening',
      'heddle:tcp:closed',
    ]);
    expect(told.of('heddle:tcp:listening')).to.deep.equal([{ port }]);
    expect(told.of('heddle:tcp:closed')).to.deep.equal([{ port, reason: undefined }]);
    const made = told.of('heddle:tcp:connection');
    expect(new Set(made.map(({ transport }) => transport))).to.deep.equal(
      new Set([served, world.visitors.all[0]!.transport]),
    );
    expect(made.map(({ protocol }) => protocol)).to.include(world.visitors.all[0]);
    const lost = told.of('heddle:tcp:connection:lost');
    expect(lost.map(({ transport }) => transport)).to.have.members(made.map(({ transport }) => transport));
    for (const { reason } of lost) expect(reason.value).to.be.instanceOf(ConnectionDone);
  });

  it('comes before the protocol is told that its connection is made, and after it is told that it is lost', async () => {
    const order: string[] = [];
    class Noting extends Protocol {
      override connectionMade() {
        order.push('connectionMade');
        this.transport.loseConnection();
      }
      override connectionLost() {
        order.push('connectionLost');
      }
    }
    using world = new World();
    using told = new Subscriptions((name) => order.push(name));
    world.listen(Factory.forProtocol(Noting));
    order.length = 0;
    world.visit();
    await world.kernel.run(() => told.of('heddle:tcp:connection:lost').length === 2);

    const [server] = told.of('heddle:tcp:connection').filter(({ protocol }) => protocol instanceof Noting);
    expect(server!.transport.connected).to.equal(false);
    const first = order.indexOf('connectionMade');
    const last = order.indexOf('connectionLost');
    expect(order.slice(0, first)).to.include('heddle:tcp:connection');
    expect(order.slice(last + 1)).to.include('heddle:tcp:connection:lost');
  });

  it('is every attempt to connect that fails, with what the factory was told', async () => {
    using world = new World();
    using told = new Subscriptions();
    world.visit();
    await world.kernel.run(() => world.visitors.failed === 1);

    const [failed, ...others] = told.of('heddle:tcp:connect:failed');
    expect(others).to.deep.equal([]);
    expect(failed!.reason.value).to.be.instanceOf(ConnectionRefusedError);
    expect(failed!.connector.state).to.equal('disconnected');
  });

  it('is who was turned away and why, when the spare descriptor is held again', async () => {
    using log = new LogCapture();
    using world = new World(8);
    const openFiles: number[] = [];
    using told = new Subscriptions((name) => {
      if (name !== 'heddle:tcp:shed') return;
      // Taking the last descriptor is what a subscriber must not be able to do in the window.
      openFiles.push(world.faults.eventfd(0, 0));
    });
    const port = world.listen();
    for (let i = 0; i < 3; i += 1) world.visit();
    await world.kernel.run(() => world.visitors.all.filter(({ lost }) => lost).length === 2);

    const shed = told.of('heddle:tcp:shed');
    expect(shed.map(({ errno }) => errno)).to.deep.equal(['EMFILE', 'EMFILE']);
    expect(shed.map(({ peer }) => peer.host)).to.deep.equal(['127.0.0.1', '127.0.0.1']);
    expect(shed.every((message) => message.port === port)).to.equal(true);
    expect(openFiles.every((fd) => fd < 0)).to.equal(true);
    expect(log.records.filter(({ level }) => level === 'warning')).to.have.length(1);

    port.connections.values().next().value!.loseConnection();
    await world.kernel.run(() => world.process.openDescriptors.length === 7);
    world.visit();
    await world.kernel.run(() => told.of('heddle:tcp:recovered').length === 1);
    const [recovered] = told.of('heddle:tcp:recovered');
    expect([recovered!.port, recovered!.episode.shed]).to.deep.equal([port, 2]);
  });

  it('is that a port rests, and that descriptors run low', async () => {
    using log = new LogCapture();
    using world = new World(8);
    using told = new Subscriptions();
    const port = world.listen();
    world.faults.fail('accept4', { errno: 'ENFILE' });
    world.visit();
    await world.kernel.run(() => port.connections.size === 1);

    expect(told.of('heddle:tcp:accept:paused')).to.deep.equal([{ port, errno: 'ENFILE', retryMs: 50 }]);
    expect(told.of('heddle:tcp:descriptors-low')).to.deep.equal([{ port, inUse: 8, limit: 8 }]);
    expect(log.records.filter(({ level }) => level === 'warning')).to.have.length(2);
  });

  it('is a callback that keeps everybody waiting', () => {
    const driver = new FakeDriver();
    using reactor = new Reactor({ driver });
    using told = new Subscriptions();
    reactor.callLater(0, function sluggish() {
      driver.host.time += 250;
    });
    driver.host.turn();

    const [slow] = told.of('heddle:reactor:slow-turn');
    expect(slow!.reactor).to.equal(reactor);
    expect(slow!.what).to.contain('sluggish');
    expect(slow!.durationMs).to.equal(250);
  });

  it('leaves nothing open when a subscriber closes the reactor', async () => {
    using log = new LogCapture();
    using world = new World();
    const port = world.listen();
    using told = new Subscriptions((name) => {
      if (name === 'heddle:tcp:connection') world.server.close();
    });
    world.visit();
    await world.kernel.run(() => world.server.closed && world.visitors.all[0]?.lost === true);

    expect(told.names).to.include('heddle:tcp:closed');
    expect(port.connections.size).to.equal(0);
    // What is left is the standard streams and the spare descriptor, which is the thread's.
    expect(world.process.openDescriptors).to.have.length(4);
    expect(log.errors.map((record) => messageOf(record))).to.deep.equal([
      'Factory could not take a client: ReactorClosedError: The reactor is closed',
    ]);
  });
});
