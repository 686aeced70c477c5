/**
 * A `Libc` that fails on demand: it stands before any other one and makes the n-th call of a name fail, or take fewer
 * bytes, or be surrounded by something else that happens in the process (after SQLite's syscall tests).
 *
 * Facts that it keeps to, so that no failure is injected that Linux couldn't produce that way:
 *  - close(2) has closed the descriptor whatever it answers, so a faulted close still closes.
 *  - connect(2) that answers EINTR or EINPROGRESS goes on in the background, so with these it is still made.
 *  - any other failed call has done nothing, so it isn't made.
 */
import { type Driver, type ErrnoName, type IHostLoop, type Libc, errno } from '../libc/index.js';
import { type FaultOdds, OddsOfFaults } from './fault-odds.js';
import { InterceptedLibc, type LibcArguments, type LibcCall } from './intercepted-libc.js';

/** Which calls are meant. */
export interface FaultTime {
  /** The how-manieth call from now on; 1, the next one, by default. */
  readonly nth?: number;
  /** That call and all later ones, instead of that one alone. */
  readonly persist?: boolean;
}

/** How a call shall fail. */
export interface Fault extends FaultTime {
  /** What the call answers, by its name. */
  readonly errno: ErrnoName;
}

/** The calls that move bytes, so that they can move fewer than they were asked to. */
export type TransferCall = 'recv' | 'send' | 'sendmsg' | 'sendfile' | 'read' | 'pread' | 'write';

/** How few bytes a call shall move. */
export interface Truncation extends FaultTime {
  /** At most this many; at least 1, since 0 would mean the end of the stream. */
  readonly bytes: number;
}

/** Something that waits for its call. */
interface Plan<Action> {
  readonly call: LibcCall;
  readonly action: Action;
  readonly persist: boolean;
  /** How many calls are still to come, the meant one included. */
  left: number;
}

/** The plans of one kind, in the order in which they were made. */
class Plans<Action> {
  #plans: Plan<Action>[] = [];

  add(call: LibcCall, action: Action, { nth = 1, persist = false }: FaultTime): void {
    if (!Number.isInteger(nth) || nth < 1) throw new RangeError('nth must be a whole number from 1 on');
    this.#plans.push({ call, action, persist, left: nth });
  }

  /** Counts a call for all plans that wait for it, and gives the actions that are due. */
  due(call: LibcCall): Action[] {
    if (this.#plans.length === 0) return [];
    const due: Action[] = [];
    this.#plans = this.#plans.filter((plan) => {
      if (plan.call !== call) return true;
      if (plan.left > 1) {
        plan.left -= 1;
        return true;
      }
      due.push(plan.action);
      return plan.persist;
    });
    return due;
  }

  clear(): void {
    this.#plans = [];
  }
}

/** See the head of this file. Where several faults meet in one call, the one that was asked for first counts. */
export class FaultyLibc extends InterceptedLibc {
  readonly #counts = new Map<LibcCall, number>();
  readonly #faults = new Plans<ErrnoName>();
  readonly #truncations = new Plans<number>();
  readonly #before = new Plans<() => void>();
  readonly #after = new Plans<() => void>();
  #odds: OddsOfFaults | undefined;
  #injected = 0;

  constructor(libc: Libc) {
    super('faulty', libc);
  }

  /** Makes a call fail with an errno. */
  fail(call: LibcCall, fault: Fault): this {
    this.#faults.add(call, fault.errno, fault);
    return this;
  }

  /** Makes a call move fewer bytes than it was asked to. Throws a RangeError if `bytes` isn't a whole number from 1 on. */
  truncate(call: TransferCall, truncation: Truncation): this {
    const { bytes } = truncation;
    if (!Number.isInteger(bytes) || bytes < 1) throw new RangeError('bytes must be a whole number from 1 on');
    this.#truncations.add(call, bytes, truncation);
    return this;
  }

  /**
   * Does something right before a call is made (or is made to fail), as another thread might: take the descriptor
   * number that comes free, send to the peer, ... What `action` throws, the call throws.
   */
  before(call: LibcCall, action: () => void, time: FaultTime = {}): this {
    this.#before.add(call, action, time);
    return this;
  }

  /** The same right after a call, before its caller sees the answer. */
  after(call: LibcCall, action: () => void, time: FaultTime = {}): this {
    this.#after.add(call, action, time);
    return this;
  }

