import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { expect } from 'chai';
import { ClientFactory, Factory, Protocol, Reactor } from '../../src/index.js';
import { LogCapture, SimulatedKernel } from '../../src/testing/index.js';
import { CHANNELS } from '../reactor/subscriptions.js';
import { Metrics } from './observing/metrics.js';

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

class Echo extends Protocol {
  override dataReceived(data: Buffer) {
    this.transport.write(data);
  }
}

class Visitor extends Protocol {
  answered = false;
  lost = false;

  override connectionMade() {
    this.transport.write(Buffer.from('hello'));
  }

  override dataReceived() {
    this.answered = true;
  }

  override connectionLost() {
    this.lost = true;
  }
}

class Visitors extends ClientFactory<Visitor> {
  readonly all: Visitor[] = [];

  override buildProtocol() {
    const visitor = new Visitor();
    this.all.push(visitor);
    return visitor;
  }
}

describe('docs/observing.md', () => {
  const page = read('docs/observing.md');

  it('shows test/docs/observing/metrics.ts, which is type-checked and run', () => {
    const shown = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, text]) => text);
    const program = read('test/docs/observing/metrics.ts').replace("'../../../src/index.js'", "'heddle'");
    expect(shown).to.deep.equal([program]);
  });

  it('names every channel in its table, and no other', () => {
    const named = [...page.matchAll(/^\| `(heddle:[\w:-]+)`/gm)].map(([, name]) => name);
    expect(named).to.have.members(CHANNELS);
  });

  it('has figures that count connections, bytes and those who were turned away', async () => {
    using log = new LogCapture();
    using metrics = new Metrics();
    const kernel = new SimulatedKernel({ seed: 1 });
    // Standard input, output and error, epoll, the waker, the port and the spare descriptor: one connection is left.
    using server = new Reactor({ driver: kernel.createProcess({ descriptorLimit: 8 }) });
    using outside = new Reactor({ driver: kernel.createProcess() });
    const visitors = new Visitors();
    server.listenTCP(8007, Factory.forProtocol(Echo), { interface: '127.0.0.1' });
    for (let i = 0; i < 2; i += 1) outside.connectTCP('127.0.0.1', 8007, visitors);
    await kernel.run(() => visitors.all.filter(({ answered, lost }) => answered || lost).length === 2);
    expect([metrics.open, metrics.shed]).to.deep.equal([2, 1]);

    for (const { transport } of visitors.all) transport.loseConnection();
    await kernel.run(() => metrics.open === 0);
    // 5 bytes each way at both ends of the one that was served, and the 5 that the other had written in vain.
    expect(metrics.bytes).to.equal(25);
    expect(log.errors).to.deep.equal([]);
  });

  it('shows what util.inspect() says', async () => {
    const kernel = new SimulatedKernel({ seed: 1 });
    using server = new Reactor({ driver: kernel.createProcess() });
    using outside = new Reactor({ driver: kernel.createProcess() });
    const visitors = new Visitors();
    const port = server.listenTCP(8007, Factory.forProtocol(Echo), { interface: '127.0.0.1' });
    outside.connectTCP('127.0.0.1', 8007, visitors);
    await kernel.run(() => visitors.all[0]?.answered === true);

    const [served] = port.connections;
    const lines = [inspect(port), inspect(served), inspect(visitors.all[0]!.transport)];
    const known = lines.map((line) => line.replace(/127\.0\.0\.1:\d{5}/, '127.0.0.1:51234'));
    for (const line of known)
      expect(page).to.include(`    ${line.replace('Visitor client', 'Hello client')}\n`);
  });
});
