import { expect } from 'chai';
import { HostnameAddress, IPv4Address } from '../../src/address/index.js';
import { Failure } from '../../src/defer/index.js';
import { WrappingFactory } from '../../src/endpoints/wrapping-factory.js';
import { ConnectionDone, ConnectionRefusedError, NoProtocol } from '../../src/errors/index.js';
import type { IHalfCloseableProtocol, IProtocol } from '../../src/interfaces/index.js';
import { Factory, Protocol } from '../../src/protocols/index.js';
import { nameOf } from '../../src/tcp/protocol-calls.js';
import {
  RecordingHalfCloseProtocol,
  RecordingProtocol,
} from '../../src/testing/conformance/recording-protocol.js';
import { errorOf, expectNoUnhandledErrors, isDone, resultOf } from '../defer/results.js';
import { RecordingTransport } from '../protocols/recording-transport.js';
import { FakeConnector } from './fake-reactor-tcp.js';

const where = new HostnameAddress('example.com', 80);
const peer = new IPv4Address('TCP', '192.0.2.1', 80);

function factoryOf<P extends IProtocol>(build: () => P | null): Factory<P> {
  class TestFactory extends Factory<P> {
    override noisy = false;
    override buildProtocol(): P | null {
      return build();
    }
  }
  return new TestFactory();
}

/** A wrapping factory whose connection is made already. */
function connected<P extends IProtocol>(protocol: P): { wrapping: WrappingFactory<P>; wrapper: IProtocol } {
  const wrapping = new WrappingFactory(
    factoryOf(() => protocol),
    where,
  );
  const wrapper = wrapping.buildProtocol(peer)!;
  void wrapper.makeConnection(new RecordingTransport());
  return { wrapping, wrapper };
}

describe('WrappingFactory', () => {
  expectNoUnhandledErrors();

  // Twisted: WrappingFactoryTests.test_doStart
  it('passes doStart() on', () => {
    const factory = factoryOf(() => null);
    new WrappingFactory(factory, where).doStart();
    expect(factory.numPorts).to.equal(1);
  });

  // Twisted: WrappingFactoryTests.test_doStop
  it('passes doStop() on', () => {
    const factory = factoryOf(() => null);
    for (let users = 0; users < 3; users += 1) factory.doStart();
    new WrappingFactory(factory, where).doStop();
    expect(factory.numPorts).to.equal(2);
  });

  it('has the name of the factory', () => {
    class Weather extends Factory {}
    expect(nameOf(new WrappingFactory(new Weather(), where))).to.equal('Weather');
  });

  // Twisted: WrappingFactoryTests.test_failedBuildProtocol
  it('fails with what buildProtocol() throws, and refuses the connection', () => {
    const error = new RangeError('no more of them');
    const wrapping = new WrappingFactory(
      factoryOf(() => {
        throw error;
      }),
      where,
    );
    expect(wrapping.buildProtocol(peer)).to.equal(null);
    expect(errorOf(wrapping.connected)).to.equal(error);
  });

  // Twisted: WrappingFactoryTests.test_buildNoneProtocol, WrappingFactoryTests.test_buildProtocolReturnsNone
  it('fails with NoProtocol if the factory builds none, and refuses the connection', () => {
    for (const nothing of [null, undefined as unknown as null]) {
      const wrapping = new WrappingFactory(
        factoryOf(() => nothing),
        where,
      );
      expect(wrapping.buildProtocol(peer)).to.equal(null);
      expect(errorOf(wrapping.connected)).to.be.instanceOf(NoProtocol);
    }
  });

  it('gives buildProtocol() the address of the connection', () => {
    const addresses: unknown[] = [];
    class Curious extends Factory {
      override buildProtocol(address: unknown): Protocol {
        addresses.push(address);
        return new Protocol();
      }
    }
    new WrappingFactory(new Curious(), where).buildProtocol(peer);
    expect(addresses).to.deep.equal([peer]);
  });

  it('fires with the protocol after its connectionMade()', () => {
    const protocol = new RecordingProtocol();
    const wrapping = new WrappingFactory(
      factoryOf(() => protocol),
      where,
    );
    const wrapper = wrapping.buildProtocol(peer)!;
    expect(isDone(wrapping.connected)).to.equal(false);
    wrapping.connected.addCallback((given) => {
      expect(given.made).to.equal(true);
      return given;
    });
    void wrapper.makeConnection(new RecordingTransport());
    expect(resultOf(wrapping.connected)).to.equal(protocol);
  });

  it('fails with what connectionMade() throws, which the connection gets as well', () => {
    const error = new RangeError('not today');
    const protocol = new RecordingProtocol({
      made: () => {
        throw error;
      },
    });
    const wrapping = new WrappingFactory(
      factoryOf(() => protocol),
      where,
    );
    const wrapper = wrapping.buildProtocol(peer)!;
    expect(() => void wrapper.makeConnection(new RecordingTransport())).to.throw(error);
    expect(errorOf(wrapping.connected)).to.equal(error);
  });

  it('hands the promise of an async connectionMade() to the connection, and does not wait for it', () => {
    const promise = Promise.resolve();
    const protocol = new RecordingProtocol({ made: () => promise });
    const wrapping = new WrappingFactory(
      factoryOf(() => protocol),
      where,
    );
    expect(wrapping.buildProtocol(peer)?.makeConnection(new RecordingTransport())).to.equal(promise);
    expect(resultOf(wrapping.connected)).to.equal(protocol);
  });

  it('fails if the connection is over before there was a protocol', () => {
    const wrapping = new WrappingFactory(
      factoryOf(() => null),
      where,
    );
    const connector = new FakeConnector('example.com', 80, wrapping, {});
    connector.ends();
    expect(errorOf(wrapping.connected)).to.be.instanceOf(ConnectionDone);
  });

  it('fails with what the connector says, once', () => {
    const wrapping = new WrappingFactory(
      factoryOf(() => null),
      where,
    );
    const connector = new FakeConnector('example.com', 80, wrapping, {});
    const error = new ConnectionRefusedError();
    connector.fails(error);
    wrapping.clientConnectionFailed(connector, new Failure(new RangeError('again')));
    expect(errorOf(wrapping.connected)).to.equal(error);
  });
});

