import { getEventListeners } from 'node:events';
import { inspect } from 'node:util';
import { expect } from 'chai';
import { expectTypeOf } from 'expect-type';
import { HostnameAddress, IPv4Address } from '../../src/address/index.js';
import type { Deferred } from '../../src/defer/index.js';
import {
  HostnameEndpoint,
  TCP4ClientEndpoint,
  TCP6ClientEndpoint,
  type TCPClientEndpointOptions,
} from '../../src/endpoints/index.js';
import {
  ConnectingCancelledError,
  ConnectionRefusedError,
  ServiceNameUnknownError,
} from '../../src/errors/index.js';
import type {
  IProtocol,
  IProtocolFactory,
  IReactorTCP,
  IStreamClientEndpoint,
} from '../../src/interfaces/index.js';
import { ClientFactory, Factory, Protocol } from '../../src/protocols/index.js';
import { RecordingProtocol } from '../../src/testing/conformance/recording-protocol.js';
import { errorOf, expectNoUnhandledErrors, isDone, resultOf } from '../defer/results.js';
import { FakeReactorTCP } from './fake-reactor-tcp.js';

type EndpointClass = new (
  reactor: IReactorTCP,
  host: string,
  port: number | string,
  options?: TCPClientEndpointOptions,
) => IStreamClientEndpoint;

class QuietFactory extends ClientFactory<RecordingProtocol> {
  override noisy = false;
  override protocol = RecordingProtocol;
}

