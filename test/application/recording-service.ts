import { ensureDeferred } from '../../src/defer/index.js';
import type { Completion } from '../../src/interfaces/index.js';
import { Service } from '../../src/application/index.js';

/** Writes down what it is told, under its name, and does what the test says. */
export class RecordingService extends Service {
  onPrivileged: () => Completion = () => {};
  onStart: () => Completion = () => {};
  onStop: () => Completion = () => {};
  readonly #events: string[];

  constructor(name: string, events: string[] = []) {
    super();
    this.setName(name);
    this.#events = events;
  }

  override privilegedStartService(): Completion {
    this.#events.push(`privileged ${this.name!}`);
    return this.onPrivileged();
  }

  override startService(): Completion {
    this.#events.push(`start ${this.name!}`);
    const started = this.onStart();
    void super.startService();
    return started;
  }

  override stopService(): Completion {
    this.#events.push(`stop ${this.name!}`);
    void super.stopService();
    return this.onStop();
  }
}

/** What a Deferred has come to so far: `pending`, `fired`, or the message of what it has failed with. A failure is handled by that. */
export function outcomeOf(promised: PromiseLike<unknown>): { readonly text: string } {
  const outcome = { text: 'pending' };
  ensureDeferred(promised).addCallbacks(
    () => void (outcome.text = 'fired'),
    ({ value }) => void (outcome.text = (value as Error).message),
  );
  return outcome;
}
