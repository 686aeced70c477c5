import { inspect } from 'node:util';
import { expect } from 'chai';
import { ClientFactory, Factory, Protocol } from '../../src/protocols/index.js';
import { Reactor } from '../../src/reactor/index.js';
import { FileDescriptorReservation, spareEventfd } from '../../src/tcp/index.js';
import { LogCapture, SimulatedKernel, faultyDriver } from '../../src/testing/index.js';

class Echo extends Protocol {
  override dataReceived(data: Buffer) {
    this.transport.write(data);
  }

  readConnectionLost() {
    // It goes on writing.
  }

  writeConnectionLost() {
    // And reading.
  }
}

class Caller extends ClientFactory<Protocol> {
  override protocol = Protocol;
  readonly made: Protocol[] = [];

  override buildProtocol() {
    const protocol = new Protocol();
    this.made.push(protocol);
    return protocol;
  }
}

/** Both ends in one simulated process. */
class World implements Disposable {
  readonly kernel = new SimulatedKernel({ seed: 1 });
  readonly #faulty = faultyDriver(this.kernel.createProcess());
  readonly faults = this.#faulty.libc;
  readonly reactor = new Reactor({ driver: this.#faulty.driver });
  readonly port = this.reactor.listenTCP(8007, Factory.forProtocol(Echo), { interface: '127.0.0.1' });
  readonly caller = new Caller();

  async connect(): Promise<Protocol> {
    const { length } = this.caller.made;
    const { size } = this.port.connections;
    this.reactor.connectTCP('127.0.0.1', 8007, this.caller);
    await this.kernel.run(() => this.caller.made.length > length && this.port.connections.size > size);
    return this.caller.made[length]!;
  }

  [Symbol.dispose](): void {
    this.reactor.close();
  }
}

describe('util.inspect() tells in one line', () => {
  it('what a connection has carried and how it is', async () => {
    using world = new World();
    const { transport } = await world.connect();
    const [server] = world.port.connections;
    const { port } = transport.getHost() as { port: number };
    const whole = (): readonly string[] => [inspect(transport), inspect(server)];
    expect(whole()).to.deep.equal([
      '<Protocol client to 127.0.0.1:8007, connected, read: 0, written: 0>',
      `<Echo #0 on 8007, 127.0.0.1:${port}, connected, read: 0, written: 0>`,
    ]);

    transport.write(Buffer.alloc(12));
    expect(inspect(transport)).to.contain('written: 0, queued: 12>');
    await world.kernel.run(() => transport.bytesRead === 12);
    expect(whole()).to.deep.equal([
      '<Protocol client to 127.0.0.1:8007, connected, read: 12, written: 12>',
      `<Echo #0 on 8007, 127.0.0.1:${port}, connected, read: 12, written: 12>`,
    ]);

    transport.loseWriteConnection();
    await world.kernel.run(() => inspect(server).includes('half closed'));
    transport.write(Buffer.from('late'));
    server!.loseConnection();
    expect(inspect(server)).to.contain(', disconnecting, ');
    await world.kernel.run(() => world.port.connections.size === 0 && !transport.connected);
    expect(whole().every((text) => text.includes(', lost, read: 12, written: 12>'))).to.equal(true);
  });

  it('whether a port accepts, and for whom', async () => {
    using log = new LogCapture();
    using world = new World();
    const { port, faults } = world;
    expect(inspect(port)).to.equal('<Port of Factory on 127.0.0.1:8007, accepting, connections: 0>');
    await world.connect();
    expect(inspect(port)).to.equal('<Port of Factory on 127.0.0.1:8007, accepting, connections: 1>');

    port.pauseAccepting();
    expect(inspect(port)).to.contain(', paused, connections: 1>');
    port.resumeAccepting();
    faults.fail('accept4', { errno: 'ENFILE' });
    const connecting = world.connect();
    await world.kernel.run(() => port.counters.pauses === 1);
    expect(inspect(port)).to.contain(', resting, connections: 1>');
    await connecting;
    expect(inspect(port)).to.contain(', accepting, connections: 2>');

    const stopped = port.stopListening();
    expect(inspect(port)).to.contain(', stopping, connections: 2>');
    await world.kernel.run(() => stopped.called);
    expect(inspect(port)).to.equal('<Port of Factory not listening on 127.0.0.1:8007, connections: 2>');
    expect(log.errors).to.deep.equal([]);
  });

  it('how many a port has shed', async () => {
    using log = new LogCapture();
    using world = new World();
    await world.connect();
    world.faults.fail('accept4', { errno: 'EMFILE' });
    world.reactor.connectTCP('127.0.0.1', 8007, world.caller);
    await world.kernel.run(() => world.port.counters.shed === 1);

    expect(inspect(world.port)).to.contain(', connections: 1, shed: 1>');
    expect(log.errors).to.deep.equal([]);
  });

  it('whether a reservation is held', () => {
    const { libc } = new SimulatedKernel().createProcess();
    using reservation = new FileDescriptorReservation(spareEventfd(libc));
    expect(inspect(reservation)).to.equal('<FileDescriptorReservation, not held>');
    reservation.reserve();
    expect(inspect({ reservation })).to.equal('{ reservation: <FileDescriptorReservation, held> }');
  });
});
