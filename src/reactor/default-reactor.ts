import { inspect } from 'node:util';
import { ReactorAlreadyInstalledError } from '../errors/index.js';
import { Reactor } from './reactor.js';

/** The reactor of this thread, once there is one. */
let installed: Reactor | undefined;

/**
 * The reactor of this thread; the first call makes it, with the default options, unless `installReactor` came
 * before. After it was closed the next call makes another.
 */
export function getReactor(): Reactor {
  if (installed === undefined || installed.closed) installed = new Reactor();
  return installed;
}

/**
 * Makes `reactor` the one of this thread. Throws ReactorAlreadyInstalledError if there is one that isn't closed, a TypeError
 * for what isn't a reactor.
 */
export function installReactor(reactor: Reactor): void {
  if (!(reactor instanceof Reactor))
    throw new TypeError(`installReactor needs a Reactor, not ${inspect(reactor)}`);
  if (installed !== undefined && !installed.closed) throw new ReactorAlreadyInstalledError();
  installed = reactor;
}
