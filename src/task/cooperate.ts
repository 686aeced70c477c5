import type { Deferred } from '../defer/index.js';
import type { CooperativeTask, CooperativeWork } from './cooperative-task.js';
import { type CoiterateOptions, Cooperator } from './cooperator.js';

/** The Cooperator that programs share. It schedules nothing until it has a task. */
const shared = new Cooperator();

/** A task of the shared Cooperator, on the default reactor; see {@link Cooperator.cooperate}. Twisted: `cooperate`. */
export function cooperate<W extends CooperativeWork>(work: W): CooperativeTask<W> {
  return shared.cooperate(work);
}

/** The same as a Deferred; see {@link Cooperator.coiterate}. Twisted: `coiterate`. */
export function coiterate<W extends CooperativeWork>(work: W, options?: CoiterateOptions<W>): Deferred<W> {
  return shared.coiterate(work, options);
}
