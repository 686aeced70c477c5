/** What the tests have done in other threads. */
import { threadId } from 'node:worker_threads';
import { blockingCallFromThread, callFromThread } from '../../src/task/call-from-thread.js';
import type { ReactorPort } from '../../src/task/index.js';

/** What the tests let threads call in theirs. */
export interface TestCalls {
  where(): number;
  add(a: number, b: number): Promise<number>;
  fail(): never;
  note(text: string): void;
  unsendable(): unknown;
  never(): PromiseLike<void>;
}

export class OddError extends Error {
  override readonly name = 'OddError';
  readonly code = 'EODD';
  readonly detail = { number: 7 };
  readonly unsendable = (): void => undefined;
}

export function where(): number {
  return threadId;
}

export function double(number: number, plus = 0): number {
  return 2 * number + plus;
}

export async function doubleLater(number: number): Promise<number> {
  await new Promise((resolve) => setImmediate(resolve));
  return 2 * number;
}

export function throwOdd(message: string): never {
  throw new OddError(message, { cause: new RangeError('the cause') });
}

export function throwText(): never {
  throw 'a text';
}

export function giveFunction(): unknown {
  return () => undefined;
}

/** Says that it has begun, and never ends. */
export function busy(begun: Int32Array): void {
  Atomics.store(begun, 0, 1);
  Atomics.notify(begun, 0);
  Atomics.wait(begun, 0, 1);
}

export async function ask(port: ReactorPort<TestCalls>, a: number, b: number): Promise<unknown> {
  const [there, sum] = await Promise.all([callFromThread(port, 'where'), callFromThread(port, 'add', a, b)]);
  return [threadId, there, sum];
}

export function askBlocking(port: ReactorPort<TestCalls>, a: number, b: number): unknown {
  return [threadId, blockingCallFromThread(port, 'where'), blockingCallFromThread(port, 'add', a, b)];
}

export async function askBoth(port: ReactorPort<TestCalls>): Promise<unknown> {
  const later = callFromThread(port, 'add', 1, 2);
  const now = blockingCallFromThread(port, 'add', 3, 4);
  return [await later, now];
}

/** The outcome of a call, as text. */
async function outcome(f: () => unknown): Promise<unknown> {
  try {
    return await f();
  } catch (error) {
    const { name, message, code } = error as NodeJS.ErrnoException;
    return `${name}: ${message}${code === undefined ? '' : ` (${code})`}`;
  }
}

export async function askInVain(port: ReactorPort<TestCalls>): Promise<unknown> {
  return [
    await outcome(() => callFromThread(port, 'fail')),
    await outcome(() => blockingCallFromThread(port, 'fail')),
    await outcome(() => callFromThread(port, 'unknown' as 'fail')),
    await outcome(() => callFromThread(port, 'toString' as 'fail')),
    await outcome(() => callFromThread(port, 'unsendable')),
    await outcome(() => callFromThread(port, 'note', (() => undefined) as unknown as string)),
    await outcome(() => blockingCallFromThread(port, 'note', (() => undefined) as unknown as string)),
  ];
}

/** Asks for what never comes, blocking or not, and answers with what comes of that. */
export async function askForEver(
  port: ReactorPort<TestCalls>,
  how: 'blocking' | 'waiting',
): Promise<unknown> {
  const first = await outcome(() =>
    how === 'blocking' ? blockingCallFromThread(port, 'never') : callFromThread(port, 'never'),
  );
  return [
    first,
    await outcome(() => callFromThread(port, 'where')),
    await outcome(() => blockingCallFromThread(port, 'where')),
  ];
}

/** Notes three texts without waiting, then closes its side. */
export async function noteAndLeave(port: ReactorPort<TestCalls>): Promise<void> {
  void callFromThread(port, 'note', 'a');
  void callFromThread(port, 'note', 'b');
  await callFromThread(port, 'note', 'c');
  port.close();
}

/** Fails after its work is done, when the gate is opened. */
export function failLater(gate: Int32Array): void {
  const look = (): void => {
    if (Atomics.load(gate, 0) === 1) throw new Error('after the work');
    setImmediate(look);
  };
  look();
}
