/**
 * Work for other threads: computations that would keep the reactor busy, and calls that block. Twisted: the functions of
 * twisted.internet.threads.
 */
import { fileURLToPath } from 'node:url';
import { MessagePort } from 'node:worker_threads';
import { type Deferred, Failure } from '../defer/index.js';
import { getLog } from '../logger/index.js';
import { PoolUse } from './pool-use.js';
import { unpackError } from './thread-error.js';
import type { ArgumentsOf, FunctionsOf, ResultOf, ThreadModule } from './thread-module.js';
import { type ThreadPool, getThreadPool } from './thread-pool.js';
import type { ThreadOutcome, ThreadWork } from './thread-worker.js';

const log = getLog('task');

/** What a thread is started with: beside this file among the sources; compiled, this is in dist/heddle.js (tools/build.mjs). */
const WORKER = fileURLToPath(
  new URL(
    import.meta.url.endsWith('.ts') ? './thread-worker.ts' : './task/thread-worker.js',
    import.meta.url,
  ),
);

/** One call for {@link callMultipleInThread}: see {@link threadCall}. */
export interface IThreadCall {
  /** Where the function is. */
  readonly module: ThreadModule<unknown>;
  /** The function's name. */
  readonly name: string;
  /** What it is called with; copied. */
  readonly args: readonly unknown[];
}

/**
 * Calls the function `name` of a module, with these arguments, in a thread of the default reactor's pool. The Deferred fires with
 * what it returns, or what the promise that it returns is fulfilled with; it fails with what it throws.
 *
 * Arguments and result are copied, as by structuredClone; of the arguments themselves, MessagePorts are handed over.
 * An error arrives with its name, message, stack, cause and properties, but as an instance of Error. Cancelling the Deferred takes
 * waiting work out of the queue, and ends the thread that is at it.
 *
 * Throws {@link MissingPackageError} if piscina isn't installed. Twisted: `deferToThread`.
 */
export function deferToThread<M, K extends FunctionsOf<M>>(
  module: ThreadModule<M>,
  name: K,
  ...args: ArgumentsOf<M, K>
): Deferred<ResultOf<M, K>> {
  return deferToThreadPool(getThreadPool(), module, name, ...args);
}

/**
 * The same in a pool that is given. It gets no more work at a time than it has threads; the rest waits in the order of asking.
 * Twisted: `deferToThreadPool`.
 */
export function deferToThreadPool<M, K extends FunctionsOf<M>>(
  pool: ThreadPool,
  module: ThreadModule<M>,
  name: K,
  ...args: ArgumentsOf<M, K>
): Deferred<ResultOf<M, K>> {
  const call = { module, name, args: args as readonly unknown[] };
  return deferCalls(pool, [call]).addCallback(([result]) => result as ResultOf<M, K>);
}

/** Calls it in a thread, for those who don't ask what becomes of it: a failure is logged. Twisted: `reactor.callInThread`. */
export function callInThread<M, K extends FunctionsOf<M>>(
  module: ThreadModule<M>,
  name: K,
  ...args: ArgumentsOf<M, K>
): void {
  deferToThread(module, name, ...args).addErrback((failure) =>
    log.failure('A call in a thread failed', failure, { module: module.url, name }),
  );
}

/** A call for {@link callMultipleInThread}, with its types checked. */
export function threadCall<M, K extends FunctionsOf<M>>(
  module: ThreadModule<M>,
  name: K,
  ...args: ArgumentsOf<M, K>
): IThreadCall {
  return { module, name, args };
}

/**
 * Makes several calls one after the other in one thread. The Deferred fires with all their results; after one that fails the
 * rest isn't made. Twisted: `callMultipleInThread`.
 */
export function callMultipleInThread(calls: readonly IThreadCall[]): Deferred<readonly unknown[]> {
  return deferCalls(getThreadPool(), calls);
}

function deferCalls(pool: ThreadPool, calls: readonly IThreadCall[]): Deferred<readonly unknown[]> {
  const work: ThreadWork[] = calls.map(({ module: { url }, name, args }) => ({ url, name, args }));
  const transferList = work.flatMap(({ args }) => args.filter((argument) => argument instanceof MessagePort));
  const outcome = PoolUse.of(pool).run((signal) =>
    pool.run(work, { filename: WORKER, name: 'run', signal, transferList }),
  );
  return outcome.addCallbacks((result) => resultsOf(result as ThreadOutcome), unsendable);
}

function resultsOf(outcome: ThreadOutcome): readonly unknown[] {
  if ('error' in outcome) throw unpackError(outcome.error);
  return outcome.results;
}

/**
 * What the function throws is in the outcome. Of a result that can't be sent piscina tells with what is left of a DataCloneError when
 * that was sent itself: an empty object on Node 20, an Error without a message on Node 22.
 */
function unsendable(failure: Failure): Failure {
  if (failure.value instanceof Error && failure.value.message !== '') return failure;
  return new Failure(
    new DOMException('The result of the function can’t be sent to another thread', 'DataCloneError'),
  );
}
