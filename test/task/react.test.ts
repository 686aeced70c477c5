import { expect } from 'chai';
import { Deferred, fail, succeed } from '../../src/defer/index.js';
import { ReactorAlreadyRunning } from '../../src/errors/index.js';
import { type Reactor, Reactor as ReactorClass, getReactor } from '../../src/reactor/index.js';
import { SystemExit, deferLater, react } from '../../src/task/index.js';
import { LogCapture } from '../../src/testing/index.js';
import { expectNoUnhandledErrors } from '../defer/results.js';
import { runProgram } from '../libc/run-program.js';

const boom = new Error('boom');

describe('react()', () => {
  expectNoUnhandledErrors();

  type Main = (reactor: Reactor) => unknown;

  /** Runs it to its end. The answer has the exit status, and the errors that were logged. */
  async function ending(main: Main): Promise<{ status: number[]; errors: unknown[]; stops: number }> {
    using log = new LogCapture();
    const status: number[] = [];
    const reactor = new CountingReactor();
    await react(main as (reactor: CountingReactor) => unknown, [], {
      reactor,
      exit: (code) => status.push(code),
      installSignalHandlers: false,
    });
    expect(reactor.closed).to.equal(true);
    const errors = log.flushErrors().map(({ properties }) => properties['error']);
    return { status, errors, stops: reactor.stops };
  }

  /** Counts the stops that were in order. */
  class CountingReactor extends ReactorClass {
    stops = 0;

    override stop(): void {
      super.stop();
      this.stops += 1;
    }
  }

  // Twisted: ReactTests.test_runsUntilSyncCallback
  it('ends at once with status 0 when the Deferred has its result already', async () => {
    expect(await ending(() => succeed(1))).to.deep.equal({ status: [0], errors: [], stops: 1 });
  });

  // Twisted: ReactTests.test_runsUntilAsyncCallback
  it('runs until the Deferred has its result', async () => {
    const seen: unknown[] = [];
    const main: Main = (reactor) => deferLater(reactor, 0.001, () => seen.push(reactor.running));
    expect(await ending(main)).to.deep.equal({ status: [0], errors: [], stops: 1 });
    expect(seen).to.deep.equal([true]);
  });

  // Twisted: ReactTests.test_runsUntilSyncErrback, ReactTests.test_runsUntilAsyncErrback
  it('ends with status 1 when the Deferred fails, now or later, and logs the error once', async () => {
    expect(await ending(() => fail(boom))).to.deep.equal({ status: [1], errors: [boom], stops: 1 });
    const later: Main = (reactor) => deferLater(reactor, 0, () => fail(boom));
    expect(await ending(later)).to.deep.equal({ status: [1], errors: [boom], stops: 1 });
  });

  it('ends with status 1 when the main function throws, and with 0 when it returns nothing', async () => {
    const throwing: Main = () => {
      throw boom;
    };
    expect(await ending(throwing)).to.deep.equal({ status: [1], errors: [boom], stops: 1 });
    expect(await ending(() => undefined)).to.deep.equal({ status: [0], errors: [], stops: 1 });
  });

  // Twisted: ReactTests.test_singleStopCallback
  it('does not stop a second time when the Deferred fires during the shutdown', async () => {
    const main: Main = (reactor) => {
      const done = new Deferred<void>();
      reactor.addSystemEventTrigger('during', 'shutdown', () => done.callback());
      reactor.callLater(0, () => reactor.stop());
      return done;
    };
    expect(await ending(main)).to.deep.equal({ status: [0], errors: [], stops: 1 });
  });

  // Twisted: ReactTests.test_singleStopErrback
  it('ends with status 1 when the Deferred fails during the shutdown', async () => {
    const main: Main = (reactor) => {
      const done = new Deferred<void>();
      reactor.addSystemEventTrigger('during', 'shutdown', () => done.errback(boom));
      reactor.callLater(0, () => reactor.stop());
      return done;
    };
    expect(await ending(main)).to.deep.equal({ status: [1], errors: [boom], stops: 1 });
  });

  // Twisted: ReactTests.test_exitWithDefinedCode
  it('ends with the code of a SystemExit, and logs nothing', async () => {
    const main: Main = () => fail(new SystemExit(23));
    expect(await ending(main)).to.deep.equal({ status: [23], errors: [], stops: 1 });
    const async: Main = async () => {
      await Promise.resolve();
      throw new SystemExit();
    };
    expect(await ending(async)).to.deep.equal({ status: [0], errors: [], stops: 1 });
    for (const code of [-1, 256, 0.5, NaN]) expect(() => new SystemExit(code)).to.throw(RangeError);
  });

  // Twisted: ReactTests.test_synchronousStop
  it('ends with status 0 when the reactor is stopped just before the Deferred fires', async () => {
    const main: Main = (reactor) =>
      deferLater(reactor, 0, () => {
        reactor.stop();
      });
    expect(await ending(main)).to.deep.equal({ status: [0], errors: [], stops: 1 });
  });

  // Twisted: ReactTests.test_asynchronousStop, ReactCoroutineFunctionTests.test_asynchronousStop
  it('ends with status 0 when the reactor is stopped and the main function never ends', async () => {
    for (const never of [new Deferred<void>(), new Promise<void>(() => undefined)]) {
      const main: Main = (reactor) => {
        reactor.callLater(0, () => reactor.stop());
        return never;
      };
      expect(await ending(main)).to.deep.equal({ status: [0], errors: [], stops: 1 });
    }
  });

  // Twisted: ReactCoroutineFunctionTests.test_runsUntilAsyncCallback, ReactCoroutineFunctionTests.test_runsUntilSyncCallback
  it('takes an async main function', async () => {
    const seen: unknown[] = [];
    const main: Main = async (reactor) => {
      await deferLater(reactor, 0.001);
      seen.push(reactor.running);
    };
    expect(await ending(main)).to.deep.equal({ status: [0], errors: [], stops: 1 });
    expect(seen).to.deep.equal([true]);
    const atOnce: Main = () => Promise.resolve();
    expect(await ending(atOnce)).to.deep.equal({ status: [0], errors: [], stops: 1 });
  });

  // Twisted: ReactCoroutineFunctionTests.test_runsUntilAsyncErrback, ReactCoroutineFunctionTests.test_runsUntilSyncErrback
  it('ends with status 1 when an async main function fails, now or later, and logs the error once', async () => {
    const later: Main = async (reactor) => {
      await deferLater(reactor, 0);
      throw boom;
    };
    expect(await ending(later)).to.deep.equal({ status: [1], errors: [boom], stops: 1 });
    const atOnce: Main = () => Promise.reject(boom);
    expect(await ending(atOnce)).to.deep.equal({ status: [1], errors: [boom], stops: 1 });
  });

  it('leaves no timer of the reactor behind', async () => {
    const main: Main = (reactor) => void reactor.callLater(1000, () => undefined);
    expect(await ending(main)).to.deep.equal({ status: [0], errors: [], stops: 1 });
  });

  // Twisted: ReactTests.test_arguments, ReactTests.test_defaultReactor
  it('passes its arguments after the default reactor, and sets the exit status of the process', async () => {
    const reactor = getReactor();
    const seen: unknown[] = [];
    const before = process.exitCode;
    try {
      await react(
        (given, a: string, b: number) => {
          seen.push(given, a, b);
          throw new SystemExit(7);
        },
        ['a', 1],
      );
      expect(seen).to.deep.equal([reactor, 'a', 1]);
      expect(process.exitCode).to.equal(7);
      process.exitCode = 3;
      await react(() => undefined);
      expect(process.exitCode).to.equal(3);
    } finally {
      process.exitCode = before;
    }
  });

  it('throws at once when the reactor runs already, and calls nothing', async () => {
    using reactor = new ReactorClass();
    const ended = reactor.run({ installSignalHandlers: false });
    let calls = 0;
    expect(() => react(() => (calls += 1), [], { reactor })).to.throw(ReactorAlreadyRunning);
    reactor.stop();
    await ended;
    expect(calls).to.equal(0);
  });

  it('a whole program ends by itself, by a signal, or with its status', async () => {
    const [byItself, signalled, failing] = await Promise.all(
      ['ends by itself', 'is signalled', 'fails'].map((name) => runProgram('../task/react-program.ts', name)),
    );
    expect(byItself).to.deep.equal({ code: 0, signal: null, output: ['a,b', 'over'], errors: '' });
    expect(signalled).to.deep.include({
      code: 0,
      signal: null,
      output: ['shutting down', 'over'],
      errors: '',
    });
    expect(failing).to.deep.include({ code: 5, signal: null, output: ['over'] });
  });
});
