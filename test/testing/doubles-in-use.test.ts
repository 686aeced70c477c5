import { expect } from 'chai';
import { ClientService, StreamServerEndpointService } from '../../src/application/index.js';
import { ConnectionRefusedError } from '../../src/errors/index.js';
import { clientFromString, serverFromString } from '../../src/endpoints/index.js';
import { Factory, LineReceiver, ReconnectingClientFactory } from '../../src/protocols/index.js';
import {
  AccumulatingProtocol,
  ConnectionCompleter,
  MemoryReactorClock,
  StringTransport,
  assertNoResult,
  failureResultOf,
  successResultOf,
} from '../../src/testing/index.js';

/** Whatever takes a reactor or a transport has to work with the doubles. */
describe('The doubles in the place of the real ones', () => {
  let reactor: MemoryReactorClock;
  let completer: ConnectionCompleter;
  const factory = (): Factory<AccumulatingProtocol> => Factory.forProtocol(AccumulatingProtocol);

  beforeEach(() => {
    reactor = new MemoryReactorClock();
    completer = new ConnectionCompleter(reactor);
  });

  it('endpoints listen on them, connect over them, and fail', () => {
    const port = successResultOf(serverFromString(reactor, 'tcp:8200').listen(factory()));
    expect(String(port.getHost())).to.equal('IPv4Address(TCP, 0.0.0.0, 8200)');
    const endpoint = clientFromString(reactor, 'tcp:example.com:8200');
    const [first, second, third] = [1, 2, 3].map(() => endpoint.connect(factory()));
    assertNoResult(first!);
    completer.failOnce();
    failureResultOf(first!, ConnectionRefusedError);
    completer.succeedOnce();
    expect(successResultOf(second!).made).to.equal(1);
    third!.cancel();
    expect(reactor.connectors[2]?.stoppedConnecting).to.equal(true);
    failureResultOf(third!);
  });

  it('a ReconnectingClientFactory tries again on them', () => {
    const client = ReconnectingClientFactory.forProtocol(AccumulatingProtocol, { clock: reactor, jitter: 0 });
    client.noisy = false;
    reactor.connectTCP('127.0.0.1', 8200, client);
    completer.failOnce();
    expect(reactor.getDelayedCalls()).to.have.length(1);
    reactor.advance(1);
    expect(reactor.tcpClients).to.have.length(2);
    const pump = completer.succeedOnce({ serverFactory: factory() })!;
    pump.serverTransport.loseConnection();
    pump.flush();
    expect(reactor.getDelayedCalls()).to.have.length(1);
    client.stopTrying();
    expect(reactor.getDelayedCalls()).to.deep.equal([]);
  });

  it('services start and stop on them', async () => {
    const server = new StreamServerEndpointService(serverFromString(reactor, 'tcp:8200'), factory());
    const client = new ClientService(clientFromString(reactor, 'tcp:127.0.0.1:8200'), factory(), {
      clock: reactor,
      retryPolicy: () => 5,
    });
    server.startService();
    client.startService();
    const connected = client.whenConnected();
    completer.failOnce();
    reactor.advance(5);
    assertNoResult(connected);
    const pump = completer.succeedOnce()!;
    const protocol = successResultOf(connected);
    expect(protocol.transport).to.equal(pump.clientTransport);
    const stopped = client.stopService();
    pump.flush();
    successResultOf(stopped);
    await server.stopService();
    expect(reactor.ports[0]?.listening).to.equal(false);
  });

  it('a LineReceiver lives on a StringTransport', () => {
    class Upper extends LineReceiver {
      override lineReceived(line: Buffer): void {
        this.sendLine(Buffer.from(line.toString().toUpperCase()));
        if (line.toString() === 'wait') this.pauseProducing();
      }
    }
    const transport = new StringTransport();
    const protocol = new Upper();
    void protocol.makeConnection(transport);
    void protocol.dataReceived(Buffer.from('one\r\nwait\r\ntwo\r\n'));
    expect(transport.value().toString()).to.equal('ONE\r\nWAIT\r\n');
    expect(transport.producerState).to.equal('paused');
    transport.clear();
    protocol.resumeProducing();
    expect(transport.value().toString()).to.equal('TWO\r\n');
    expect(transport.producerState).to.equal('producing');
  });
});
