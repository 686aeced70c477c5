import { expect } from 'chai';
import { Reactor } from '../../src/reactor/index.js';
import {
  AccumulatingFactory,
  AccumulatingProtocol,
  addressOf,
  assertNoResult,
  connectedServerAndClient,
  successResultOf,
  waitUntilAllDisconnected,
} from '../../src/testing/index.js';

describe('waitUntilAllDisconnected()', () => {
  it('fires one turn after the last connection is lost', () => {
    const [client, server, pump] = connectedServerAndClient(AccumulatingProtocol, AccumulatingProtocol);
    const done = waitUntilAllDisconnected(pump.clock, [client, server]);
    pump.flush();
    assertNoResult(done);
    server.transport.loseConnection();
    // The server has ended; the client hears of it in the second round, and the third is the turn after.
    pump.pump();
    pump.pump();
    expect([client.closed, server.closed]).to.deep.equal([true, true]);
    assertNoResult(done);
    pump.pump();
    successResultOf(done);
  });

  it('fires for connections that are lost already, and for none', () => {
    const [client, server, pump] = connectedServerAndClient(AccumulatingProtocol, AccumulatingProtocol);
    client.transport.abortConnection();
    pump.flush();
    const done = [
      waitUntilAllDisconnected(pump.clock, [client, server]),
      waitUntilAllDisconnected(pump.clock, []),
    ];
    pump.flush();
    done.forEach(successResultOf);
  });

  it('works on a real reactor: the factory has heard of it, too', async () => {
    using reactor = new Reactor();
    const server = new AccumulatingFactory();
    const told: string[] = [];
    class Client extends AccumulatingFactory {
      override clientConnectionLost(): void {
        told.push('lost');
      }
      override stopFactory(): void {
        told.push('stopped');
      }
    }
    const client = new Client();
    const port = reactor.listenTCP(0, server, { interface: '127.0.0.1' });
    const connected = [server.protocolConnectionMade, client.protocolConnectionMade];
    reactor.connectTCP('127.0.0.1', addressOf(port).port, client);
    const protocols = await Promise.all(connected);
    protocols[0]?.transport.loseConnection();
    await waitUntilAllDisconnected(reactor, protocols);
    expect(told).to.deep.equal(['lost', 'stopped']);
    await port.stopListening();
  });
});
