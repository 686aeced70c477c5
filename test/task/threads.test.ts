import { type Worker, threadId } from 'node:worker_threads';
import { expect } from 'chai';
import { expectTypeOf } from 'expect-type';
import { Piscina } from 'piscina';
import { CancelledError, type Deferred, cancelOnAbort } from '../../src/defer/index.js';
import { Reactor, getReactor } from '../../src/reactor/index.js';
import {
  MissingPackageError,
  ThreadModule,
  type ThreadPool,
  callInThread,
  callMultipleInThread,
  deferToThread,
  deferToThreadPool,
  getThreadPool,
  suggestThreadPoolSize,
  threadCall,
} from '../../src/task/index.js';
import { loadPiscina } from '../../src/task/thread-pool.js';
import { LogCapture } from '../../src/testing/index.js';
import { expectNoUnhandledErrors } from '../defer/results.js';
import type * as Functions from './thread-functions.js';

const functions = new ThreadModule<typeof Functions>(new URL('./thread-functions.mjs', import.meta.url));

async function errorOf(promise: PromiseLike<unknown>): Promise<unknown> {
  return promise.then(
    (result) => expect.fail(`an error was expected, not ${String(result)}`),
    (error: unknown) => error,
  );
}

/** Fulfilled when the threads that there are have ended. */
async function ended(pool: ThreadPool): Promise<void> {
  const threads = pool.threads as readonly Worker[];
  await Promise.all(threads.map((thread) => new Promise((resolve) => thread.once('exit', resolve))));
}

function texts(log: LogCapture): string[] {
  return log.flushErrors().map(({ properties }) => (properties['error'] as Error).message);
}

