import { inspect } from 'node:util';
import { expect } from 'chai';
import { expectTypeOf } from 'expect-type';
import { ClientService, type ClientServiceOptions, backoffPolicy } from '../../src/application/index.js';
import { clientMachine } from '../../src/application/client-machine.js';
import { CancelledError, Deferred, fail, flushUnhandledErrors } from '../../src/defer/index.js';
import { ConnectionDone } from '../../src/errors/index.js';
import { ClientFactory, Factory } from '../../src/protocols/index.js';
import { RecordingHalfCloseProtocol, RecordingProtocol } from '../../src/testing/conformance/index.js';
import { LogCapture } from '../../src/testing/index.js';
import { Clock } from '../../src/time/index.js';
import { FakeClientEndpoint } from './fake-endpoints.js';
import { outcomeOf } from './recording-service.js';

class CountingFactory extends Factory<RecordingProtocol> {
  override protocol = RecordingProtocol;
  override noisy = false;
}

/** Waits of 10, 20, 30 s. */
const retryPolicy = (failedAttempts: number): number => failedAttempts * 10;

function makeService(options: ClientServiceOptions<RecordingProtocol> = {}) {
  const clock = new Clock();
  const endpoint = new FakeClientEndpoint();
  const factory = new CountingFactory();
  const service = new ClientService(endpoint, factory, { clock, retryPolicy, ...options });
  return { clock, endpoint, factory, service };
}

type Made = ReturnType<typeof makeService>;

/** The protocol that a Deferred of `whenConnected` has fired with. */
function protocolOf(connected: Deferred<RecordingProtocol>): RecordingProtocol | undefined {
  let protocol: RecordingProtocol | undefined;
  connected.addCallback((result) => (protocol = result));
  return protocol;
}

/** The error that a Deferred has failed with. */
function errorOf(deferred: Deferred<unknown>): unknown {
  let error: unknown;
  deferred.addErrback(({ value }) => void (error = value));
  return error;
}

