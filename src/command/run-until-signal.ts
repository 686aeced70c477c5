import { constants } from 'node:os';
import { runApplication } from '../application/index.js';
import type { IService } from '../interfaces/index.js';
import { getLog } from '../logger/index.js';
import { onStoppingSignal } from '../reactor/signals.js';
import { EXIT } from './exit-code.js';

const log = getLog('command');

/**
 * Ctrl-C reaches every process of a terminal's foreground group, and npm passes what it gets on to its child: under `npx heddle` one key
 * may come as two signals. Nobody presses it twice in such a time.
 */
const SAME_SIGNAL_MS = 100;

export interface RunUntilSignalOptions {
  /** The longest that stopping may take, in ms; after that the process is to end all the same. Default: no limit. */
  readonly limitMs?: number | undefined;
  /** Is told why it couldn't start or stop. */
  readonly failed: (error: unknown) => void;
  /** Tells the time, in ms. Default: performance. */
  readonly clock?: { now(): number };
}

/**
 * Starts a service, and stops it when SIGINT or SIGTERM comes. The answer is the exit code; the process is to end with it, for after a
 * second signal, or when stopping takes too long, something may still be under way.
 */
export async function runUntilSignal(service: IService, options: RunUntilSignalOptions): Promise<number> {
  const { limitMs, failed, clock = performance } = options;
  const stop = new AbortController();
  let limit: NodeJS.Timeout | undefined;
  let stoppedAt = 0;
  let ignoreSignals = (): void => {};
  const endedEarly = new Promise<number>((end) => {
    ignoreSignals = onStoppingSignal((signal) => {
      if (stop.signal.aborted) {
        if (clock.now() - stoppedAt < SAME_SIGNAL_MS) return;
        log.warn('Received {signal} while stopping, ending at once', { signal });
        end(128 + constants.signals[signal]);
        return;
      }
      log.info('Received {signal}, stopping; a second one ends it at once', { signal });
      stoppedAt = clock.now();
      if (limitMs !== undefined) limit = setTimeout(() => end(tookTooLong(limitMs)), limitMs);
      stop.abort();
    });
  });
  try {
    return await Promise.race([run(service, stop.signal, failed), endedEarly]);
  } finally {
    clearTimeout(limit);
    ignoreSignals();
  }
}

async function run(
  service: IService,
  signal: AbortSignal,
  failed: (error: unknown) => void,
): Promise<number> {
  try {
    await runApplication(service, { signal, installSignalHandlers: false });
    return EXIT.ok;
  } catch (error) {
    failed(error);
    return EXIT.failed;
  }
}

function tookTooLong(limitMs: number): number {
  log.error('Stopping took longer than {seconds} s, ending all the same', { seconds: limitMs / 1000 });
  return EXIT.failed;
}