/** What holds for each endpoint that connects by TCP. */
function describeEndpoint(Endpoint: EndpointClass, host: string): void {
  describe(`${Endpoint.name} to ${host}`, () => {
    expectNoUnhandledErrors();

    function connecting(options: TCPClientEndpointOptions = {}) {
      const reactor = new FakeReactorTCP();
      const endpoint = new Endpoint(reactor, host, 8007, options);
      const connected = endpoint.connect(new QuietFactory());
      return { reactor, connected, connector: reactor.connector };
    }

    // Twisted: ClientEndpointTestCaseMixin.test_interface
    it('connects a factory, and fires with its protocol', () => {
      const { connector, connected } = connecting();
      expect([connector.host, connector.port]).to.deep.equal([host, 8007]);
      expect(isDone(connected)).to.equal(false);
      connector.succeeds();
      expect(resultOf(connected).made).to.equal(true);
    });

    // Twisted: ClientEndpointTestCaseMixin.test_endpointConnectFailure
    it('fails as the attempt does', () => {
      const { connector, connected } = connecting();
      const error = new ConnectionRefusedError();
      connector.fails(error);
      expect(errorOf(connected)).to.equal(error);
    });

    // Twisted: ClientEndpointTestCaseMixin.test_endpointConnectingCancelled
    it('gives the attempt up when the Deferred is cancelled, and says where it was going', () => {
      const { connector, connected } = connecting();
      connected.cancel();
      expect(connector.asked).to.deep.equal(['disconnect']);
      const error = errorOf(connected);
      expect(error).to.be.instanceOf(ConnectingCancelledError);
      expect((error as ConnectingCancelledError).address.equals(connector.getDestination())).to.equal(true);
    });

    it('keeps what cancel() is given as the cause', () => {
      const { connected } = connecting();
      connected.cancel('the user has left');
      expect((errorOf(connected) as Error).cause).to.equal('the user has left');
    });

    // Twisted: ClientEndpointTestCaseMixin.test_endpointConnectNonDefaultArgs
    it('hands its options to connectTCP()', () => {
      const { connector } = connecting({ timeout: 5, noDelay: true, attemptDelayMs: 100 });
      expect(connector.options).to.include({ timeout: 5, noDelay: true, attemptDelayMs: 100 });
    });

    it('can be used again, and at the same time', () => {
      const reactor = new FakeReactorTCP();
      const endpoint = new Endpoint(reactor, host, 8007);
      const [first, second] = [endpoint.connect(new QuietFactory()), endpoint.connect(new QuietFactory())];
      reactor.connectors[1]?.succeeds();
      expect(isDone(first)).to.equal(false);
      reactor.connectors[0]?.succeeds();
      expect(resultOf(first)).not.to.equal(resultOf(second));
    });

    it('fails with what connectTCP() throws', () => {
      const reactor = new FakeReactorTCP();
      reactor.error = new RangeError('no such thing');
      expect(errorOf(new Endpoint(reactor, host, 1).connect(new QuietFactory()))).to.equal(reactor.error);
    });

    it('takes the name of a service for a port, and refuses at once what is none', () => {
      const reactor = new FakeReactorTCP();
      void new Endpoint(reactor, host, 'http').connect(new QuietFactory());
      expect(reactor.connector.port).to.equal(80);
      expect(() => new Endpoint(reactor, host, 'no-such-service')).to.throw(ServiceNameUnknownError);
      for (const port of [0, 65_536, 1.5, -1, NaN]) {
        expect(() => new Endpoint(reactor, host, port)).to.throw(RangeError, 'from 1 to 65535');
      }
    });

    it('refuses a host that is no text', () => {
      expect(() => new Endpoint(new FakeReactorTCP(), 5 as unknown as string, 80)).to.throw(TypeError);
    });

    it('shows its class and where it leads', () => {
      const shown = host.includes(':') ? `[${host}]` : host;
      const endpoint = new Endpoint(new FakeReactorTCP(), host, 80);
      expect(inspect(endpoint)).to.equal(`<${Endpoint.name} ${shown}:80>`);
    });

    describe('with an AbortSignal', () => {
      it('begins nothing when it is aborted already', () => {
        const reactor = new FakeReactorTCP();
        const signal = AbortSignal.abort('too late');
        const connected = new Endpoint(reactor, host, 80).connect(new QuietFactory(), { signal });
        expect(reactor.connectors).to.deep.equal([]);
        const error = errorOf(connected) as ConnectingCancelledError;
        expect(error).to.be.instanceOf(ConnectingCancelledError);
        expect(error.cause).to.equal('too late');
      });

      it('gives the attempt up when it is aborted, with its reason as the cause', () => {
        const reactor = new FakeReactorTCP();
        const aborting = new AbortController();
        const { signal } = aborting;
        const connected = new Endpoint(reactor, host, 80).connect(new QuietFactory(), { signal });
        aborting.abort('enough');
        expect(reactor.connector.asked).to.deep.equal(['disconnect']);
        expect(errorOf(connected))
          .to.be.instanceOf(ConnectingCancelledError)
          .with.property('cause', 'enough');
      });

      it('does nothing to a connection that is there, and leaves no listener', () => {
        const reactor = new FakeReactorTCP();
        const aborting = new AbortController();
        const { signal } = aborting;
        const connected = new Endpoint(reactor, host, 80).connect(new QuietFactory(), { signal });
        reactor.connector.succeeds();
        expect(getEventListeners(signal, 'abort')).to.deep.equal([]);
        aborting.abort();
        expect(reactor.connector.asked).to.deep.equal([]);
        expect(resultOf(connected).made).to.equal(true);
      });
    });
  });
}

describeEndpoint(TCP4ClientEndpoint, '192.0.2.7');
describeEndpoint(TCP6ClientEndpoint, '2001:db8::7');
describeEndpoint(TCP4ClientEndpoint, 'example.com');
describeEndpoint(HostnameEndpoint, 'example.com');
describeEndpoint(HostnameEndpoint, '192.0.2.7');

