import { expect } from 'chai';
import { Reactor } from '../../../src/reactor/index.js';
import { RecordingFactory, RecordingProtocol, SimulatedKernel } from '../../../src/testing/index.js';

describe('A reactor on a simulated kernel', () => {
  it('serves a client of another process', async () => {
    const kernel = new SimulatedKernel();
    const server = new Reactor({ driver: kernel.createProcess() });
    const client = new Reactor({ driver: kernel.createProcess() });
    const echo = (): RecordingProtocol =>
      new RecordingProtocol({ data: ({ transport }, data) => void transport.write(data) });
    const serving = new RecordingFactory({ build: echo });
    const asking = new RecordingFactory();
    server.listenTCP(80, serving);
    client.connectTCP('127.0.0.1', 80, asking);
    await kernel.run(() => asking.protocols[0]?.made === true);
    asking.protocols[0]!.transport.write(Buffer.from('hello'));
    await kernel.run(() => asking.protocols[0]?.received.toString() === 'hello');
    asking.protocols[0]!.transport.loseConnection();
    await kernel.run(() => serving.protocols[0]?.lost === true && asking.events.includes('stop'));
    for (const reactor of [client, server]) reactor.close();
    expect(kernel.now).to.equal(0);
  });
});
