import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';

type AnyFunction = (...args: never[]) => unknown;

/** The names of the functions that a module exports. */
export type FunctionsOf<M> = { [K in keyof M]: M[K] extends AnyFunction ? K : never }[keyof M] & string;

/** What a function of it takes, and what it gives in the end. */
export type ArgumentsOf<M, K extends keyof M> = M[K] extends (...args: infer A) => unknown ? A : never;
/** What comes of calling the function `K`: what it returns, or what its promise is fulfilled with. */
export type ResultOf<M, K extends keyof M> = M[K] extends (...args: never[]) => infer R ? Awaited<R> : never;

/**
 * A module whose functions are to be called in other threads. Functions can't be sent to a thread, so it loads the
 * module itself, once, and finds them by name:
 *
 *     import type * as Sums from './sums.js';
 *
 *     const sums = new ThreadModule<typeof Sums>(new URL('./sums.js', import.meta.url));
 *     const result = await deferToThread(sums, 'add', 1, 2);
 */
export class ThreadModule<M> {
  /** The URL that is imported. */
  readonly url: string;
  /** The module's type; there is nothing there when the program runs. */
  declare protected readonly exports: M;

  /** Takes a URL, or an absolute path. Throws a TypeError for a relative one: nobody could tell what to. */
  constructor(url: URL | string) {
    this.url = urlOf(url);
  }
}

function urlOf(url: URL | string): string {
  if (typeof url !== 'string') return url.href;
  if (URL.canParse(url)) return url;
  if (isAbsolute(url)) return pathToFileURL(url).href;
  throw new TypeError(`A module for threads is named by a URL or an absolute path, not by ${url}`);
}