describe('TCP4ClientEndpoint and TCP6ClientEndpoint', () => {
  it('ask for addresses of their family only', () => {
    const reactor = new FakeReactorTCP();
    void new TCP4ClientEndpoint(reactor, 'example.com', 80).connect(new QuietFactory());
    void new TCP6ClientEndpoint(reactor, 'example.com', 80).connect(new QuietFactory());
    expect(reactor.connectors.map(({ options }) => options)).to.deep.equal([
      { families: [4] },
      { families: [6] },
    ]);
  });

  it("refuse an address of the other's family at once, and name who takes it", () => {
    const reactor = new FakeReactorTCP();
    expect(() => new TCP4ClientEndpoint(reactor, '::1', 80)).to.throw(
      RangeError,
      '::1 is an IPv6 address: use TCP6ClientEndpoint or HostnameEndpoint',
    );
    expect(() => new TCP6ClientEndpoint(reactor, '127.0.0.1', 80)).to.throw(RangeError, 'TCP4ClientEndpoint');
  });

  // Twisted: HostnameEndpointBindAddressTypes.test_str, HostnameEndpointBindAddressTypes.test_tuple_str, HostnameEndpointBindAddressTypes.test_none
  it('take the address to connect from as text or with its port', () => {
    const bound = (bindAddress: TCPClientEndpointOptions['bindAddress']): unknown => {
      const reactor = new FakeReactorTCP();
      const options = bindAddress === undefined ? {} : { bindAddress };
      void new TCP4ClientEndpoint(reactor, '192.0.2.7', 80, options).connect(new QuietFactory());
      return reactor.connector.options.bindAddress;
    };
    expect(bound('1.2.3.4')).to.deep.equal({ host: '1.2.3.4' });
    expect(bound({ host: '1.2.3.4', port: 5 })).to.deep.equal({ host: '1.2.3.4', port: 5 });
    expect(bound(undefined)).to.equal(undefined);
  });

  it('know where they lead', () => {
    const reactor = new FakeReactorTCP();
    expect(new TCP4ClientEndpoint(reactor, '192.0.2.7', 80).destination).to.deep.equal(
      new IPv4Address('TCP', '192.0.2.7', 80),
    );
    expect(new TCP4ClientEndpoint(reactor, 'example.com', 80).destination).to.deep.equal(
      new HostnameAddress('example.com', 80),
    );
  });
});

describe('An endpoint that is given a ClientFactory', () => {
  expectNoUnhandledErrors();

  function connect(factory: IProtocolFactory): { reactor: FakeReactorTCP; connected: Deferred<IProtocol> } {
    const reactor = new FakeReactorTCP();
    const connected = new HostnameEndpoint(reactor, 'example.com', 80).connect(factory);
    return { reactor, connected };
  }

  // Beyond Twisted (P1)
  it('takes one without hooks of its own', () => {
    const { reactor, connected } = connect(new QuietFactory());
    reactor.connector.succeeds();
    expect(resultOf(connected)).to.be.instanceOf(RecordingProtocol);
  });

  // Beyond Twisted (P1)
  it('fails with a TypeError that names the hooks of its own, which would never be called, and what to use instead', () => {
    class Persistent extends ClientFactory {
      override clientConnectionFailed(): void {}
      override clientConnectionLost(): void {}
    }
    const { reactor, connected } = connect(new Persistent());
    expect(reactor.connectors).to.deep.equal([]);
    const error = errorOf(connected) as Error;
    expect(error).to.be.instanceOf(TypeError);
    expect(error.message).to.match(
      /^An endpoint can't connect Persistent: clientConnectionFailed, clientConnectionLost are its hooks.*ClientService.*connectTCP/,
    );
  });

  // Beyond Twisted (P1)
  it('finds hooks wherever they come from', () => {
    const onItself = new QuietFactory();
    onItself.startedConnecting = () => {};
    class Unrelated extends Factory {
      clientConnectionLost(): void {}
    }
    for (const factory of [onItself, new Unrelated()]) {
      expect(errorOf(connect(factory).connected)).to.be.instanceOf(TypeError);
    }
  });
});

describe('connect()', () => {
  it('fires with the type of protocol that the factory builds', () => {
    class Echo extends Protocol {}
    const endpoint = new HostnameEndpoint(new FakeReactorTCP(), 'example.com', 80);
    const connected = endpoint.connect(Factory.forProtocol(Echo));
    expectTypeOf(connected).toEqualTypeOf<Deferred<Echo>>();
    connected.addErrback(() => undefined);
    connected.cancel();
  });
});