describe('Threads', () => {
  expectNoUnhandledErrors();
  let reactor: Reactor;
  /** One for most of the tests: what takes time is the start of a thread. */
  let pool: Piscina;
  before(async () => {
    pool = new Piscina({ minThreads: 1, maxThreads: 1, atomics: 'disabled' });
    await deferToThreadPool(pool, functions, 'where');
  });
  after(() => pool.destroy());
  beforeEach(() => {
    reactor = getReactor();
    suggestThreadPoolSize(reactor, 1);
  });
  afterEach(async () => {
    await getThreadPool(reactor).destroy();
    reactor.close();
  });

  // Twisted: DeferredResultTests.test_deferredResult, ReactorThreadsTests.test_callInThread
  it('`deferToThread()` calls in another thread, with the arguments, and fires with the result', async () => {
    expect(await deferToThread(functions, 'double', 3, 1)).to.equal(7);
    expect(await deferToThread(functions, 'where'))
      .to.be.a('number')
      .and.not.equal(threadId);
    expect(await deferToThread(functions, 'doubleLater', 4)).to.equal(8);
  });

  // Twisted: DeferredResultTests.test_deferredFailure
  it('`deferToThread()` fails with what the function throws', async () => {
    expect(await errorOf(deferToThread(functions, 'throwOdd', 'boom'))).to.have.property('message', 'boom');
  });

  // Twisted: DeferToThreadPoolTests.test_deferredResult
  it('`deferToThreadPool()` calls in a pool of one’s own', async () => {
    expect(await deferToThreadPool(pool, functions, 'double', 5)).to.equal(10);
    expect(getThreadPool(reactor).threads).to.have.lengthOf(0);
  });

  // Twisted: DeferToThreadPoolTests.test_deferredFailure
  it('an error comes with its name, message, stack, cause and properties', async () => {
    const error = (await errorOf(deferToThreadPool(pool, functions, 'throwOdd', 'boom'))) as Error;
    expect(error)
      .to.be.instanceOf(Error)
      .and.deep.include({
        name: 'OddError',
        message: 'boom',
        code: 'EODD',
        detail: { number: 7 },
      });
    expect(error).to.have.property('cause').instanceOf(RangeError).with.property('message', 'the cause');
    expect(error.stack).to.include('throwOdd');
    expect(error).not.to.have.property('unsendable');
    expect(await errorOf(deferToThreadPool(pool, functions, 'throwText'))).to.equal('a text');
  });

  it('fails for a module or a function that isn’t there, and for what can’t be sent', async () => {
    const untyped = functions as unknown as ThreadModule<Record<string, (...args: unknown[]) => unknown>>;
    expect(await errorOf(deferToThread(untyped, 'nothing')))
      .to.be.instanceOf(Error)
      .with.property('message')
      .that.includes('exports no function nothing');
    const missing = new ThreadModule<{ f(): void }>('/no/such/module.mjs');
    expect(await errorOf(deferToThread(missing, 'f'))).to.have.property('code', 'ERR_MODULE_NOT_FOUND');
    expect(await errorOf(deferToThread(functions, 'giveFunction'))).to.have.property(
      'name',
      'DataCloneError',
    );
    expect(await errorOf(deferToThread(untyped, 'double', () => undefined))).to.have.property(
      'name',
      'DataCloneError',
    );
  });

  it('keeps the order of asking, though some are cancelled', async () => {
    const done: number[] = [];
    const work = [1, 2, 3, 4, 5].map((number) =>
      deferToThreadPool(pool, functions, 'doubleLater', number).addCallbacks(
        (result) => done.push(result),
        (failure) => void failure.trap(CancelledError),
      ),
    );
    work[2]?.cancel();
    await Promise.all(work);
    expect(done).to.deep.equal([2, 4, 8, 10]);
  });

  it('a cancelled one ends the thread that is at it, or leaves the queue', async () => {
    const begun = new Int32Array(new SharedArrayBuffer(4));
    const work = deferToThread(functions, 'busy', begun);
    const queued = deferToThread(functions, 'double', 1);
    while (Atomics.load(begun, 0) === 0) await new Promise((resolve) => setImmediate(resolve));
    queued.cancel();
    expect(await errorOf(queued)).to.be.instanceOf(CancelledError);
    const gone = ended(getThreadPool(reactor));
    work.cancel();
    expect(await errorOf(work)).to.be.instanceOf(CancelledError);
    await gone;
  });

  it('an AbortSignal cancels it', async () => {
    const abort = new AbortController();
    const busy = deferToThreadPool(pool, functions, 'doubleLater', 1);
    const work = deferToThreadPool(pool, functions, 'double', 1);
    cancelOnAbort(work, abort.signal);
    abort.abort(new Error('enough'));
    expect(await errorOf(work))
      .to.be.instanceOf(CancelledError)
      .with.nested.property('cause.message', 'enough');
    expect(await busy).to.equal(2);
  });

  // Twisted: DeferredResultTests.test_callMultiple
  it('`callMultipleInThread()` calls in order in one thread, until one fails', async () => {
    const calls = [
      threadCall(functions, 'where'),
      threadCall(functions, 'doubleLater', 2),
      threadCall(functions, 'where'),
    ];
    const [first, second, third] = await callMultipleInThread(calls);
    expect([second, third]).to.deep.equal([4, first]);
    expect(await callMultipleInThread([])).to.deep.equal([]);
    const failing = [threadCall(functions, 'throwOdd', 'boom'), threadCall(functions, 'where')];
    expect(await errorOf(callMultipleInThread(failing))).to.have.property('message', 'boom');
  });

  // Twisted: ThreadPoolTests.test_callInThreadException
  it('`callInThread()` logs a failure once', async () => {
    using log = new LogCapture();
    callInThread(functions, 'throwOdd', 'boom');
    callInThread(functions, 'double', 1);
    await deferToThread(functions, 'where');
    expect(texts(log)).to.deep.equal(['boom']);
  });

  it('an error outside of any work is logged', async () => {
    using log = new LogCapture();
    const gate = new Int32Array(new SharedArrayBuffer(4));
    const work = deferToThread(functions, 'failLater', gate);
    const gone = ended(getThreadPool(reactor));
    await work;
    Atomics.store(gate, 0, 1);
    await gone;
    expect(texts(log)).to.deep.equal(['after the work']);
  });

  // Twisted: ThreadTestsBuilder.test_getThreadPool
  it('the reactor’s pool has no threads before there is work, and none after the shutdown, which waits for work', async () => {
    const own = getThreadPool(reactor);
    expect(own).to.equal(getThreadPool());
    expect(own.threads).to.have.lengthOf(0);
    const running = reactor.run({ installSignalHandlers: false });
    let result: number | undefined;
    deferToThread(functions, 'doubleLater', 1).addCallback((given) => {
      result = given;
    });
    expect(own.threads).to.have.lengthOf(1);
    const gone = ended(own);
    reactor.stop();
    await running;
    expect([result, own.threads]).to.deep.equal([2, []]);
    expect(getThreadPool(reactor)).not.to.equal(own);
    await gone;
  });

  // Twisted: ThreadTestsBuilder.test_suggestThreadPoolSize
  it('`suggestThreadPoolSize()` sets how many threads there may be', () => {
    suggestThreadPoolSize(reactor, 17);
    const own = getThreadPool(reactor);
    expect(own.maxThreads).to.equal(17);
    suggestThreadPoolSize(reactor, 17);
    expect(getThreadPool(reactor)).to.equal(own);
    for (const size of [0, 1.5, NaN]) expect(() => suggestThreadPoolSize(reactor, size)).to.throw(RangeError);
    using other = new Reactor();
    expect(getThreadPool(other).maxThreads).to.equal(10);
  });

  it('another size lets the work that is under way be done', async () => {
    const work = deferToThread(functions, 'doubleLater', 1);
    const gone = ended(getThreadPool(reactor));
    suggestThreadPoolSize(reactor, 2);
    expect(getThreadPool(reactor).maxThreads).to.equal(2);
    expect(await work).to.equal(2);
    await gone;
  });

  it('says in a sentence what to install when piscina isn’t there', () => {
    const require = (): never => {
      throw new Error("Cannot find module 'piscina'");
    };
    expect(() => loadPiscina(require))
      .to.throw(MissingPackageError, 'run `npm install piscina`')
      .with.property('cause');
  });

  it('a module is named by a URL or an absolute path', () => {
    const url = new URL('file:///some/module.js');
    for (const name of [url, url.href, '/some/module.js'])
      expect(new ThreadModule(name).url).to.equal(url.href);
    expect(() => new ThreadModule('./module.js')).to.throw(TypeError, 'absolute');
  });

  it('knows the types', async () => {
    const doubled = deferToThreadPool(pool, functions, 'doubleLater', 1);
    expectTypeOf(doubled).toEqualTypeOf<Deferred<number>>();
    expect(await doubled).to.equal(2);
    const wrong = (): void => {
      // @ts-expect-error there is no such function
      void deferToThread(functions, 'nothing');
      // @ts-expect-error it takes a number
      void deferToThread(functions, 'double', 'text');
      // @ts-expect-error it isn't a function
      void deferToThread(functions, 'OddError');
    };
    expect(wrong).to.be.a('function');
  });
});
