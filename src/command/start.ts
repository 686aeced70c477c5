import type { IService } from '../interfaces/index.js';
import type { Settings } from './command.js';
import { reportFailure } from './failure.js';
import { writeLogs } from './logs.js';
import { runUntilSignal } from './run-until-signal.js';
import type { Terminal } from './terminal.js';

/** Has logs written as the settings say, and runs the service until a signal comes. The answer is the exit code. */
export function start(
  service: IService,
  settings: Settings,
  terminal: Terminal,
  limitMs?: number,
): Promise<number> {
  const logsAreOurs = writeLogs(settings.log);
  return runUntilSignal(service, {
    limitMs,
    failed: (error) => reportFailure(error, logsAreOurs, terminal),
  });
}
