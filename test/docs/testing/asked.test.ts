import assert from 'node:assert/strict';
import {
  AccumulatingFactory,
  ConnectionCompleter,
  MemoryReactorClock,
  successResultOf,
} from '../../../src/testing/index.js';
import { serve } from './tally.js';

describe('What the program asks of its reactor', () => {
  it('is to listen on one port, on this machine only', () => {
    const reactor = new MemoryReactorClock();
    const port = serve(reactor, 8200);
    assert.equal(String(port.getHost()), 'IPv4Address(TCP, 127.0.0.1, 8200)');
    assert.equal(reactor.tcpServers.length, 1);
    successResultOf(port.stopListening());
  });

  it('connects clients, one refused and one served', () => {
    const reactor = new MemoryReactorClock();
    serve(reactor, 8200);
    const clients = new AccumulatingFactory();
    const completer = new ConnectionCompleter(reactor);

    const connector = reactor.connectTCP('127.0.0.1', 8200, clients);
    completer.failOnce();
    assert.equal(connector.state, 'disconnected');

    connector.connect();
    const pump = completer.succeedOnce()!;
    const [client] = clients.protocols;
    client!.transport.write(Buffer.from('add 5\n'));
    pump.flush();
    assert.equal(client!.data.toString(), '= 5\n');
  });
});
