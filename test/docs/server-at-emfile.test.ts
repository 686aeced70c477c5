import { expect } from 'chai';
import { ClientFactory, Factory, Protocol, Reactor } from '../../src/index.js';
import { LogCapture, SimulatedKernel } from '../../src/testing/index.js';

class Echo extends Protocol {
  override dataReceived(data: Buffer) {
    this.transport.write(data);
  }
}

/** Says hello, and remembers what became of it. */
class Client extends Protocol {
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

class Clients extends ClientFactory<Client> {
  readonly all: Client[] = [];

  override buildProtocol() {
    const client = new Client();
    this.all.push(client);
    return client;
  }
}

describe('the echo server, with 16 descriptors and 20 clients', () => {
  it('serves nine, turns the others away at once, and serves again when one has gone', async () => {
    using log = new LogCapture();
    const kernel = new SimulatedKernel({ seed: 1 });
    using server = new Reactor({ driver: kernel.createProcess({ name: 'server', descriptorLimit: 16 }) });
    using visitors = new Reactor({ driver: kernel.createProcess({ name: 'visitors' }) });
    const port = server.listenTCP(8007, Factory.forProtocol(Echo), { interface: '127.0.0.1' });
    const clients = new Clients();
    const come = () => visitors.connectTCP('127.0.0.1', 8007, clients);

    for (let i = 0; i < 20; i += 1) come();
    await kernel.run(() => clients.all.filter(({ answered, lost }) => answered || lost).length === 20);

    // Standard input, output and error, epoll, the waker, the port and the spare descriptor are seven.
    expect(clients.all.filter(({ answered }) => answered)).to.have.length(9);
    expect(port.counters.shed).to.equal(11);
    expect(kernel.now).to.equal(0);

    const [first] = clients.all.filter(({ answered }) => answered);
    first!.transport.loseConnection();
    await kernel.run(() => port.connections.size === 8);
    come();
    await kernel.run(() => clients.all[20]?.answered === true);
    expect(log.messages.filter((message) => message.includes('EMFILE'))).to.have.length(2);
  });
});
