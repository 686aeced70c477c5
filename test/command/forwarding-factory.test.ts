import { expect } from 'chai';
import { IPv4Address } from '../../src/address/index.js';
import { ForwardingFactory } from '../../src/command/forwarding-factory.js';
import { Deferred } from '../../src/defer/index.js';
import { ConnectingCancelledError, ConnectionRefusedError } from '../../src/errors/index.js';
import type { IProtocol, IProtocolFactory, IStreamClientEndpoint } from '../../src/interfaces/index.js';
import { LogCapture } from '../../src/testing/index.js';
import { FakeReactor } from '../protocols/fake-reactor.js';
import { FakeConnection } from '../tcp/fake-connection.js';

const DESTINATION = new IPv4Address('TCP', '192.0.2.1', 80);

/** An endpoint whose attempts the test decides. */
class FakeEndpoint implements IStreamClientEndpoint {
  readonly attempts: { readonly factory: IProtocolFactory; readonly result: Deferred<IProtocol> }[] = [];

  connect<P extends IProtocol>(factory: IProtocolFactory<P>): Deferred<P> {
    const result = new Deferred<P>((it) => it.errback(new ConnectingCancelledError(DESTINATION)));
    this.attempts.push({ factory, result: result });
    return result;
  }

  /** The connection is there. */
  succeed(): FakeConnection {
    const { factory, result } = this.attempts[0]!;
    factory.doStart();
    const connection = new FakeConnection();
    const protocol = factory.buildProtocol(connection.getPeer())!;
    connection.start(protocol);
    result.callback(protocol);
    return connection;
  }
}

describe('`heddle forward`', () => {
  let capture: LogCapture;
  let endpoint: FakeEndpoint;
  let server: FakeConnection;

  beforeEach(() => {
    capture = new LogCapture();
    endpoint = new FakeEndpoint();
    const factory = new ForwardingFactory('tcp:example.org:80', endpoint, new FakeReactor());
    factory.noisy = false;
    server = new FakeConnection();
    server.start(factory.buildProtocol(server.getPeer())!);
  });

  afterEach(() => {
    capture[Symbol.dispose]();
    expect(capture.errors).to.deep.equal([]);
  });

  it('connects to its endpoint for each client, and passes on what comes', () => {
    expect([endpoint.attempts.length, server.fake.reading]).to.deep.equal([1, false]);
    const client = endpoint.succeed();
    server.receive('question');
    client.flush();
    client.receive('answer');
    server.flush();
    expect([client.output, server.output]).to.deep.equal(['question', 'answer']);
  });

  it('closes the client’s connection, and says so, if there is no way to the endpoint', () => {
    endpoint.attempts[0]!.result.errback(new ConnectionRefusedError());
    server.flush();
    expect(server.fake.givenUp).to.deep.equal(['in order']);
    expect(capture.messages).to.have.length(1);
    expect(capture.messages[0]).to.match(/^Cannot forward to tcp:example\.org:80: /);
  });

  it('gives connecting up when the client has gone', () => {
    server.hangUp('reset');
    server.nextTurn();
    expect(endpoint.attempts[0]!.result.called).to.equal(true);
    expect(capture.messages).to.deep.equal([]);
  });
});
