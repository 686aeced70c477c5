import { expect } from 'chai';
import { Deferred } from '../../src/defer/index.js';
import { connectProtocol } from '../../src/endpoints/index.js';
import type {
  EndpointOptions,
  IProtocol,
  IProtocolFactory,
  IStreamClientEndpoint,
} from '../../src/interfaces/index.js';
import { HostnameAddress } from '../../src/address/index.js';
import { Protocol } from '../../src/protocols/index.js';

class RecordingEndpoint implements IStreamClientEndpoint {
  factory: IProtocolFactory | undefined;
  options: EndpointOptions | undefined;
  readonly answer = new Deferred<never>();

  connect<P extends IProtocol>(factory: IProtocolFactory<P>, options?: EndpointOptions): Deferred<P> {
    this.factory = factory;
    this.options = options;
    return this.answer;
  }
}

describe('connectProtocol()', () => {
  // Twisted: ConnectProtocolTests.test_connectProtocolCreatesFactory
  it('connects a factory that builds the protocol', () => {
    const endpoint = new RecordingEndpoint();
    const protocol = new Protocol();
    void connectProtocol(endpoint, protocol);
    expect(endpoint.factory?.buildProtocol(new HostnameAddress('example.com', 80))).to.equal(protocol);
  });

  // Twisted: ConnectProtocolTests.test_connectProtocolReturnsConnectResult
  it("returns the endpoint's own Deferred", () => {
    const endpoint = new RecordingEndpoint();
    expect(connectProtocol(endpoint, new Protocol())).to.equal(endpoint.answer);
  });

  it('passes the signal on', () => {
    const endpoint = new RecordingEndpoint();
    const { signal } = new AbortController();
    void connectProtocol(endpoint, new Protocol(), { signal });
    expect(endpoint.options?.signal).to.equal(signal);
  });
});
