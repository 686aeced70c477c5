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

/** Makes `reactor` the one of this thread. Throws ReactorAlreadyInstalledError if there is one that isn't closed. */
export function installReactor(reactor: Reactor): void {
  if (installed !== undefined && !installed.closed) throw new ReactorAlreadyInstalledError();
  installed = reactor;
}
