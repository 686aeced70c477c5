import assert from 'node:assert/strict';
import { Reactor } from '../../../src/index.js';
import { AccumulatingFactory, SimulatedKernel } from '../../../src/testing/index.js';
import { serve } from './tally.js';

describe('A tally on a kernel in memory', () => {
  it('serves however the network cuts its bytes, and a minute takes no time', async () => {
    const kernel = new SimulatedKernel({ seed: 7, fragmentation: 0.5 });
    using server = new Reactor({ driver: kernel.createProcess() });
    using client = new Reactor({ driver: kernel.createProcess() });
    serve(server, 8200);
    const clients = new AccumulatingFactory();
    client.connectTCP('127.0.0.1', 8200, clients);

    await kernel.run(() => clients.protocols[0]?.made === 1);
    const [protocol] = clients.protocols;
    protocol!.transport.write(Buffer.from('add 3\nadd 4\n'));
    await kernel.run(() => protocol!.closed);
    assert.equal(protocol!.data.toString(), '= 3\n= 7\nidle for too long\n');
    assert.equal(kernel.now, 60_000);
  });
});
