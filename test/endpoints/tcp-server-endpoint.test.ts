import { inspect } from 'node:util';
import { expect } from 'chai';
import { CancelledError } from '../../src/defer/index.js';
import { TCP4ServerEndpoint, TCP6ServerEndpoint } from '../../src/endpoints/index.js';
import { CannotListenError } from '../../src/errors/index.js';
import { Factory } from '../../src/protocols/index.js';
import { errorOf, expectNoUnhandledErrors, resultOf } from '../defer/results.js';
import { FakeReactorTCP } from './fake-reactor-tcp.js';

for (const Endpoint of [TCP4ServerEndpoint, TCP6ServerEndpoint]) {
  describe(Endpoint.name, () => {
    expectNoUnhandledErrors();

    // Twisted: ServerEndpointTestCaseMixin.test_interface, ServerEndpointTestCaseMixin.test_endpointListenSuccess
    // (backlog 50 there; heddle leaves it to listenTCP, whose default is 4096: C11).
    it('listens once with the factory, and fires with the port', () => {
      const reactor = new FakeReactorTCP();
      const factory = new Factory();
      const port = resultOf(new Endpoint(reactor, 8007).listen(factory));
      expect(reactor.listenings).to.have.length(1);
      const [listening] = reactor.listenings;
      expect(port).to.equal(listening?.listening);
      expect(listening?.factory).to.equal(factory);
      expect(listening?.port).to.equal(8007);
      expect(listening?.options).to.deep.equal(Endpoint === TCP4ServerEndpoint ? {} : { interface: '::' });
    });

    // Twisted: ServerEndpointTestCaseMixin.test_endpointListenFailure
    it('fails as listenTCP() does; nothing is thrown', () => {
      const reactor = new FakeReactorTCP();
      reactor.error = new CannotListenError('', 80, new Error('taken'));
      expect(errorOf(new Endpoint(reactor, 80).listen(new Factory()))).to.equal(reactor.error);
    });

    // Twisted: ServerEndpointTestCaseMixin.test_endpointListenNonDefaultArgs (mode and wantPID wait for UNIX sockets)
    it('hands its options to listenTCP()', () => {
      const reactor = new FakeReactorTCP();
      const host = Endpoint === TCP4ServerEndpoint ? '127.0.0.1' : '::1';
      const options = { backlog: 100, interface: host, noDelay: true };
      void new Endpoint(reactor, 80, options).listen(new Factory());
      expect(reactor.listenings[0]?.options).to.deep.equal(options);
    });

    it('can listen again', () => {
      const reactor = new FakeReactorTCP();
      const endpoint = new Endpoint(reactor, 0);
      expect(resultOf(endpoint.listen(new Factory()))).not.to.equal(resultOf(endpoint.listen(new Factory())));
    });

    it('refuses what is no port at once', () => {
      for (const port of [-1, 65_536, 1.5, '80' as unknown as number]) {
        expect(() => new Endpoint(new FakeReactorTCP(), port)).to.throw(RangeError, 'from 0 to 65535');
      }
    });

    it('hands a signal to the port', () => {
      const reactor = new FakeReactorTCP();
      const { signal } = new AbortController();
      void new Endpoint(reactor, 80).listen(new Factory(), { signal });
      expect(reactor.listenings[0]?.options.signal).to.equal(signal);
    });

    it('does not listen when the signal is aborted already', () => {
      const reactor = new FakeReactorTCP();
      const listening = new Endpoint(reactor, 80).listen(new Factory(), {
        signal: AbortSignal.abort('over'),
      });
      expect(reactor.listenings).to.deep.equal([]);
      expect(errorOf(listening)).to.be.instanceOf(CancelledError).with.property('cause', 'over');
    });
  });
}

describe('Server endpoints of TCP', () => {
  it("refuse an address of the other's family", () => {
    const reactor = new FakeReactorTCP();
    expect(() => new TCP4ServerEndpoint(reactor, 80, { interface: '::1' })).to.throw(
      RangeError,
      'TCP6ServerEndpoint',
    );
    expect(() => new TCP6ServerEndpoint(reactor, 80, { interface: '127.0.0.1' })).to.throw(
      RangeError,
      'TCP4ServerEndpoint',
    );
  });

  it('show their class and where they listen', () => {
    const reactor = new FakeReactorTCP();
    expect(inspect(new TCP4ServerEndpoint(reactor, 80))).to.equal('<TCP4ServerEndpoint *:80>');
    expect(inspect(new TCP4ServerEndpoint(reactor, 80, { interface: '127.0.0.1' }))).to.equal(
      '<TCP4ServerEndpoint 127.0.0.1:80>',
    );
    expect(inspect(new TCP6ServerEndpoint(reactor, 80))).to.equal('<TCP6ServerEndpoint [::]:80>');
  });
});
