/**
 * How near the process is to its descriptor limit, told without opening a descriptor: at the limit that would fail.
 *
 * Facts: poll(2) with events 0 sets POLLNVAL for a number that isn't open, and looks at no more than RLIMIT_NOFILE
 * records (EINVAL). A number at or above the soft limit may be open all the same, if the limit was lowered later; it
 * isn't counted here, as it isn't in the way of a new one.
 */
import { POLLNVAL, RLIMIT_NOFILE } from './constants.js';
import { errno } from './errno.js';
import type { Libc } from './libc.js';
import { checked } from './system-error.js';

/** How many descriptors a process has open, and may have. */
export interface DescriptorUsage {
  /** Numbers below the soft limit that are open, whoever opened them. */
  readonly inUse: number;
  /** The limit that counts: a new descriptor's number is below it (RLIMIT_NOFILE). */
  readonly soft: number;
  /** The limit up to which the soft one may be raised. */
  readonly hard: number;
}

const POLLFD_BYTES = 8;
const REVENTS_OFFSET = 6;
const BLOCK = 4096;

/**
 * New descriptors get the lowest free number, so the open ones lie together at the bottom. After so many blocks without one
 * the search ends: limits of a thousand million, or none, do occur.
 */
const EMPTY_BLOCKS_MAX = 16;

/** Counts the descriptors in use: one poll call for each 4096 numbers, up to the limit or well past the last one open. */
export function descriptorUsage(libc: Libc): DescriptorUsage {
  const limit = { soft: 0, hard: 0 };
  checked(libc.getrlimit(RLIMIT_NOFILE, limit), 'getrlimit');
  const records = Buffer.alloc(Math.min(BLOCK, limit.soft) * POLLFD_BYTES);
  let inUse = 0;
  let emptyBlocks = 0;
  for (let first = 0; first < limit.soft && emptyBlocks < EMPTY_BLOCKS_MAX; first += BLOCK) {
    const open = countOpen(libc, records, first, Math.min(BLOCK, limit.soft - first));
    emptyBlocks = open === 0 ? emptyBlocks + 1 : 0;
    inUse += open;
  }
  return { inUse, soft: limit.soft, hard: limit.hard };
}

/** A sentence for errors: what EMFILE means here and now. Undefined for other errnos. */
export function exhaustionDetail(libc: Libc, result: number): string | undefined {
  if (result !== -errno.EMFILE) return undefined;
  const { inUse, soft } = descriptorUsage(libc);
  return `${inUse} of ${soft} descriptors in use`;
}

function countOpen(libc: Libc, records: Buffer, first: number, count: number): number {
  for (let i = 0; i < count; i += 1) {
    records.writeInt32LE(first + i, i * POLLFD_BYTES);
    records.writeInt32LE(0, i * POLLFD_BYTES + 4);
  }
  checked(libc.poll(records, count, 0), 'poll');
  let open = 0;
  for (let i = 0; i < count; i += 1) {
    if ((records.readInt16LE(i * POLLFD_BYTES + REVENTS_OFFSET) & POLLNVAL) === 0) open += 1;
  }
  return open;
}
