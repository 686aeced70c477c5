import { createRequire } from 'node:module';
import type { MessagePort } from 'node:worker_threads';
import { Failure } from '../defer/index.js';
import type { IReactorCore } from '../interfaces/index.js';
import { getLog } from '../logger/index.js';
import { getReactor } from '../reactor/index.js';
import { PoolUse } from './pool-use.js';

const log = getLog('task');

/** As Twisted's reactor: no thread until there is work, and no more than this. */
const THREADS_MAX = 10;
/** A thread that has had nothing to do for so long is ended. */
const IDLE_MS = 60_000;

/** How one piece of work is given to a pool. */
export interface ThreadRunOptions {
  /** The file that the thread loads, as a path or a URL. */
  readonly filename: string;
  /** The exported function to call. */
  readonly name: string;
  /** Aborting it takes waiting work out of the queue, and ends the thread that is at it. */
  readonly signal: AbortSignal;
  /** Handed over, not copied. */
  readonly transferList: MessagePort[];
}

/** A pool of threads: what heddle needs of a `Piscina` (https://github.com/piscinajs/piscina), which you can make yourself. */
export interface ThreadPool {
  /** Calls the function with `task`, in a thread. Resolves to what it returns. */
  run(task: unknown, options: ThreadRunOptions): Promise<unknown>;
  /** Ends all threads, whatever they do. The pool can be used again. */
  destroy(): Promise<void>;
  /** The threads that there are. */
  readonly threads: readonly unknown[];
  /** There are never more threads than this. */
  readonly maxThreads: number;
}

interface PiscinaPackage {
  readonly Piscina: new (options: Readonly<Record<string, unknown>>) => ThreadPool & {
    on(event: 'error', listener: (error: unknown) => void): unknown;
  };
}

/** A package that isn't installed along with heddle is needed. The message says what to install. */
export class MissingPackageError extends Error {
  override readonly name: string = 'MissingPackageError';
}

/** Loads piscina. Throws {@link MissingPackageError} if it isn't installed. */
export function loadPiscina(
  require: (name: string) => unknown = createRequire(import.meta.url),
): PiscinaPackage {
  try {
    return require('piscina') as PiscinaPackage;
  } catch (cause) {
    const message = 'Threads need a package that isn’t installed: run `npm install piscina`';
    throw new MissingPackageError(message, { cause });
  }
}

const pools = new WeakMap<IReactorCore, ThreadPool>();
const sizes = new WeakMap<IReactorCore, number>();

/**
 * The reactor's own pool: the default reactor's if none is given. The first call makes it; it has no threads until there is
 * work, and no more than 10, see {@link suggestThreadPoolSize}. When the reactor shuts down, work that is under way is
 * waited for, then the threads are ended. Idle threads don't keep the process alive.
 *
 * Throws {@link MissingPackageError} if piscina isn't installed, ReactorClosedError. Twisted: `reactor.getThreadPool`.
 */
export function getThreadPool(reactor: IReactorCore = getReactor()): ThreadPool {
  const known = pools.get(reactor);
  if (known !== undefined) return known;
  const pool = makePool(sizes.get(reactor) ?? THREADS_MAX);
  reactor.addSystemEventTrigger('before', 'shutdown', () => PoolUse.of(pool).idle());
  reactor.addSystemEventTrigger('during', 'shutdown', () => {
    if (pools.get(reactor) === pool) pools.delete(reactor);
    return pool.destroy();
  });
  pools.set(reactor, pool);
  return pool;
}

/**
 * How many threads the reactor's own pool may have at most. If there is a pool, another takes its place, and its threads
 * end when they have done their work. Throws a RangeError unless it is a whole number of at least 1.
 * Twisted: `reactor.suggestThreadPoolSize`.
 */
export function suggestThreadPoolSize(reactor: IReactorCore, size: number): void {
  if (!(Number.isInteger(size) && size >= 1))
    throw new RangeError(`A pool needs 1 thread or more, not ${size}`);
  sizes.set(reactor, size);
  const pool = pools.get(reactor);
  if (pool === undefined || pool.maxThreads === size) return;
  pools.delete(reactor);
  PoolUse.of(pool)
    .idle()
    .addCallback(() => pool.destroy());
}

function makePool(maxThreads: number): ThreadPool {
  const { Piscina } = loadPiscina();
  // Without atomics a thread's own event loop goes on between two pieces of work: what a function has left running runs.
  const pool = new Piscina({ minThreads: 0, maxThreads, idleTimeout: IDLE_MS, atomics: 'disabled' });
  pool.on('error', (error) => log.failure('A thread failed outside its work', Failure.from(error)));
  return pool;
}
