import { threadId } from 'node:worker_threads';
import { expect } from 'chai';
import { Piscina } from 'piscina';
import { Deferred, type Deferred as DeferredType } from '../../src/defer/index.js';
import { ReactorClosedError } from '../../src/errors/index.js';
import { Reactor } from '../../src/reactor/index.js';
import {
  type ReactorPort,
  ThreadCalls,
  ThreadCallsClosed,
  ThreadModule,
  blockingCallFromThread,
  callFromThread,
  deferLater,
  deferToThreadPool,
} from '../../src/task/index.js';
import { expectNoUnhandledErrors } from '../defer/results.js';
import type * as Functions from './thread-functions.js';
import type { TestCalls } from './thread-functions.js';

const functions = new ThreadModule<typeof Functions>(new URL('./thread-functions.mjs', import.meta.url));

describe('ThreadCalls', () => {
  expectNoUnhandledErrors();
  let reactor: Reactor;
  let pool: Piscina;
  let notes: string[] = [];
  let pending: DeferredType<void> | undefined;
  let cancelled = 0;
  /** Fires when `never` is called. */
  let asked: DeferredType<void>;
  before(async () => {
    pool = new Piscina({ minThreads: 1, maxThreads: 1, atomics: 'disabled' });
    await deferToThreadPool(pool, functions, 'where');
  });
  after(() => pool.destroy());
  beforeEach(() => {
    reactor = new Reactor();
    notes = [];
    cancelled = 0;
    pending = undefined;
    asked = new Deferred();
  });
  afterEach(() => reactor.close());

  function makeCalls(): ThreadCalls<TestCalls> {
    return new ThreadCalls<TestCalls>(reactor, {
      where: () => threadId,
      add: (a, b) => deferLater(reactor, 0, () => a + b).toPromise(),
      fail: () => {
        throw Object.assign(new RangeError('it failed'), { code: 'EFAIL' });
      },
      note: (text) => void notes.push(text),
      unsendable: () => () => undefined,
      never: () => {
        pending = new Deferred<void>(() => void (cancelled += 1));
        asked.callback();
        return pending;
      },
    });
  }

  // Twisted: ThreadTestsBuilder.test_callFromThread, ReactorThreadsTests.test_callFromThread
  it('`callFromThread()` calls in the reactor’s thread, from another one', async () => {
    using calls = makeCalls();
    const [thread, there, sum] = (await deferToThreadPool(
      pool,
      functions,
      'ask',
      calls.connect(),
      1,
      2,
    )) as number[];
    expect([there, sum]).to.deep.equal([threadId, 3]);
    expect(thread).not.to.equal(threadId);
  });

  // Twisted: ReactorThreadsTests.test_asyncBlockingCallFromThread
  it('`blockingCallFromThread()` blocks until the result is there', async () => {
    using calls = makeCalls();
    const [thread, there, sum] = (await deferToThreadPool(
      pool,
      functions,
      'askBlocking',
      calls.connect(),
      1,
      2,
    )) as number[];
    expect([there, sum]).to.deep.equal([threadId, 3]);
    expect(thread).not.to.equal(threadId);
  });

  it('a call that blocks doesn’t keep the answers to others', async () => {
    using calls = makeCalls();
    expect(await deferToThreadPool(pool, functions, 'askBoth', calls.connect())).to.deep.equal([3, 7]);
  });

  // Twisted: ReactorThreadsTests.test_asyncErrorBlockingCallFromThread
  it('errors come back as errors, whatever goes wrong', async () => {
    using calls = makeCalls();
    const [failed, failedBlocking, unknown, inherited, unsendable, argument, argumentBlocking] =
      (await deferToThreadPool(pool, functions, 'askInVain', calls.connect())) as string[];
    expect([failed, failedBlocking]).to.deep.equal(Array(2).fill('RangeError: it failed (EFAIL)'));
    expect(unknown).to.equal('TypeError: There is no function unknown for threads to call');
    expect(inherited).to.equal('TypeError: There is no function toString for threads to call');
    for (const text of [unsendable, argument, argumentBlocking]) expect(text).to.match(/could not be cloned/);
  });

  it('makes calls in the order of calling, in turns of the reactor', async () => {
    using calls = makeCalls();
    const running = reactor.run({ installSignalHandlers: false });
    await deferToThreadPool(pool, functions, 'noteAndLeave', calls.connect());
    expect(notes).to.deep.equal(['a', 'b', 'c']);
    reactor.stop();
    await running;
  });

  it('a port that its thread closes is given back', async () => {
    using calls = makeCalls();
    const port = calls.connect();
    expect(calls.connections).to.equal(1);
    await deferToThreadPool(pool, functions, 'noteAndLeave', port);
    while (calls.connections > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(notes).to.have.lengthOf(3);
  });

  for (const how of ['waiting', 'blocking'] as const) {
    it(`\`close()\` ends what is under way and all later calls with ThreadCallsClosed: ${how}`, async () => {
      const calls = makeCalls();
      const answers = deferToThreadPool(pool, functions, 'askForEver', calls.connect(), how);
      await asked;
      calls.close();
      calls.close();
      expect(cancelled).to.equal(1);
      const closed = 'ThreadCallsClosed: The reactor’s side of the port is closed';
      expect(await answers).to.deep.equal([closed, closed, closed]);
      expect(() => calls.connect()).to.throw(Error, 'closed');
      expect(calls.connections).to.equal(0);
    });
  }

  it('a reactor that is closed answers with its error', async () => {
    using calls = makeCalls();
    reactor.close();
    const error = await deferToThreadPool(pool, functions, 'ask', calls.connect(), 1, 2).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.have.property('name', new ReactorClosedError().name);
  });

  it('can be called in the reactor’s own thread, but not blocking', async () => {
    using calls = makeCalls();
    const port = calls.connect();
    expect(() => blockingCallFromThread(port, 'where')).to.throw(Error, 'wait for itself');
    expect(await callFromThread(port, 'add', 1, 2)).to.equal(3);
    const never = callFromThread(port, 'never');
    await asked;
    port.close();
    const error = await never.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(ThreadCallsClosed);
    while (calls.connections > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(cancelled).to.equal(1);
  });

  it('refuses a port that isn’t one of its own', () => {
    const { port1, port2 } = new MessageChannel();
    expect(() => callFromThread(port1 as unknown as ReactorPort<TestCalls>, 'where')).to.throw(TypeError);
    port1.close();
    port2.close();
  });

  it('knows the types', async () => {
    using calls = makeCalls();
    const port = calls.connect();
    const sum: number = await callFromThread(port, 'add', 1, 2);
    expect(sum).to.equal(3);
    const wrong = (): void => {
      // @ts-expect-error it takes two numbers
      void callFromThread(port, 'add', 1);
      // @ts-expect-error it takes a text
      void callFromThread(port, 'note', 5);
    };
    expect(wrong).to.be.a('function');
  });
});
