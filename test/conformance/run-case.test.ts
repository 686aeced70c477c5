import { expect } from 'chai';
import { Deferred, Failure } from '../../src/defer/index.js';
import { EFD_CLOEXEC, getDriver } from '../../src/libc/index.js';
import { getLog } from '../../src/logger/index.js';
import {
  type ConformanceCase,
  ConformanceEnvironment,
  RecordingFactory,
  makeServerPair,
  runCase,
} from '../../src/testing/index.js';

const driver = getDriver();

/** What a case with this `run` fails with; undefined if it passes. */
async function outcome(run: ConformanceCase['run'], signal?: AbortSignal): Promise<unknown> {
  try {
    await runCase(
      { name: 'under test', run },
      ({ needs }) =>
        new ConformanceEnvironment({ driver, needs, ...(signal === undefined ? {} : { signal }) }),
    );
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('runCase()', () => {
  it('lets a case pass that leaves nothing behind', async () => {
    expect(
      await outcome(async (env) => {
        const { peer, protocol } = await makeServerPair(env);
        peer.send('hello');
        await env.drive(() => protocol.received.length === 5);
      }),
    ).to.equal(undefined);
  });

  it('fails with what the case throws, whatever it leaves besides', async () => {
    const oops = new Error('the case itself');
    expect(
      await outcome((env) => {
        env.reactor.callLater(60, () => undefined);
        throw oops;
      }),
    ).to.equal(oops);
  });

  it('calls cleanups in the reverse order, also after a failure, and waits for their promises', async () => {
    const order: string[] = [];
    const oops = new Error('the case itself');
    const error = await outcome((env) => {
      env.addCleanup(() => order.push('first'));
      env.addCleanup(async () => {
        await Promise.resolve();
        order.push('second');
      });
      throw oops;
    });
    expect(error).to.equal(oops);
    expect(order).to.deep.equal(['second', 'first']);
  });

  it('fails a case that leaves a descriptor open', async () => {
    let fd = -1;
    const error = await outcome((env) => {
      fd = env.libc.eventfd(0, EFD_CLOEXEC);
    });
    driver.libc.close(fd);
    expect(String(error)).to.contain('left descriptors open');
  });

  it('fails a case that leaves a delayed call', async () => {
    const error = await outcome((env) => {
      env.reactor.callLater(60, () => undefined);
    });
    expect(String(error)).to.contain('delayed call');
  });

  it('fails a case that leaves a reader', async () => {
    let port: { stopListening(): PromiseLike<void> } | undefined;
    const error = await outcome((env) => {
      port = env.reactor.listenTCP(0, new RecordingFactory(), { interface: '127.0.0.1' });
    });
    expect(String(error)).to.match(/reader RecordingFactory/);
    expect(port).not.to.equal(undefined);
  });

  it('fails a case that has an error logged, unless it flushes it', async () => {
    const log = getLog('test');
    const oops = new RangeError('told to the log');
    const fail = (): void => log.failure('Something threw', new Failure(oops));
    expect(String(await outcome(fail))).to.contain('told to the log');
    const flush: ConformanceCase['run'] = (env) => {
      fail();
      expect(env.log.flushErrors(TypeError)).to.have.length(0);
      expect(env.log.flushErrors(RangeError)).to.have.length(1);
    };
    expect(await outcome(flush)).to.equal(undefined);
  });

  it('fails a case that leaves the failure of a Deferred unhandled', async () => {
    const error = await outcome(() => {
      new Deferred<void>().errback(new Error('nobody listens'));
    });
    expect(String(error)).to.contain('nobody listens');
  });

  it('ends a case that waits for what never comes when its signal says so, and says what for', async () => {
    const controller = new AbortController();
    function neverThere(): boolean {
      return false;
    }
    const error = await outcome(async (env) => {
      env.reactor.callLater(0, () => controller.abort());
      await env.drive(neverThere);
    }, controller.signal);
    expect(String(error)).to.contain('neverThere');
  });

  it('has no faults to inject unless the case says that it needs them', async () => {
    const inject: ConformanceCase['run'] = (env) => {
      env.faults.reset();
    };
    expect(String(await outcome(inject))).to.contain('needs');
  });

  it('leaves the spare descriptor of the thread held or free, as it was', async () => {
    const before = driver.libc.descriptors.open;
    const listen: ConformanceCase['run'] = (env) => {
      env.listen(new RecordingFactory());
    };
    expect(await outcome(listen)).to.equal(undefined);
    expect(driver.libc.descriptors.open).to.equal(before);
  });
});