describe('The protocol that a WrappingFactory builds', () => {
  expectNoUnhandledErrors();

  // Twisted: WrappingFactoryTests.test_logPrefixPassthrough, WrappingFactoryTests.test_logPrefixDefault
  it('has the log prefix of the wrapped one, or the name of its class', () => {
    class Named extends Protocol {
      override logPrefix(): string {
        return 'a name';
      }
    }
    expect(connected(new Named()).wrapper.logPrefix?.()).to.equal('a name');
    class Plain {
      makeConnection(): void {}
      connectionMade(): void {}
      dataReceived(): void {}
      connectionLost(): void {}
    }
    expect(connected(new Plain()).wrapper.logPrefix?.()).to.equal('Plain');
  });

  // Twisted: WrappingFactoryTests.test_wrappedProtocolDataReceived
  it('passes data on', () => {
    const protocol = new RecordingProtocol();
    const { wrapper } = connected(protocol);
    void wrapper.dataReceived(Buffer.from('foo'));
    expect(protocol.received.toString()).to.equal('foo');
    void wrapper.dataReceived(Buffer.from('bar'));
    expect(protocol.received.toString()).to.equal('foobar');
  });

  it('passes the promises of async callbacks back', () => {
    const promise = Promise.resolve();
    const protocol = new RecordingHalfCloseProtocol({
      data: () => promise,
      lost: () => promise,
      readLost: () => promise,
      writeLost: () => promise,
    });
    const wrapper = connected(protocol).wrapper as IHalfCloseableProtocol;
    expect(wrapper.dataReceived(Buffer.from('x'))).to.equal(promise);
    expect(wrapper.readConnectionLost()).to.equal(promise);
    expect(wrapper.writeConnectionLost()).to.equal(promise);
    expect(wrapper.connectionLost(new Failure(new ConnectionDone()))).to.equal(promise);
  });

  // Twisted: WrappingFactoryTests.test_wrappedProtocolTransport
  it('leaves the wrapped one the transport itself', () => {
    const protocol = new RecordingProtocol();
    const wrapping = new WrappingFactory(
      factoryOf(() => protocol),
      where,
    );
    const transport = new RecordingTransport();
    void wrapping.buildProtocol(peer)?.makeConnection(transport);
    expect(protocol.transport).to.equal(transport);
  });

  // Twisted: WrappingFactoryTests.test_wrappedProtocolConnectionLost
  it('passes connectionLost() on with its reason', () => {
    const protocol = new RecordingProtocol();
    const reason = new Failure(new ConnectionDone());
    void connected(protocol).wrapper.connectionLost(reason);
    expect(protocol.reason).to.equal(reason);
  });

  // Twisted: WrappingFactoryTests.test_wrappingProtocolHalfCloseable
  it('is half-closeable if the wrapped one is', () => {
    const { wrapper } = connected(new RecordingHalfCloseProtocol());
    expect('readConnectionLost' in wrapper && 'writeConnectionLost' in wrapper).to.equal(true);
  });

  // Twisted: WrappingFactoryTests.test_wrappingProtocolNotHalfCloseable (trap 9)
  it('is not half-closeable otherwise', () => {
    const { wrapper } = connected(new RecordingProtocol());
    expect('readConnectionLost' in wrapper || 'writeConnectionLost' in wrapper).to.equal(false);
  });

  // Twisted: WrappingFactoryTests.test_wrappingProtocolNotFileDescriptorReceiver, WrappingFactoryTests.test_wrappingProtocolNotHandshakeListener
  it('claims nothing that the wrapped one lacks', () => {
    const { wrapper } = connected(new RecordingProtocol());
    expect('fileDescriptorReceived' in wrapper || 'handshakeCompleted' in wrapper).to.equal(false);
  });

  // Twisted: WrappingFactoryTests.test_wrappedProtocolReadConnectionLost, WrappingFactoryTests.test_wrappedProtocolWriteConnectionLost
  it("passes each direction's end on", () => {
    const protocol = new RecordingHalfCloseProtocol();
    const wrapper = connected(protocol).wrapper as IHalfCloseableProtocol;
    void wrapper.readConnectionLost();
    expect(protocol.events).to.deep.equal(['made', 'readLost']);
    void wrapper.writeConnectionLost();
    expect(protocol.events).to.deep.equal(['made', 'readLost', 'writeLost']);
  });
});
