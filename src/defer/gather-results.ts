import type { Deferred } from './deferred.js';
import { DeferredList } from './deferred-list.js';

/** The results of a list of Deferreds, place by place. */
export type ResultsOf<D extends readonly Deferred<unknown>[]> = {
  -readonly [K in keyof D]: D[K] extends Deferred<infer T> ? T : never;
};

/** How {@link gatherResults} treats its Deferreds. */
export interface GatherResultsOptions {
  /** Turn the Deferreds' own failures into undefined, so that they aren't reported as unhandled. */
  readonly consumeErrors?: boolean;
}

/**
 * Fires with all results in the list's order, or fails with FirstError as soon as one fails. Cancelling it
 * cancels all. Twisted: `gatherResults`.
 */
export function gatherResults<const D extends readonly Deferred<unknown>[]>(
  deferreds: D,
  options: GatherResultsOptions = {},
): Deferred<ResultsOf<D>> {
  const consumeErrors = options.consumeErrors ?? false;
  const list = new DeferredList(deferreds, { fireOnOneErrback: true, consumeErrors });
  return list.addCallback((outcomes) => outcomes.map(([, result]) => result) as ResultsOf<D>);
}
