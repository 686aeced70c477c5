import { expect } from 'chai';
import { Reactor } from '../../../src/reactor/index.js';
import {
  RecordingFactory,
  RecordingLibc,
  RecordingProtocol,
  SimulatedKernel,
  type SimulatedKernelOptions,
  SimulationError,
} from '../../../src/testing/index.js';

describe('SimulatedKernel', () => {
  const reactors: Reactor[] = [];
  const makeReactor = (kernel: SimulatedKernel): Reactor => {
    const reactor = new Reactor({ driver: kernel.createProcess() });
    reactors.push(reactor);
    return reactor;
  };
  afterEach(() => {
    for (const reactor of reactors.splice(0)) reactor.close();
  });

  /** Ten clients talk to a server; every system call of the server. */
  function conversation(options: SimulatedKernelOptions): string[] {
    const kernel = new SimulatedKernel(options);
    const process = kernel.createProcess();
    const libc = new RecordingLibc(process.libc);
    const server = new Reactor({
      driver: { name: 'recorded', libc, createHostLoop: () => process.createHostLoop() },
    });
    const client = makeReactor(kernel);
    reactors.push(server);
    const echo = (): RecordingProtocol =>
      new RecordingProtocol({ data: ({ transport }, data) => void transport.write(data) });
    const clients = new RecordingFactory({
      build: () =>
        new RecordingProtocol({ made: ({ transport }) => void transport.write(Buffer.alloc(5000, 'hello')) }),
    });
    server.listenTCP(80, new RecordingFactory({ build: echo }), { interface: '127.0.0.1' });
    for (let i = 0; i < 10; i += 1) client.connectTCP('127.0.0.1', 80, clients);
    kernel.runSync(
      () =>
        clients.protocols.length === 10 &&
        clients.protocols.every(({ received }) => received.length === 5000),
    );
    return libc.log.map(({ call, numbers, result }) => `${call} ${numbers.join()} = ${result}`);
  }

  it('does the same again with the same seed, call by call, and something else with another seed', () => {
    const options = { seed: 11, fragmentation: 0.3 };
    const calls = conversation(options);
    expect(calls).to.have.length.above(50);
    expect(conversation(options)).to.deep.equal(calls);
    expect(conversation({ ...options, seed: 12 })).not.to.deep.equal(calls);
  });

  it('lets the clock jump to the next timer, and stand still otherwise', async () => {
    const kernel = new SimulatedKernel();
    const reactor = makeReactor(kernel);
    const times: number[] = [];
    for (const delay of [3600, 0, 60]) reactor.callLater(delay, () => times.push(reactor.seconds()));
    await kernel.run(() => times.length === 3, { withinMs: 4_000_000 });
    expect(times).to.deep.equal([0, 60, 3600]);
  });

  it('lets promises continue after each step, however long their chain is', async () => {
    const kernel = new SimulatedKernel();
    const reactor = makeReactor(kernel);
    const order: string[] = [];
    reactor.callLater(1, async () => {
      for (let i = 0; i < 50; i += 1) await Promise.resolve();
      await new Promise((resolve) => process.nextTick(resolve));
      order.push('continued');
    });
    reactor.callLater(1.001, () => order.push('next timer'));
    await kernel.run(() => order.length === 2);
    expect(order).to.deep.equal(['continued', 'next timer']);
  });

  it('lets none continue in `runSync()`', async () => {
    const kernel = new SimulatedKernel();
    const reactor = makeReactor(kernel);
    let continued = false;
    let done = false;
    reactor.callLater(1, async () => {
      await Promise.resolve();
      continued = true;
    });
    reactor.callLater(2, () => (done = true));
    kernel.runSync(() => done);
    expect(continued).to.equal(false);
    await Promise.resolve();
    expect(continued).to.equal(true);
  });

  it('goes on, without a condition, until nothing keeps a process alive', async () => {
    const kernel = new SimulatedKernel();
    const reactor = makeReactor(kernel);
    let called = 0;
    reactor.callLater(5, () => (called += 1));
    await kernel.run();
    expect([called, kernel.now]).to.deep.equal([1, 5000]);
    // Who listens is alive, and nobody will ever come.
    reactor.listenTCP(80, new RecordingFactory());
    await kernel.run();
    expect(kernel.now).to.equal(5000);
  });

  it('goes on, without a condition, while bytes are on their way to an open connection', async () => {
    const kernel = new SimulatedKernel({ latency: { leastMs: 10, mostMs: 10 } });
    const [near, far] = ['10.0.0.1', '10.0.0.2'].map((address) => kernel.addHost(address, address));
    const server = new Reactor({ driver: kernel.createProcess({ host: near! }) });
    const client = new Reactor({ driver: kernel.createProcess({ host: far! }) });
    reactors.push(server, client);
    const served = new RecordingFactory();
    const asking = new RecordingFactory();
    server.listenTCP(80, served, { interface: '10.0.0.1' });
    client.connectTCP('10.0.0.1', 80, asking);
    await kernel.run(() => served.protocols[0]?.made === true && asking.protocols[0]?.made === true);

    // No timer is set any more: it is the connections that keep both alive.
    asking.protocols[0]!.transport.write(Buffer.from('on its way'));
    await kernel.run();
    expect(String(served.protocols[0]!.received)).to.equal('on its way');
  });

  it('lets so much time pass in `runFor()`, and no more', async () => {
    const kernel = new SimulatedKernel();
    const reactor = makeReactor(kernel);
    const called: number[] = [];
    for (const delay of [1, 2, 3]) reactor.callLater(delay, () => called.push(delay));
    await kernel.runFor(2000);
    expect([called, kernel.now]).to.deep.equal([[1, 2], 2000]);
  });

  describe('fails with a SimulationError that names the seed and the condition', () => {
    const failure = async (
      options: { withinMs?: number },
      prepare: (reactor: Reactor) => void,
    ): Promise<SimulationError> => {
      const kernel = new SimulatedKernel({ seed: 4711 });
      prepare(makeReactor(kernel));
      function neverTrue(): boolean {
        return false;
      }
      const error: unknown = await kernel.run(neverTrue, options).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(SimulationError);
      const { message } = error as SimulationError;
      expect(message).to.contain('seed 4711').and.to.contain('neverTrue');
      return error as SimulationError;
    };

    it('if nothing will happen any more', async () => {
      const error = await failure({}, (reactor) => void reactor.callLater(2, () => undefined));
      expect(error.message).to.contain('Nothing will happen');
      expect([error.seed, error.timeMs]).to.deep.equal([4711, 2000]);
    });

    it('if the time is over', async () => {
      const error = await failure({ withinMs: 500 }, (reactor) => void reactor.callLater(2, () => undefined));
      expect(error.message).to.contain('Time is over');
    });

    it('if the program spins', async () => {
      const error = await failure({}, (reactor) => {
        const again = (): void => void reactor.callLater(0, again);
        again();
      });
      expect(error.message).to.contain('spins');
    }).timeout(30_000);
  });

  it('lets what a turn throws come out of `run()`', async () => {
    const kernel = new SimulatedKernel();
    const process = kernel.createProcess();
    const loop = process.createHostLoop();
    const epfd = process.libc.epoll_create1(0);
    loop.start(
      epfd,
      () => {
        throw new Error('thrown by a turn');
      },
      () => undefined,
    );
    loop.requestTurn();
    const error: unknown = await kernel.run(() => false).catch((reason: unknown) => reason);
    expect(String(error)).to.contain('thrown by a turn');
    loop.close();
  });

  it('gives each process descriptors of its own', () => {
    const kernel = new SimulatedKernel();
    const [one, other] = [kernel.createProcess({ descriptorLimit: 5 }), kernel.createProcess()];
    expect([one.name, other.name]).to.deep.equal(['process 1', 'process 2']);
    expect([0, 0, 0].map(() => one.libc.eventfd(0, 0))).to.deep.equal([3, 4, -24]);
    expect(other.libc.eventfd(0, 0)).to.equal(3);
    expect(other.libc.close(4)).to.equal(-9);
    expect(one.openDescriptors).to.deep.equal([0, 1, 2, 3, 4]);
    expect(one.libc.setrlimit(7, { soft: 10, hard: 10_000 })).to.equal(-1);
    expect(one.libc.setrlimit(7, { soft: 10, hard: 10 })).to.equal(0);
    expect(one.libc.eventfd(0, 0)).to.equal(5);
  });

  it('gives each process its own answer to who may be watched', () => {
    const process = new SimulatedKernel().createProcess();
    const loop = process.createHostLoop();
    expect(() =>
      loop.start(
        99,
        () => undefined,
        () => undefined,
      ),
    ).to.throw('EBADF');
    const file = process.libc.open('/proc/self/exe', 0);
    expect(() =>
      loop.start(
        file,
        () => undefined,
        () => undefined,
      ),
    ).to.throw('EPERM');
    loop.close();
  });

  it('keeps the few files that programs may open', () => {
    const kernel = new SimulatedKernel();
    const { libc } = kernel.createProcess();
    kernel.files.set('/etc/motd', Buffer.from('hello'));
    const fd = libc.open('/etc/motd', 0o2002);
    const bytes = Buffer.alloc(10);
    expect(libc.read(fd, bytes, 0, 3)).to.equal(3);
    expect(libc.write(fd, Buffer.from(' again'), 0, 6)).to.equal(6);
    expect(kernel.files.get('/etc/motd')?.toString()).to.equal('hello again');
    expect(libc.open('/not/there', 0)).to.equal(-2);
    expect(libc.open('/made', 0o102)).to.be.above(0);
    expect(kernel.files.get('/made')?.length).to.equal(0);
  });
});