describe('ClientService', () => {
  let capture: LogCapture;
  const services: Made[] = [];

  function make(options?: ClientServiceOptions<RecordingProtocol>): Made {
    const made = makeService(options);
    services.push(made);
    return made;
  }

  function makeConnected(options?: ClientServiceOptions<RecordingProtocol>): Made {
    const made = make(options);
    made.service.startService();
    made.endpoint.last.succeed();
    return made;
  }

  beforeEach(() => {
    capture = new LogCapture();
  });

  // Every test ends with a service that can be stopped, and that leaves nothing then.
  afterEach(() => {
    for (const { clock, endpoint, service } of services.splice(0)) {
      const stopped = outcomeOf(service.stopService());
      if (stopped.text === 'pending') endpoint.last.transport.lose();
      expect(stopped.text).to.equal('fired');
      expect(clock.getDelayedCalls()).to.deep.equal([]);
    }
    capture[Symbol.dispose]();
    expect(capture.errors).to.deep.equal([]);
    expect(flushUnhandledErrors().map(String)).to.deep.equal([]);
  });

  describe('connecting', () => {
    // Twisted: ClientServiceTests.test_startService
    it('begins one attempt when it starts', () => {
      const { endpoint, service } = make();
      service.startService();
      expect([endpoint.attempts.length, service.running, service.state]).to.deep.equal([
        1,
        true,
        'connecting',
      ]);
    });

    // Twisted: ClientServiceTests.test_startStopFactory
    it('passes `doStart()` and `doStop()` on to the factory', () => {
      const { endpoint, factory, service } = make();
      service.startService();
      const { factory: given } = endpoint.last;
      expect(given).not.to.equal(factory);
      given.doStart();
      expect(factory.numPorts).to.equal(1);
      given.doStop();
      expect(factory.numPorts).to.equal(0);
      expect(given.logPrefix?.()).to.equal('CountingFactory');
    });

    // Twisted: ClientServiceTests.test_clientConnected
    it('hands the protocol out, and leaves no timer', () => {
      const { clock, endpoint, service } = makeConnected();
      const protocol = protocolOf(service.whenConnected());
      expect(protocol).to.be.instanceOf(RecordingProtocol);
      expect(protocol?.transport).to.equal(endpoint.last.transport);
      expect(clock.getDelayedCalls()).to.deep.equal([]);
    });

    // Twisted: ClientServiceTests.test_interfacesForTransport
    it('shows the reactor whether the protocol knows half-closes, and passes everything on', () => {
      const { endpoint, factory, service } = make();
      service.startService();
      factory.protocol = RecordingHalfCloseProtocol;
      const given = endpoint.last.succeed().protocol as RecordingHalfCloseProtocol;
      void given.dataReceived(Buffer.from('x'));
      void given.readConnectionLost();
      void given.writeConnectionLost();
      expect(protocolOf(service.whenConnected())?.events).to.deep.equal([
        ...['made', 'data', 'readLost', 'writeLost'],
      ]);
      const plain = makeConnected();
      expect('readConnectionLost' in plain.endpoint.last.protocol!).to.equal(false);
    });

    // Twisted: ClientServiceTests.test_startTwice
    it('logs a second start, and makes no second attempt', () => {
      const { endpoint, service } = make();
      service.startService();
      service.startService();
      expect(capture.messages.join()).to.match(
        /Duplicate ClientService.startService <ClientService, running>/,
      );
      expect(endpoint.attempts).to.have.length(1);
    });

    it('refuses a factory with hooks that nobody would call', () => {
      class Hopeful extends ClientFactory {
        override clientConnectionLost(): void {}
      }
      expect(() => new ClientService(new FakeClientEndpoint(), new Hopeful())).to.throw(
        TypeError,
        'clientConnectionLost',
      );
    });

    it("knows the type of the factory's protocols", () => {
      const { service } = make();
      expectTypeOf<ReturnType<typeof service.whenConnected>>().toEqualTypeOf<Deferred<RecordingProtocol>>();
      expectTypeOf(
        new ClientService(new FakeClientEndpoint(), Factory.forProtocol(RecordingProtocol)),
      ).toExtend<ClientService<RecordingProtocol>>();
      expect(service.state).to.equal('initial');
    });
  });

  describe('connecting again', () => {
    // Twisted: ClientServiceTests.test_clientConnectionFailed
    it('makes another attempt after a delay when one has failed', () => {
      const { clock, endpoint, service } = make({ retryPolicy: backoffPolicy() });
      service.startService();
      endpoint.last.fail();
      expect([endpoint.attempts.length, service.state]).to.deep.equal([1, 'waiting']);
      clock.advance(100);
      expect(endpoint.attempts).to.have.length(2);
    });

    it('waits as long as the policy says, which counts failures since the last connection', () => {
      const { clock, endpoint, service } = make();
      service.startService();
      for (const delay of [10, 20, 30]) {
        endpoint.last.fail();
        clock.advance(delay - 0.5);
        expect(service.state).to.equal('waiting');
        clock.advance(0.5);
        expect(service.state).to.equal('connecting');
      }
      endpoint.last.succeed().transport.lose();
      clock.advance(10);
      expect(endpoint.attempts).to.have.length(5);
    });

    it('connects again when the connection is lost', () => {
      const { clock, endpoint, service } = makeConnected();
      const first = protocolOf(service.whenConnected());
      endpoint.last.transport.lose();
      expect([first?.lost, service.state]).to.deep.equal([true, 'waiting']);
      const next = service.whenConnected();
      expect(protocolOf(next)).to.equal(undefined);
      clock.advance(10);
      endpoint.last.succeed();
      expect(protocolOf(next)).to.be.instanceOf(RecordingProtocol).and.not.equal(first);
    });

    it('logs a policy that throws or gives no time, and waits as long as the usual one says', () => {
      for (const policy of [() => NaN, () => -1, () => Promise.reject.call(undefined as never) as never]) {
        const { clock, endpoint, service } = make({ retryPolicy: policy });
        service.startService();
        endpoint.last.fail();
        expect(capture.flushErrors()).to.have.length(1);
        clock.advance(2.5);
        expect(endpoint.attempts).to.have.length(2);
      }
    });

    it('tells by events how it goes', () => {
      const { clock, endpoint, service } = make();
      const seen: unknown[] = [];
      service.events.on('connecting', () => seen.push('connecting'));
      service.events.on('connected', (protocol) => seen.push(protocol.constructor.name));
      service.events.on('connectionFailed', ({ value }) => seen.push((value as Error).message));
      service.events.on('connectionLost', ({ value }) => seen.push((value as Error).constructor));
      service.events.on('waiting', (delay) => seen.push(delay));
      service.startService();
      endpoint.last.fail();
      clock.advance(10);
      endpoint.last.succeed().transport.lose();
      expect(seen).to.deep.equal([
        ...['connecting', 10, 'refused', 'connecting', 'RecordingProtocol', ConnectionDone, 10],
      ]);
    });
  });

  describe('`whenConnected()`', () => {
    // Twisted: ClientServiceTests.test_whenConnectedLater
    it('fires for all who wait with the same protocol', () => {
      const { endpoint, service } = make();
      const waiting = [service.whenConnected()];
      service.startService();
      waiting.push(service.whenConnected(), service.whenConnected());
      endpoint.last.succeed();
      const protocols = waiting.map(protocolOf);
      expect(protocols[0]).to.be.instanceOf(RecordingProtocol);
      expect(new Set(protocols).size).to.equal(1);
    });

    // Twisted: ClientServiceTests.test_whenConnectedFails
    it('fails with the n-th failure from now on, and without n goes on waiting', () => {
      const { clock, endpoint, service } = make();
      service.startService();
      const [never, first, second] = [undefined, 1, 2].map((failAfterFailures) =>
        outcomeOf(service.whenConnected(failAfterFailures === undefined ? {} : { failAfterFailures })),
      );
      endpoint.last.fail(new Error('one'));
      const later = outcomeOf(service.whenConnected({ failAfterFailures: 1 }));
      const texts = (): unknown[] => [never, first, second, later].map((outcome) => outcome?.text);
      expect(texts()).to.deep.equal(['pending', 'one', 'pending', 'pending']);
      clock.advance(10);
      endpoint.last.fail(new Error('two'));
      expect(texts()).to.deep.equal(['pending', 'one', 'two', 'two']);
      clock.advance(20);
      endpoint.last.succeed();
      expect(texts()).to.deep.equal(['fired', 'one', 'two', 'two']);
    });

    it('takes no n that is not a whole number from 1', () => {
      const { service } = make();
      for (const failAfterFailures of [0, 1.5, NaN]) {
        expect(() => service.whenConnected({ failAfterFailures })).to.throw(RangeError, 'failAfterFailures');
      }
    });

    it('can be cancelled, by a signal too: the attempt goes on', () => {
      const { endpoint, service } = make();
      service.startService();
      const controller = new AbortController();
      const [cancelled, aborted] = [
        service.whenConnected(),
        service.whenConnected({ signal: controller.signal }),
      ];
      cancelled.cancel();
      const reason = new Error('enough');
      controller.abort(reason);
      expect(errorOf(cancelled)).to.be.instanceOf(CancelledError);
      expect(errorOf(aborted)).to.be.instanceOf(CancelledError).and.include({ cause: reason });
      endpoint.last.succeed();
      expect(service.state).to.equal('connected');
    });

    // Twisted: ClientServiceTests.test_whenConnectedStopService
    it('fails with a CancelledError when the service is stopped', () => {
      const { service } = make();
      service.startService();
      const waiting = [service.whenConnected(), service.whenConnected({ failAfterFailures: 1 })];
      void service.stopService();
      for (const deferred of waiting) expect(errorOf(deferred)).to.be.instanceOf(CancelledError);
    });

    it('fails for who waits for a service that is stopped without ever having been started', () => {
      const { service } = make();
      const waiting = service.whenConnected();
      expect(outcomeOf(service.stopService()).text).to.equal('fired');
      expect(errorOf(waiting)).to.be.instanceOf(CancelledError);
    });
  });

  describe('stopping', () => {
    // Twisted: ClientServiceTests.test_stopServiceWhileConnected
    it('while connected loses the connection, and waits until it is lost', () => {
      const { endpoint, service } = makeConnected();
      const stopped = outcomeOf(service.stopService());
      expect([endpoint.last.transport.disconnecting, stopped.text]).to.deep.equal([true, 'pending']);
      endpoint.last.transport.lose();
      expect([stopped.text, service.running, service.state]).to.deep.equal(['fired', false, 'stopped']);
    });

    it('aborts a connection that outlasts the grace period', () => {
      const { clock, endpoint, service } = makeConnected({ gracePeriodMs: 1500 });
      void service.stopService();
      clock.advance(1.4);
      expect(endpoint.last.transport.aborting).to.equal(false);
      clock.advance(0.1);
      expect(endpoint.last.transport.aborting).to.equal(true);
      endpoint.last.transport.lose();
      const quick = makeConnected({ gracePeriodMs: 1500 });
      void quick.service.stopService();
      quick.endpoint.last.transport.lose();
      expect(quick.clock.getDelayedCalls()).to.deep.equal([]);
      expect(() => makeService({ gracePeriodMs: NaN })).to.throw(RangeError, 'gracePeriodMs');
    });

    // Twisted: ClientServiceTests.test_clientConnectionLostWhileStopping
    it('has ended when the connection is lost; who asks for it then gets a CancelledError', () => {
      const { clock, endpoint, service } = makeConnected();
      const stopped = outcomeOf(service.stopService());
      endpoint.last.transport.lose();
      expect(stopped.text).to.equal('fired');
      expect(errorOf(service.whenConnected())).to.be.instanceOf(CancelledError);
      expect(clock.getDelayedCalls()).to.deep.equal([]);
    });

    // Twisted: ClientServiceTests.test_stopServiceWhileConnecting
    it('while connecting cancels the attempt', () => {
      const { clock, endpoint, service } = make();
      service.startService();
      const stopped = outcomeOf(service.stopService());
      expect([endpoint.last.cancelled, stopped.text]).to.deep.equal([true, 'fired']);
      expect(clock.getDelayedCalls()).to.deep.equal([]);
    });

    // Twisted: ClientServiceTests.test_stopServiceWhileRetrying
    it('during a later attempt ends with that; no more follow', () => {
      const { clock, endpoint, service } = make();
      service.startService();
      endpoint.last.fail();
      clock.advance(10);
      const stopped = outcomeOf(service.stopService());
      expect(stopped.text).to.equal('fired');
      clock.advance(1000);
      expect(endpoint.attempts).to.have.length(2);
    });

    // Twisted: ClientServiceTests.test_retryCancelled, ClientServiceTests.test_whenConnectedErrbacksOnStopService
    it('between attempts cancels the next one, and fires at once', () => {
      const { clock, endpoint, service } = make();
      service.startService();
      endpoint.last.fail();
      const before = service.whenConnected();
      expect(clock.getDelayedCalls()).to.have.length(1);
      expect(outcomeOf(service.stopService()).text).to.equal('fired');
      expect(clock.getDelayedCalls()).to.deep.equal([]);
      for (const waiting of [before, service.whenConnected()]) {
        expect(errorOf(waiting)).to.be.instanceOf(CancelledError);
      }
    });

    // Twisted: ClientServiceTests.test_stopServiceWhileDisconnecting
    it('twice gives two Deferreds that fire when the connection is lost', () => {
      const { endpoint, service } = makeConnected();
      const outcomes = [service.stopService(), service.stopService()].map(outcomeOf);
      expect(outcomes.map(({ text }) => text)).to.deep.equal(['pending', 'pending']);
      endpoint.last.transport.lose();
      expect(outcomes.map(({ text }) => text)).to.deep.equal(['fired', 'fired']);
    });

    // Twisted: ClientServiceTests.test_stopServiceOnStoppedService
    it('once it is stopped fires at once', () => {
      const { endpoint, service } = makeConnected();
      void service.stopService();
      endpoint.last.transport.lose();
      expect(outcomeOf(service.stopService()).text).to.equal('fired');
    });

    it('aborts the connection of an endpoint that connects although it was cancelled', () => {
      const { endpoint, service } = make();
      endpoint.cancels = false;
      service.startService();
      const attempt = endpoint.last;
      expect(outcomeOf(service.stopService()).text).to.equal('fired');
      attempt.transport.connect(attempt.factory.buildProtocol(attempt.transport.getPeer())!);
      expect(attempt.transport.aborting).to.equal(true);
      attempt.transport.lose();
      expect(service.state).to.equal('stopped');
    });

    it('may be asked for inside the callbacks of `whenConnected()`', () => {
      const { endpoint, service } = make();
      service.startService();
      const stopped = service.whenConnected().addCallback(() => service.stopService());
      endpoint.last.succeed();
      expect([service.state, endpoint.last.transport.disconnecting]).to.deep.equal(['disconnecting', true]);
      endpoint.last.transport.lose();
      expect(outcomeOf(stopped).text).to.equal('fired');
    });
  });

  describe('starting again', () => {
    // Twisted: ClientServiceTests.test_startServiceWaitsForDisconnect
    it('waits until the old connection is lost', () => {
      const { endpoint, factory, service } = makeConnected();
      const built: unknown[] = [endpoint.last.protocol];
      void service.stopService();
      service.startService();
      expect([endpoint.attempts.length, service.state]).to.deep.equal([1, 'restarting']);
      endpoint.last.transport.lose();
      expect(endpoint.attempts).to.have.length(2);
      built.push(endpoint.last.succeed().protocol);
      expect(new Set(built).size).to.equal(2);
      expect(factory.numPorts).to.equal(0);
    });

    // Twisted: ClientServiceTests.test_startServiceWhileStopping
    it('while stopping: the stop still fires, and then a new attempt serves who waits', () => {
      const { endpoint, service } = makeConnected();
      const stopped = outcomeOf(service.stopService());
      service.startService();
      const waiting = service.whenConnected();
      expect(stopped.text).to.equal('pending');
      endpoint.last.transport.lose();
      expect([stopped.text, protocolOf(waiting)]).to.deep.equal(['fired', undefined]);
      endpoint.last.succeed();
      expect(protocolOf(waiting)).to.be.instanceOf(RecordingProtocol);
    });

    it('while stopping, and stopping once more: who waits gets a CancelledError', () => {
      const { endpoint, service } = makeConnected();
      const first = outcomeOf(service.stopService());
      service.startService();
      const waiting = service.whenConnected();
      const second = outcomeOf(service.stopService());
      expect(errorOf(waiting)).to.be.instanceOf(CancelledError);
      endpoint.last.transport.lose();
      expect([first.text, second.text, endpoint.attempts.length]).to.deep.equal(['fired', 'fired', 1]);
    });

    // Twisted: ClientServiceTests.test_startServiceWhileStopped
    it('when it is stopped works again', () => {
      const { endpoint, service } = makeConnected();
      void service.stopService();
      endpoint.last.transport.lose();
      expect(errorOf(service.whenConnected())).to.be.instanceOf(CancelledError);
      service.startService();
      const waiting = service.whenConnected();
      endpoint.last.succeed();
      expect(protocolOf(waiting)).to.be.instanceOf(RecordingProtocol);
    });
  });

  describe('`prepareConnection`', () => {
    // Twisted: ClientServiceTests.test_prepareConnectionCalledWhenServiceStarts, ClientServiceTests.test_prepareConnectionCalledWithProtocol
    // Twisted: ClientServiceTests.test_prepareConnectionCalledOnReconnect, ClientServiceTests.test_prepareConnectionReturnValueIgnored
    it('is called with the protocol of each connection; what it returns is of no account', () => {
      const prepared: RecordingProtocol[] = [];
      const { clock, endpoint, service } = makeConnected({
        prepareConnection: (protocol) => prepared.push(protocol),
      });
      const first = protocolOf(service.whenConnected());
      expect(prepared).to.deep.equal([first]);
      expect(first).to.be.instanceOf(RecordingProtocol);
      endpoint.last.transport.lose();
      clock.advance(10);
      endpoint.last.succeed();
      expect(prepared).to.deep.equal([first, protocolOf(service.whenConnected())]);
    });

    it('is waited for', () => {
      const preparing = new Deferred<void>();
      const { endpoint, service } = makeConnected({ prepareConnection: () => preparing });
      const connected = service.whenConnected();
      expect([protocolOf(connected), service.state]).to.deep.equal([undefined, 'connecting']);
      preparing.callback();
      expect(protocolOf(connected)?.transport).to.equal(endpoint.last.transport);
    });

    // Twisted: ClientServiceTests.test_prepareConnectionThrows
    it('that fails makes a failed attempt: the connection is aborted, and the next attempt follows its loss', () => {
      const refusal = new Error('wrong password');
      let prepared = 0;
      const { clock, endpoint, service } = make({
        prepareConnection: () => {
          prepared += 1;
          if (prepared === 1) throw refusal;
          return prepared === 2 ? fail(refusal) : undefined;
        },
      });
      service.startService();
      const never = service.whenConnected();
      for (const delay of [10, 20]) {
        const waiting = service.whenConnected({ failAfterFailures: 1 });
        endpoint.last.succeed();
        expect([endpoint.last.transport.aborting, service.state]).to.deep.equal([true, 'connecting']);
        endpoint.last.transport.lose();
        expect(errorOf(waiting)).to.equal(refusal);
        clock.advance(delay);
      }
      endpoint.last.succeed();
      expect(protocolOf(never)).to.be.instanceOf(RecordingProtocol);
    });

    it('is given up when the connection is lost meanwhile: the attempt fails with the reason of that', () => {
      let cancelled = 0;
      const { endpoint, service } = make({ prepareConnection: () => new Deferred(() => (cancelled += 1)) });
      service.startService();
      const waiting = service.whenConnected({ failAfterFailures: 1 });
      const reason = new Error('reset');
      endpoint.last.succeed().transport.lose(reason);
      expect([errorOf(waiting), cancelled, service.state]).to.deep.equal([reason, 1, 'waiting']);
    });

    it('that loses the connection itself has failed', () => {
      const { endpoint, service } = make({
        prepareConnection: () => endpoint.last.transport.lose(),
      });
      service.startService();
      const waiting = service.whenConnected({ failAfterFailures: 1 });
      endpoint.last.succeed();
      expect(errorOf(waiting)).to.be.instanceOf(ConnectionDone);
    });

    it('is given up by a stop, which waits until the connection is lost', () => {
      const { endpoint, service } = makeConnected({ prepareConnection: () => new Deferred() });
      const waiting = service.whenConnected();
      const stopped = outcomeOf(service.stopService());
      expect(errorOf(waiting)).to.be.instanceOf(CancelledError);
      expect([endpoint.last.transport.aborting, stopped.text]).to.deep.equal([true, 'pending']);
      endpoint.last.transport.lose();
      expect(stopped.text).to.equal('fired');
    });
  });

  describe('its table', () => {
    it('knows for every state what a start and a stop do there, and every state can be reached', () => {
      const rows = Object.values(clientMachine);
      for (const row of rows) expect(row).to.include.keys('start', 'stop');
      const reached = new Set(rows.flatMap((row) => Object.values(row)).map(({ to }) => to));
      expect([...reached, 'initial'].sort()).to.deep.equal(Object.keys(clientMachine).sort());
    });

    it('goes on trying in no state but those of a running service', () => {
      for (const state of ['disconnecting', 'stopped', 'initial'] as const) {
        const row = clientMachine[state];
        for (const [event, { actions }] of Object.entries(row)) {
          if (event === 'start') continue;
          expect(actions, `${state}, ${event}`).not.to.include.members(['connect']);
          expect(actions, `${state}, ${event}`).not.to.include.members(['scheduleRetry']);
        }
      }
    });
  });

  it('tells in one line what it does and how many wait for the connection', () => {
    const { service } = makeService();
    expect(inspect(service)).to.equal('<ClientService, not running, initial>');
    const asked = service.whenConnected();
    service.startService();
    expect(inspect(service)).to.equal('<ClientService, running, connecting, asked for by: 1>');
    asked.addErrback((failure) => void failure.trap(CancelledError));
    void service.stopService();
    expect(inspect(service)).to.equal('<ClientService, not running, stopped>');
  });
});
