import { expect } from 'chai';
import { MultiService, ServiceStopError } from '../../src/application/index.js';
import {
  CancelledError,
  Deferred,
  type Failure,
  ensureDeferred,
  fail,
  flushUnhandledErrors,
} from '../../src/defer/index.js';
import { LogCapture } from '../../src/testing/index.js';
import { RecordingService, outcomeOf } from './recording-service.js';

/** A collection of recording services, and what they were told. */
function makeServices(...names: string[]) {
  const events: string[] = [];
  const multi = new MultiService();
  const services = names.map((name) => new RecordingService(name, events));
  for (const service of services) multi.addService(service);
  return { multi, events, services };
}

/** Fails with the error that `services` was told to stop with. */
function stopErrorOf(multi: MultiService): ServiceStopError {
  let found: unknown;
  ensureDeferred(multi.stopService()).addErrback(({ value }) => void (found = value));
  expect(found).to.be.instanceOf(ServiceStopError);
  return found as ServiceStopError;
}

describe('MultiService', () => {
  afterEach(() => {
    expect(flushUnhandledErrors().map(String)).to.deep.equal([]);
  });

  describe('its services', () => {
    // Twisted: ServiceTests.testNamedChild
    it('are found by their names', () => {
      const { multi, services } = makeServices('hello', 'world');
      expect(multi.getServiceNamed('hello')).to.equal(services[0]);
      expect(() => multi.getServiceNamed('nobody')).to.throw(RangeError, 'has no service named nobody');
    });

    it('have different names: a second one of the same name is refused', () => {
      const { multi } = makeServices('web');
      expect(() => multi.addService(new RecordingService('web'))).to.throw(Error, 'named web already');
      expect(multi.services).to.have.length(1);
      multi.removeService(multi.getServiceNamed('web'));
      multi.addService(new RecordingService('web'));
      expect(multi.services).to.have.length(1);
    });

    it('come and go by `addService()` and `removeService()` as well, which tell them of their parent', () => {
      const { multi, services } = makeServices('a');
      expect(services[0]!.parent).to.equal(multi);
      multi.addService(services[0]!);
      expect(multi.services).to.have.length(1);
      multi.removeService(services[0]!);
      expect(services[0]!.parent).to.equal(undefined);
      expect(() => multi.removeService(services[0]!)).to.throw(RangeError, "a isn't a part of");
    });
  });

  describe('starting and stopping', () => {
    // Twisted: ServiceTests.testRunningChildren1
    it('starts and stops its services with itself', () => {
      const { multi, services } = makeServices('a');
      void multi.startService();
      expect([multi.running, services[0]!.running]).to.deep.equal([true, true]);
      void multi.stopService();
      expect([multi.running, services[0]!.running]).to.deep.equal([false, false]);
    });

    // Twisted: ServiceTests.testPrivileged
    it('passes `privilegedStartService()` on, and does not run by that', () => {
      const { multi, events } = makeServices('a', 'b');
      void multi.privilegedStartService();
      expect(events).to.deep.equal(['privileged a', 'privileged b']);
      expect(multi.running).to.equal(false);
      void multi.startService();
      expect(events.slice(2)).to.deep.equal(['start a', 'start b']);
    });

    it('starts in the order of adding, and stops all at once in the reverse order', () => {
      const { multi, events, services } = makeServices('a', 'b', 'c');
      void multi.startService();
      const stopped = new Deferred<void>();
      services[1]!.onStop = () => stopped;
      const outcome = outcomeOf(multi.stopService());
      expect(events).to.deep.equal(['start a', 'start b', 'start c', 'stop c', 'stop b', 'stop a']);
      expect(outcome.text).to.equal('pending');
      stopped.callback();
      expect(outcome.text).to.equal('fired');
    });

    it('starts each service when the one before has started', async () => {
      const { multi, events, services } = makeServices('a', 'b', 'c');
      const started = new Deferred<void>();
      services[0]!.onStart = () => started;
      services[1]!.onStart = () => Promise.resolve();
      const outcome = outcomeOf(multi.startService());
      expect(events).to.deep.equal(['start a']);
      started.callback();
      expect([events, outcome.text]).to.deep.equal([['start a', 'start b'], 'pending']);
      await multi.startService();
      expect([events, outcome.text]).to.deep.equal([['start a', 'start b', 'start c'], 'fired']);
    });

    it('starts thousands of services without a deep stack', () => {
      const { multi, services } = makeServices(...Array.from({ length: 20_000 }, (_, i) => String(i)));
      expect(outcomeOf(multi.startService()).text).to.equal('fired');
      expect(services.every(({ running }) => running)).to.equal(true);
    });

    it('does nothing if it is started twice, or stopped without having been started', () => {
      const { multi, events } = makeServices('a');
      expect(outcomeOf(multi.stopService()).text).to.equal('fired');
      expect(events).to.deep.equal([]);
      void multi.startService();
      void multi.startService();
      expect(events).to.deep.equal(['start a']);
    });

    it('gives who stops it a second time the same answer', () => {
      const { multi, events, services } = makeServices('a');
      void multi.startService();
      const stopped = new Deferred<void>();
      services[0]!.onStop = () => stopped;
      const outcomes = [multi.stopService(), multi.stopService()].map(outcomeOf);
      expect(events).to.deep.equal(['start a', 'stop a']);
      expect(outcomes.map(({ text }) => text)).to.deep.equal(['pending', 'pending']);
      stopped.callback();
      expect(outcomes.map(({ text }) => text)).to.deep.equal(['fired', 'fired']);
    });

    it('waits for the end of a stop before it starts again', () => {
      const { multi, events, services } = makeServices('a');
      void multi.startService();
      const stopped = new Deferred<void>();
      services[0]!.onStop = () => stopped;
      void multi.stopService();
      const outcome = outcomeOf(multi.startService());
      expect(events).to.deep.equal(['start a', 'stop a']);
      stopped.callback();
      expect(events).to.deep.equal(['start a', 'stop a', 'start a']);
      expect(outcome.text).to.equal('fired');
    });

    it('can be a part of another one', () => {
      const { multi, events } = makeServices('a', 'b');
      const outer = new MultiService();
      outer.addService(multi);
      void outer.privilegedStartService();
      void outer.startService();
      void outer.stopService();
      expect(events).to.deep.equal([
        ...['privileged a', 'privileged b', 'start a', 'start b', 'stop b', 'stop a'],
      ]);
    });
  });

  describe('services that come and go while it runs', () => {
    // Twisted: ServiceTests.testAddingIntoRunning
    it('are started, and stopped when they leave', () => {
      const { multi, events } = makeServices();
      void multi.startService();
      const service = new RecordingService('late', events);
      service.setServiceParent(multi);
      expect(service.running).to.equal(true);
      service.disownServiceParent();
      expect(service.running).to.equal(false);
      expect(events).to.deep.equal(['privileged late', 'start late', 'stop late']);
    });

    it('leave again if they fail to start', () => {
      const { multi, events } = makeServices('a');
      void multi.startService();
      const late = new RecordingService('late', events);
      late.onStart = () => {
        throw new Error('no');
      };
      expect(() => multi.addService(late)).to.throw('no');
      expect([multi.running, multi.services.length, late.parent]).to.deep.equal([true, 1, undefined]);
      expect(events).to.deep.equal(['start a', 'privileged late', 'start late', 'stop late']);
    });

    it('may be added by one that is starting, and are started once', () => {
      const { multi, events, services } = makeServices('a', 'b');
      services[0]!.onStart = () => void multi.addService(new RecordingService('c', events));
      void multi.startService();
      expect(events).to.deep.equal(['start a', 'privileged c', 'start c', 'start b']);
    });

    it('may be removed while they are starting: the others go on', () => {
      const { multi, events, services } = makeServices('a', 'b');
      const starting = new Deferred<void>();
      services[0]!.onStart = () => starting;
      services[0]!.onStop = () => starting.cancel();
      const outcome = outcomeOf(multi.startService());
      services[0]!.disownServiceParent();
      expect(events).to.deep.equal(['start a', 'stop a', 'start b']);
      expect(outcome.text).to.equal('fired');
    });
  });

  describe('a start that fails', () => {
    const thrower = (message: string) => () => {
      throw new Error(message);
    };

    it('stops what has started, in the reverse order, and leaves the rest alone', () => {
      const { multi, events, services } = makeServices('a', 'b', 'c', 'd');
      services[2]!.onStart = thrower('no');
      expect(() => multi.startService()).to.throw('no');
      expect(events).to.deep.equal(['start a', 'start b', 'start c', 'stop c', 'stop b', 'stop a']);
      expect([multi, ...services].filter(({ running }) => running)).to.deep.equal([]);
    });

    it('undoes the privileged part of those that were still to start', () => {
      const { multi, events, services } = makeServices('a', 'b');
      services[0]!.onStart = thrower('no');
      void multi.privilegedStartService();
      expect(() => multi.startService()).to.throw('no');
      expect(events).to.deep.equal(['privileged a', 'privileged b', 'start a', 'stop b', 'stop a']);
    });

    it('undoes what was done if the privileged part itself fails', () => {
      const { multi, events, services } = makeServices('a', 'b', 'c');
      services[1]!.onPrivileged = () => fail(new Error('port 80 is taken'));
      expect(() => multi.privilegedStartService()).to.throw('port 80 is taken');
      expect(events).to.deep.equal(['privileged a', 'privileged b', 'stop b', 'stop a']);
    });

    it('fails when the others have stopped, with the first error', () => {
      using capture = new LogCapture();
      const { multi, services } = makeServices('a', 'b', 'c');
      const [starting, stopped] = [new Deferred<void>(), new Deferred<void>()];
      services[0]!.onStop = () => stopped;
      services[1]!.onStop = thrower('nor stop');
      services[2]!.onStart = () => starting;
      const outcome = outcomeOf(multi.startService());
      starting.errback(new Error('cannot start'));
      expect([outcome.text, multi.running]).to.deep.equal(['pending', false]);
      stopped.callback();
      expect(outcome.text).to.equal('cannot start');
      expect(capture.flushErrors(ServiceStopError)).to.have.length(1);
      expect(capture.errors).to.deep.equal([]);
    });

    it('can be tried again', () => {
      const { multi, events, services } = makeServices('a', 'b');
      services[1]!.onStart = thrower('no');
      expect(() => multi.startService()).to.throw('no');
      services[1]!.onStart = () => {};
      events.length = 0;
      expect(outcomeOf(multi.startService()).text).to.equal('fired');
      expect(events).to.deep.equal(['start a', 'start b']);
      expect(services.every(({ running }) => running)).to.equal(true);
    });
  });

  describe('a stop while it is starting', () => {
    it('calls the start off, and waits for the service that is in the middle of it', () => {
      const { multi, events, services } = makeServices('a', 'b', 'c');
      const starting = new Deferred<void>();
      services[1]!.onStart = () => starting;
      const started = outcomeOf(multi.startService());
      const stopped = outcomeOf(multi.stopService());
      expect(events).to.deep.equal(['start a', 'start b', 'stop b', 'stop a']);
      expect([started.text, stopped.text]).to.deep.equal(['pending', 'pending']);
      starting.callback();
      expect(started.text).to.match(/was stopped while it was starting/);
      expect(stopped.text).to.equal('fired');
      expect(events).not.to.include('start c');
    });

    it('stops once more what has come to run since it was told to stop', async () => {
      const { multi, events, services } = makeServices('a');
      const connected = new Deferred<void>();
      const [service] = services;
      let running = false;
      // An `async` service that is not aware of a stop while it is starting.
      Object.defineProperty(service, 'running', { get: () => running });
      service!.onStart = async () => {
        await connected;
        running = true;
      };
      service!.onStop = () => void (running = false);
      const started = outcomeOf(multi.startService());
      const stopping = multi.stopService();
      connected.callback();
      await stopping;
      expect(events).to.deep.equal(['start a', 'stop a', 'stop a']);
      expect(running).to.equal(false);
      expect(started.text).to.match(/was stopped/);
    });

    it('fails the start with a CancelledError', () => {
      const { multi, services } = makeServices('a');
      const starting = new Deferred<void>();
      services[0]!.onStart = () => starting;
      let reason: Failure | undefined;
      ensureDeferred(multi.startService()).addErrback((failure) => void (reason = failure));
      void multi.stopService();
      starting.callback();
      expect(reason?.value).to.be.instanceOf(CancelledError);
    });
  });

  describe('a stop that fails', () => {
    it('stops all others, and fails at the end with all reasons', () => {
      const { multi, events, services } = makeServices('a', 'b', 'c');
      void multi.startService();
      const [first, second] = [new Error('first'), new Error('second')];
      services[2]!.onStop = () => {
        throw first;
      };
      services[0]!.onStop = () => fail(second);
      const error = stopErrorOf(multi);
      expect(events.slice(3)).to.deep.equal(['stop c', 'stop b', 'stop a']);
      expect(error.errors).to.deep.equal([first, second]);
      expect(error.failures.map(({ service }) => service.name)).to.deep.equal(['c', 'a']);
      expect(error.message).to.equal('Failed to stop: c, a');
      expect(multi.running).to.equal(false);
    });
  });
});
