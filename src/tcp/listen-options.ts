import { inspect } from 'node:util';
import type { ListenTCPOptions } from '../interfaces/index.js';
import { requireBytes } from './write-queue.js';

/**
 * Refuses what makes no sense of the options that the kernel wouldn't refuse, or would quietly take for something else.
 * Throws a RangeError for a number outside its range or an unknown way to shed, a TypeError for a farewell that isn't bytes.
 */
export function checkListenOptions({ backlog, numberAccepts, shed }: ListenTCPOptions): void {
  requireWhole('backlog', backlog, 0);
  requireWhole('numberAccepts', numberAccepts, 1);
  checkShed(shed);
}

// `unknown`: JavaScript passes what it likes.
function checkShed(shed: unknown): void {
  if (shed === undefined || shed === 'fin' || shed === 'reset') return;
  if (typeof shed === 'object' && shed !== null && 'farewell' in shed) requireBytes(shed.farewell);
  else throw new RangeError(`shed must be 'fin', 'reset' or { farewell }, not ${inspect(shed)}`);
}

function requireWhole(name: string, value: number | undefined, atLeast: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= atLeast)) return;
  throw new RangeError(`${name} must be a whole number from ${atLeast} on, not ${inspect(value)}`);
}
