/**
 * What a thread of a pool runs: a file of its own, since that is what a thread is started with. It must not import
 * anything of heddle that has to do with a reactor.
 */
import { type PackedError, packError } from './thread-error.js';

/** One function to call. */
export interface ThreadWork {
  readonly url: string;
  readonly name: string;
  readonly args: readonly unknown[];
}

/** What became of the calls: all their results, or the error of the one that was the last. */
export type ThreadOutcome = { readonly results: readonly unknown[] } | { readonly error: PackedError };

/** Makes the calls one after the other. */
export async function run(calls: readonly ThreadWork[]): Promise<ThreadOutcome> {
  try {
    const results: unknown[] = [];
    for (const call of calls) results.push(await make(call));
    return { results };
  } catch (error) {
    return { error: packError(error) };
  }
}

async function make({ url, name, args }: ThreadWork): Promise<unknown> {
  const module = (await import(url)) as Readonly<Record<string, unknown>>;
  const f = module[name];
  if (typeof f !== 'function') throw new TypeError(`The module ${url} exports no function ${name}`);
  return (f as (...given: readonly unknown[]) => unknown)(...args);
}