  /**
   * Makes calls fail by chance from now on, until the next `odds` or `reset()`: `odds({ recv: { ECONNRESET: 0.01, short: 0.2 } }, seed)`. The same
   * seed makes the same faults of the same calls. What was planned with `fail` and `truncate` goes before. Throws a RangeError for odds that can't be.
   */
  odds(odds: FaultOdds, seed: number): this {
    this.#odds = new OddsOfFaults(odds, seed);
    return this;
  }

  /** How often it was called since the beginning, or the last `reset()`, faulted calls included. */
  count(call: LibcCall): number {
    return this.#counts.get(call) ?? 0;
  }

  /** The count of each call that was made at all. */
  get calls(): ReadonlyMap<LibcCall, number> {
    return this.#counts;
  }

  /** How many calls were made to fail, or cut short: 0 tells a torture run that its fault was never met. */
  get injected(): number {
    return this.#injected;
  }

  /** Forgets all counts and all that was asked for and hasn't happened yet. */
  reset(): void {
    this.#counts.clear();
    for (const plans of [this.#faults, this.#truncations, this.#before, this.#after]) plans.clear();
    this.#odds = undefined;
    this.#injected = 0;
  }

  protected override intercept(call: LibcCall, args: LibcArguments): number {
    this.#counts.set(call, this.count(call) + 1);
    for (const action of this.#before.due(call)) action();
    const result = this.#answer(call, args);
    for (const action of this.#after.due(call)) action();
    return result;
  }

  #answer(call: LibcCall, args: LibcArguments): number {
    const fault = this.#faults.due(call)[0];
    const bytes = this.#truncations.due(call)[0];
    if (fault !== undefined) return this.#fail(call, args, fault);
    if (bytes !== undefined) return this.#cutShort(call, args, bytes);
    const mishap = this.#odds?.draw(call);
    if (mishap === undefined) return this.make(call, args);
    if ('errno' in mishap) return this.#fail(call, args, mishap.errno);
    return this.#cutShort(call, args, Math.max(1, Math.floor(bytesAsked(call, args) * mishap.share)));
  }

  #fail(call: LibcCall, args: LibcArguments, fault: ErrnoName): number {
    this.#injected += 1;
    if (isMadeAnyway(call, fault)) this.make(call, args);
    return -errno[fault];
  }

  #cutShort(call: LibcCall, args: LibcArguments, bytes: number): number {
    this.#injected += 1;
    return this.make(call, call === 'sendmsg' ? shortenGather(args, bytes) : shorten(args, bytes));
  }
}

/** How many bytes a call is asked to move. */
function bytesAsked(call: LibcCall, args: LibcArguments): number {
  if (call !== 'sendmsg') return args[3] as number;
  const [, buffers, first, count, offset] = args as Parameters<Libc['sendmsg']>;
  return buffers.slice(first, first + count).reduce((sum, { length }) => sum + length, -offset);
}

function isMadeAnyway(call: LibcCall, fault: ErrnoName): boolean {
  return call === 'close' || (call === 'connect' && (fault === 'EINTR' || fault === 'EINPROGRESS'));
}

/** `(fd, buffer, offset, length, ...)`, or sendfile's `(fd, file, position, length)`, with a smaller length. */
function shorten([fd, buffer, offset, length, ...rest]: LibcArguments, bytes: number): LibcArguments {
  return [fd, buffer, offset, Math.min(length as number, bytes), ...rest];
}

/** sendmsg's `(fd, buffers, first, count, offset, flags)` with fewer bytes in the buffers. */
function shortenGather(args: LibcArguments, bytes: number): LibcArguments {
  const [fd, buffers, first, count, offset, flags] = args as Parameters<Libc['sendmsg']>;
  const kept: Uint8Array[] = [];
  let room = bytes;
  let skip = offset;
  for (const buffer of buffers.slice(first, first + count)) {
    if (room === 0) break;
    const part = buffer.subarray(skip, skip + room);
    kept.push(part);
    room -= part.length;
    skip = 0;
  }
  return [fd, kept, 0, kept.length, 0, flags];
}

/** What {@link faultyDriver} makes. */
export interface FaultyDriver {
  /** To make a reactor with. */
  readonly driver: Driver;
  /** Its calls, to make them fail. */
  readonly libc: FaultyLibc;
}

/** A driver whose calls can be made to fail. Its host loops are the driver's own, and never fail. */
export function faultyDriver(driver: Driver): FaultyDriver {
  const libc = new FaultyLibc(driver.libc);
  const createHostLoop = (): IHostLoop => driver.createHostLoop();
  return { driver: { name: libc.name, libc, createHostLoop }, libc };
}
