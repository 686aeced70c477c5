import { expect } from 'chai';
import {
  Application,
  ServiceStopError,
  runApplication,
  startApplication,
} from '../../src/application/index.js';
import { CancelledError, Deferred, fail, flushUnhandledErrors } from '../../src/defer/index.js';
import { ReactorAlreadyRunning } from '../../src/errors/index.js';
import { Reactor } from '../../src/reactor/index.js';
import { LogCapture } from '../../src/testing/index.js';
import { RecordingService, outcomeOf } from './recording-service.js';

class Trouble extends Error {}

describe('An application', () => {
  let reactor: Reactor;
  let capture: LogCapture;

  beforeEach(() => {
    capture = new LogCapture();
    reactor = new Reactor();
  });

  afterEach(() => {
    reactor.close();
    capture[Symbol.dispose]();
    expect(capture.errors).to.deep.equal([]);
    expect(flushUnhandledErrors().map(String)).to.deep.equal([]);
  });

  function makeApplication(...names: string[]) {
    const events: string[] = [];
    const application = new Application('test');
    const services = names.map((name) => new RecordingService(name, events));
    for (const service of services) application.addService(service);
    return { application, events, services };
  }

  /** What runs a program, without signals: they belong to mocha here. */
  function run(application: Application, signal?: AbortSignal): Promise<void> {
    const options = { reactor, installSignalHandlers: false };
    return runApplication(application, signal === undefined ? options : { ...options, signal });
  }

  describe('`startApplication()`', () => {
    it('starts it now, the privileged part first, and stops it before the reactor shuts down', async () => {
      const { application, events, services } = makeApplication('a', 'b');
      expect(outcomeOf(startApplication(application, reactor)).text).to.equal('fired');
      expect(events).to.deep.equal(['privileged a', 'privileged b', 'start a', 'start b']);
      events.length = 0;
      const stopped = new Deferred<void>();
      services[0]!.onStop = () => stopped;
      reactor.addSystemEventTrigger('during', 'shutdown', () => events.push('shutdown'));
      const ended = reactor.run({ installSignalHandlers: false });
      reactor.stop();
      reactor.iterate();
      expect(events).to.deep.equal(['stop b', 'stop a']);
      stopped.callback();
      await ended;
      expect(events).to.deep.equal(['stop b', 'stop a', 'shutdown']);
    });

    it('that fails leaves nothing to the shutdown', async () => {
      const { application, events, services } = makeApplication('a');
      services[0]!.onStart = () => fail(new Trouble('no'));
      expect(outcomeOf(startApplication(application, reactor)).text).to.equal('no');
      events.length = 0;
      const ended = reactor.run({ installSignalHandlers: false });
      reactor.stop();
      await ended;
      expect(events).to.deep.equal([]);
    });

    it('that fails is not told to stop, whatever service it is', async () => {
      const events: string[] = [];
      const service = new RecordingService('a', events);
      service.onStart = () => fail(new Trouble('no'));
      expect(outcomeOf(startApplication(service, reactor)).text).to.equal('no');
      events.length = 0;
      const ended = reactor.run({ installSignalHandlers: false });
      reactor.stop();
      await ended;
      expect(events).to.deep.equal([]);
    });

    it('leaves it to the reactor to log that stopping has failed', async () => {
      const { application, services } = makeApplication('a');
      startApplication(application, reactor);
      services[0]!.onStop = () => fail(new Trouble());
      const ended = reactor.run({ installSignalHandlers: false });
      reactor.stop();
      await ended;
      expect(capture.flushErrors(ServiceStopError)).to.have.length(1);
    });
  });

  describe('`runApplication()`', () => {
    it('runs until the reactor is stopped, and waits for what has to end', async () => {
      const { application, events, services } = makeApplication('a');
      const stopped = new Deferred<void>();
      services[0]!.onStop = () => stopped;
      const ended = outcomeOf(run(application));
      expect([reactor.running, application.running]).to.deep.equal([true, true]);
      reactor.stop();
      reactor.iterate();
      await Promise.resolve();
      expect([ended.text, events.at(-1)]).to.deep.equal(['pending', 'stop a']);
      stopped.callback();
      await new Promise((resolve) => setImmediate(resolve));
      expect([ended.text, reactor.running]).to.deep.equal(['fired', false]);
    });

    it('ends when its signal is aborted', async () => {
      const { application, events } = makeApplication('a');
      const controller = new AbortController();
      const ended = run(application, controller.signal);
      controller.abort();
      await ended;
      expect(events).to.deep.equal(['privileged a', 'start a', 'stop a']);
    });

    it('can be called again', async () => {
      const { application, events } = makeApplication('a');
      for (let i = 0; i < 2; i += 1) {
        const ended = run(application);
        reactor.stop();
        await ended;
      }
      expect(events.filter((event) => event === 'stop a')).to.have.length(2);
    });

    it('rejects with the error of a service that could not start, when all has stopped', async () => {
      const { application, events, services } = makeApplication('a', 'b');
      const trouble = new Trouble();
      services[1]!.onStart = () => Promise.reject(trouble);
      expect(await rejectionOf(run(application))).to.equal(trouble);
      expect(events.slice(-2)).to.deep.equal(['stop b', 'stop a']);
      expect(reactor.running).to.equal(false);
    });

    it('rejects with a ServiceStopError if a service could not stop, and nothing is logged besides', async () => {
      const { application, services } = makeApplication('a');
      services[0]!.onStop = () => fail(new Trouble());
      const ended = rejectionOf(run(application));
      reactor.stop();
      expect(await ended).to.be.instanceOf(ServiceStopError);
    });

    it('that is told to stop while it is starting is fulfilled: that is no error', async () => {
      const { application, services, events } = makeApplication('a', 'b');
      const starting = new Deferred<void>();
      services[0]!.onStart = () => starting;
      services[0]!.onStop = () => starting.cancel();
      const ended = run(application);
      reactor.stop();
      await ended;
      expect(events).to.deep.equal(['privileged a', 'privileged b', 'start a', 'stop b', 'stop a']);
    });

    it('does not wait any more for a service that is stopping when the reactor is crashed, as by a second signal', async () => {
      const { application, services } = makeApplication('a');
      const stopped = new Deferred<void>();
      services[0]!.onStop = () => stopped;
      const ended = run(application);
      reactor.stop();
      reactor.iterate();
      reactor.crash();
      await ended;
      stopped.errback(new Trouble());
      // Nobody waits for it, so it is told like every error that comes too late.
      expect(capture.flushErrors(ServiceStopError)).to.have.length(1);
    });

    it('rejects if the reactor runs already', async () => {
      const { application, events } = makeApplication('a');
      const ended = reactor.run({ installSignalHandlers: false });
      expect(await rejectionOf(run(application))).to.be.instanceOf(ReactorAlreadyRunning);
      expect(events).to.deep.equal([]);
      reactor.stop();
      await ended;
    });

    it('takes no CancelledError of a service that nobody has stopped for a stop', async () => {
      const { application, services } = makeApplication('a');
      services[0]!.onStart = () => fail(new CancelledError('by itself'));
      expect(await rejectionOf(run(application))).to.be.instanceOf(CancelledError);
    });
  });
});

async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return expect.fail('the promise was fulfilled');
}
