import { constants } from 'node:buffer';

/** `limit` if it can be one; Infinity stands for what a Buffer can hold. Throws a RangeError otherwise. */
export function checkedLimit(name: string, limit: number): number {
  if (!(limit >= 0)) throw new RangeError(`${name} must be a number of bytes, not ${limit}`);
  return Math.min(limit, constants.MAX_LENGTH);
}
