import { Failure, type StepResult, maybeDeferred } from '../defer/index.js';
import { ReactorNotRunning } from '../errors/index.js';
import type { IReactorCore } from '../interfaces/index.js';
import { getLog } from '../logger/index.js';
import { type Reactor, getReactor } from '../reactor/index.js';
import { SystemExit } from './system-exit.js';

const log = getLog('task');

/** What {@link react} runs, and on what. */
export interface ReactOptions<R extends IReactorCore = IReactorCore> {
  /** The reactor to run. The default one if it isn't given. */
  readonly reactor?: R;
  /**
   * Called once with the exit status, when all is over. The default sets `process.exitCode`, so that the process ends when nothing
   * else keeps it alive; `process.exit` ends it there and then.
   */
  readonly exit?: (status: number) => void;
  /** Whether SIGINT and SIGTERM stop the reactor. Default true. */
  readonly installSignalHandlers?: boolean;
}

/**
 * Runs a program: runs the reactor, calls `main(reactor, ...argv)`, and stops the reactor when what that returned, a
 * Deferred or a promise, has its result. Then the reactor is closed, whose timers would keep the process alive, and `exit` is
 * called: with 0 if all went well or the reactor was stopped otherwise, by a signal for one; with the code of a
 * {@link SystemExit}; with 1 for any other failure, which is logged.
 *
 * Throws ReactorAlreadyRunning at once. The promise is fulfilled after `exit` was called. Twisted: `react`.
 */
export function react<A extends readonly unknown[] = []>(
  main: (reactor: Reactor, ...argv: A) => StepResult<unknown>,
  argv?: readonly [...A],
  options?: ReactOptions<Reactor>,
): Promise<void>;
export function react<R extends IReactorCore, A extends readonly unknown[] = []>(
  main: (reactor: R, ...argv: A) => StepResult<unknown>,
  argv: readonly [...A],
  options: ReactOptions<R> & { readonly reactor: R },
): Promise<void>;
export function react(
  main: (reactor: never, ...argv: readonly unknown[]) => unknown,
  argv: readonly unknown[] = [],
  options: ReactOptions = {},
): Promise<void> {
  const { reactor = getReactor(), exit = setExitCode, installSignalHandlers = true } = options;
  let status = 0;
  let isStopping = false;
  const ended = reactor.run({ installSignalHandlers });
  reactor.addSystemEventTrigger('before', 'shutdown', () => void (isStopping = true));
  reactor.callWhenRunning(() => {
    maybeDeferred(() => main(reactor as never, ...argv)).addBoth((result) => {
      if (result instanceof Failure) status = statusOf(result);
      if (!isStopping) stop(reactor);
    });
  });
  return ended.then(() => {
    // Whatever main does from here on doesn't concern the reactor any more.
    isStopping = true;
    reactor.close();
    exit(status);
  });
}

function statusOf(failure: Failure): number {
  if (failure.value instanceof SystemExit) return failure.value.code;
  log.failure('The main function failed', failure);
  return 1;
}

function stop(reactor: IReactorCore): void {
  try {
    reactor.stop();
  } catch (error) {
    // Somebody has stopped it in this very turn.
    if (!(error instanceof ReactorNotRunning)) throw error;
  }
}

function setExitCode(status: number): void {
  // A main function that went well may have set one of its own.
  if (status !== 0) process.exitCode = status;
}
