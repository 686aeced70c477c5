import assert from 'node:assert/strict';
import { Reactor } from '../../../src/index.js';
import { AccumulatingFactory, waitUntilAllDisconnected } from '../../../src/testing/index.js';
import { serve } from './tally.js';

describe('A tally on real sockets', () => {
  it('does the same', async () => {
    using reactor = new Reactor();
    const port = serve(reactor, 0);
    const clients = new AccumulatingFactory();
    reactor.connectTCP('127.0.0.1', port.getHost().port, clients);

    const client = await clients.protocolConnectionMade;
    client.transport.write(Buffer.from('add 3\nadd 4\nbye\n'));
    await client.closedDeferred;
    assert.equal(client.data.toString(), '= 3\n= 7\n');

    await waitUntilAllDisconnected(reactor, clients.protocols);
    await port.stopListening();
  });
});
