import { expect } from 'chai';
import {
  MultiService,
  StreamServerEndpointService,
  type StreamServerEndpointServiceOptions,
} from '../../src/application/index.js';
import {
  CancelledError,
  Deferred,
  ensureDeferred,
  fail,
  flushUnhandledErrors,
} from '../../src/defer/index.js';
import type { IListeningPort, IStoppingProtocol } from '../../src/interfaces/index.js';
import { Factory, Protocol } from '../../src/protocols/index.js';
import { RecordingHalfCloseProtocol, RecordingProtocol } from '../../src/testing/conformance/index.js';
import { LogCapture } from '../../src/testing/index.js';
import { Clock } from '../../src/time/index.js';
import { type FakePort, FakeServerEndpoint } from './fake-endpoints.js';
import type { FakeTransport } from './fake-transport.js';
import { outcomeOf } from './recording-service.js';

class PortTaken extends Error {}

function makeService(
  options: StreamServerEndpointServiceOptions = {},
  factory = Factory.forProtocol(RecordingProtocol),
) {
  const endpoint = new FakeServerEndpoint();
  const service = new StreamServerEndpointService(endpoint, factory, options);
  return { endpoint, factory, service };
}

describe('StreamServerEndpointService', () => {
  let capture: LogCapture;

  beforeEach(() => {
    capture = new LogCapture();
  });

  afterEach(() => {
    capture[Symbol.dispose]();
    expect(capture.errors).to.deep.equal([]);
    expect(flushUnhandledErrors().map(String)).to.deep.equal([]);
  });

  // Twisted: EndpointServiceTests.test_startServiceUnstarted
  it('`startService()` makes it run and listens', () => {
    const { endpoint, factory, service } = makeService();
    void service.startService();
    expect(service.running).to.equal(true);
    expect(endpoint.factories).to.deep.equal([factory]);
    expect(service.port).to.equal(endpoint.ports[0]);
  });

  // Twisted: EndpointServiceTests.test_startServiceStarted
  it('listens once if `privilegedStartService()` came before `startService()`', () => {
    const { endpoint, service } = makeService();
    void service.privilegedStartService();
    expect([endpoint.factories.length, service.running]).to.deep.equal([1, false]);
    void service.startService();
    expect([endpoint.factories.length, service.running]).to.deep.equal([1, true]);
  });

  it('has started when it listens', () => {
    const { endpoint, service } = makeService();
    const later = endpoint.answerLater();
    const outcomes = [service.privilegedStartService(), service.startService()].map(outcomeOf);
    expect(outcomes.map(({ text }) => text)).to.deep.equal(['pending', 'pending']);
    later.callback(endpoint.makePort());
    expect(outcomes.map(({ text }) => text)).to.deep.equal(['fired', 'fired']);
  });

  // Twisted: EndpointServiceTests.test_synchronousFailReportsError
  it('logs a failure to listen once, and runs without a port', () => {
    const { endpoint, service } = makeService();
    endpoint.answer = () => fail(new PortTaken());
    void service.privilegedStartService();
    void service.startService();
    expect(capture.flushErrors(PortTaken)).to.have.length(1);
    expect([service.running, service.port]).to.deep.equal([true, undefined]);
    expect(outcomeOf(service.stopService()).text).to.equal('fired');
  });

  // Twisted: EndpointServiceTests.test_synchronousRaiseRaisesSynchronously, EndpointServiceTests.test_synchronousRaisePrivileged
  it('throws it where `failOnListenError` is set and it is known at once', () => {
    const { endpoint, service } = makeService({ failOnListenError: true });
    endpoint.answer = () => fail(new PortTaken());
    expect(() => service.startService()).to.throw(PortTaken);
    expect(service.running).to.equal(false);
    expect(() => service.privilegedStartService()).to.throw(PortTaken);
    endpoint.answer = undefined;
    void service.startService();
    expect(service.port).to.equal(endpoint.ports[0]);
  });

  it('fails the start with it where it comes later, and the others that start with it are stopped', () => {
    const { endpoint, service } = makeService({ failOnListenError: true });
    const later = endpoint.answerLater();
    const parent = new MultiService();
    const other = makeService();
    for (const child of [other.service, service]) parent.addService(child);
    const outcome = outcomeOf(parent.startService());
    expect(other.service.running).to.equal(true);
    later.errback(new PortTaken('taken'));
    expect(outcome.text).to.equal('taken');
    expect([parent.running, service.running, other.service.running]).to.deep.equal([false, false, false]);
    expect(other.endpoint.ports[0]!.stops).to.equal(1);
  });

  it('`stopService()` stops the port, and fires when that is closed', () => {
    const { endpoint, service } = makeService();
    void service.startService();
    const port = endpoint.ports[0]!;
    port.closed = new Deferred<void>();
    const outcomes = [service.stopService(), service.stopService()].map(outcomeOf);
    expect([port.stops, service.running, service.port]).to.deep.equal([1, false, undefined]);
    expect(outcomes.map(({ text }) => text)).to.deep.equal(['pending', 'pending']);
    port.closed.callback();
    expect(outcomes.map(({ text }) => text)).to.deep.equal(['fired', 'fired']);
  });

  it('`stopService()` cancels the listening that is under way, without a word', () => {
    const { endpoint, service } = makeService();
    endpoint.answerLater();
    void service.startService();
    expect(outcomeOf(service.stopService()).text).to.equal('fired');
    expect(endpoint.cancellations).to.equal(1);
  });

  it('`stopService()` fails the start that it cancels where `failOnListenError` is set', () => {
    const { endpoint, service } = makeService({ failOnListenError: true });
    endpoint.answerLater();
    let error: unknown;
    ensureDeferred(service.startService()).addErrback(({ value }) => void (error = value));
    expect(outcomeOf(service.stopService()).text).to.equal('fired');
    expect(error).to.be.instanceOf(CancelledError);
  });

  // Twisted: EndpointServiceTests.test_stopServiceCancelStartError
  it('logs once what cancelling fails with, unless it is a CancelledError', () => {
    const { endpoint, service } = makeService();
    const later: Deferred<IListeningPort> = new Deferred(() => later.errback(new PortTaken()));
    endpoint.answer = () => later;
    void service.startService();
    expect(outcomeOf(service.stopService()).text).to.equal('fired');
    expect(capture.flushErrors(PortTaken)).to.have.length(1);
  });

  it('stops the port of an endpoint that listens although it was cancelled', () => {
    const { endpoint, service } = makeService();
    const later: Deferred<IListeningPort> = new Deferred(() => later.callback(endpoint.makePort()));
    endpoint.answer = () => later;
    void service.startService();
    expect(outcomeOf(service.stopService()).text).to.equal('fired');
    expect(endpoint.ports[0]!.stops).to.equal(1);
  });

  it('listens again when it is started again, once the old port is closed', () => {
    const { endpoint, service } = makeService();
    void service.startService();
    endpoint.ports[0]!.closed = new Deferred<void>();
    void service.stopService();
    const outcome = outcomeOf(service.startService());
    expect([endpoint.factories.length, outcome.text]).to.deep.equal([1, 'pending']);
    endpoint.ports[0]!.closed.callback();
    expect([endpoint.factories.length, outcome.text]).to.deep.equal([2, 'fired']);
  });

  it('`stopService()` fails with what stopping the port failed with', () => {
    const { endpoint, service } = makeService();
    void service.startService();
    endpoint.ports[0]!.closed = fail(new Error('stopFactory threw'));
    expect(outcomeOf(service.stopService()).text).to.equal('stopFactory threw');
  });

  describe('with a grace period', () => {
    /** A running service, and some clients. */
    function serve(protocol: new () => Protocol, clients: number, gracePeriodMs = 5000) {
      const clock = new Clock();
      const { endpoint, service } = makeService(
        { gracePeriodMs, clock },
        Factory.forProtocol(protocol) as unknown as Factory<RecordingProtocol>,
      );
      void service.startService();
      const port: FakePort = endpoint.ports[0]!;
      const transports: FakeTransport[] = Array.from({ length: clients }, () => port.accept());
      return { clock, endpoint, port, service, transports };
    }

    it('waits until the connections have ended by themselves', () => {
      const { clock, port, service, transports } = serve(RecordingProtocol, 2);
      const outcome = outcomeOf(service.stopService());
      expect(port.stops).to.equal(1);
      transports[0]!.lose();
      expect(outcome.text).to.equal('pending');
      transports[1]!.lose();
      expect(outcome.text).to.equal('fired');
      expect(transports.some(({ disconnecting, aborting }) => disconnecting || aborting)).to.equal(false);
      expect(clock.getDelayedCalls()).to.deep.equal([]);
    });

    it('aborts those that are left at its end, and waits until they are lost', () => {
      const { clock, service, transports } = serve(RecordingProtocol, 3);
      transports[0]!.lose();
      const outcome = outcomeOf(service.stopService());
      clock.advance(4.999);
      expect(transports.map(({ aborting }) => aborting)).to.deep.equal([false, false, false]);
      clock.advance(0.001);
      expect(transports.map(({ aborting }) => aborting)).to.deep.equal([false, true, true]);
      expect(outcome.text).to.equal('pending');
      for (const transport of transports.slice(1)) transport.lose();
      expect(outcome.text).to.equal('fired');
      expect(capture.messages.at(-1)).to.match(/grace period of their server are aborted: 2$/);
    });

    it('fires at once where there is no connection, and leaves no timer', () => {
      const { clock, service } = serve(RecordingProtocol, 0);
      expect(outcomeOf(service.stopService()).text).to.equal('fired');
      expect(clock.getDelayedCalls()).to.deep.equal([]);
    });

    it('of 0 aborts at once, and tells nobody', () => {
      const { clock, service, transports } = serve(Leaver, 1, 0);
      const outcome = outcomeOf(service.stopService());
      expect([transports[0]!.aborting, transports[0]!.disconnecting]).to.deep.equal([true, false]);
      transports[0]!.lose();
      expect(outcome.text).to.equal('fired');
      expect(clock.getDelayedCalls()).to.deep.equal([]);
    });

    it('of Infinity has no end', () => {
      const { clock, service, transports } = serve(RecordingProtocol, 1, Infinity);
      const outcome = outcomeOf(service.stopService());
      expect([clock.getDelayedCalls().length, outcome.text]).to.deep.equal([0, 'pending']);
      transports[0]!.lose();
      expect(outcome.text).to.equal('fired');
    });

    it('is told to protocols that want to know: they end in their own way', () => {
      const { clock, service, transports } = serve(Leaver, 2);
      const outcome = outcomeOf(service.stopService());
      expect(transports.map(({ disconnecting }) => disconnecting)).to.deep.equal([true, true]);
      for (const transport of transports) transport.lose();
      expect(outcome.text).to.equal('fired');
      expect(clock.getDelayedCalls()).to.deep.equal([]);
    });

    it('has a signal that is aborted at its end, before the connection is', () => {
      const seen: unknown[] = [];
      class Patient extends Protocol implements IStoppingProtocol {
        serviceStopping(signal: AbortSignal): void {
          signal.addEventListener('abort', () => {
            seen.push(signal.aborted, (this.transport as unknown as FakeTransport).aborting);
          });
        }
      }
      const { clock, service, transports } = serve(Patient, 1);
      void service.stopService();
      expect(seen).to.deep.equal([]);
      clock.advance(5);
      expect(seen).to.deep.equal([true, false]);
      expect(transports[0]!.aborting).to.equal(true);
      transports[0]!.lose();
    });

    it('aborts the connection of a protocol that throws or rejects when it is told, and logs it once', async () => {
      class Thrower extends Protocol implements IStoppingProtocol {
        serviceStopping(): void {
          throw new PortTaken();
        }
      }
      class Rejecter extends Protocol implements IStoppingProtocol {
        async serviceStopping(): Promise<void> {
          await Promise.reject(new PortTaken());
        }
      }
      for (const protocol of [Thrower, Rejecter]) {
        const { service, transports } = serve(protocol, 1);
        const outcome = outcomeOf(service.stopService());
        await new Promise((resolve) => setImmediate(resolve));
        expect(transports[0]!.aborting).to.equal(true);
        expect(capture.flushErrors(PortTaken)).to.have.length(1);
        transports[0]!.lose();
        expect(outcome.text).to.equal('fired');
      }
    });

    it('covers connections that come while the port is closing', () => {
      const { clock, port, service } = serve(Leaver, 0);
      port.closed = new Deferred<void>();
      const outcome = outcomeOf(service.stopService());
      const late = port.accept();
      expect(late.disconnecting).to.equal(true);
      clock.advance(5);
      const tooLate = port.accept();
      expect(tooLate.aborting).to.equal(true);
      port.closed.callback();
      expect(outcome.text).to.equal('pending');
      late.lose();
      tooLate.lose();
      expect(outcome.text).to.equal('fired');
    });

    it('lets the next run begin while old connections are ending, and stopping that waits for these, too', () => {
      const { endpoint, service, transports } = serve(RecordingProtocol, 1);
      const first = outcomeOf(service.stopService());
      expect(outcomeOf(service.startService()).text).to.equal('fired');
      expect(endpoint.ports).to.have.length(2);
      const second = outcomeOf(service.stopService());
      expect([first.text, second.text]).to.deep.equal(['pending', 'pending']);
      transports[0]!.lose();
      expect([first.text, second.text]).to.deep.equal(['fired', 'fired']);
    });

    it('passes everything on to the protocols, half-closes exactly where they know them', () => {
      const { port } = serve(RecordingHalfCloseProtocol, 0);
      const built = port.factory.buildProtocol(port.getHost()) as RecordingHalfCloseProtocol & {
        protocol: RecordingHalfCloseProtocol;
      };
      void built.dataReceived(Buffer.from('hello'));
      void built.readConnectionLost();
      void built.writeConnectionLost();
      expect(built.protocol.events).to.deep.equal(['data', 'readLost', 'writeLost']);
      expect(built.protocol.received.toString()).to.equal('hello');
      expect(built.logPrefix()).to.equal('RecordingHalfCloseProtocol');
      const plain = serve(RecordingProtocol, 0).port.factory.buildProtocol(port.getHost());
      expect(plain).not.to.have.any.keys('readConnectionLost', 'writeConnectionLost');
      expect('readConnectionLost' in plain!).to.equal(false);
    });

    it('must not be negative', () => {
      expect(() => makeService({ gracePeriodMs: -1 })).to.throw(
        RangeError,
        'gracePeriodMs must be 0 or more',
      );
    });
  });
});

class Leaver extends Protocol implements IStoppingProtocol {
  serviceStopping(): void {
    this.transport.loseConnection();
  }
}
