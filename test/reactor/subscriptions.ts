import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { DiagnosticsMessages } from '../../src/interfaces/index.js';

type Name = keyof DiagnosticsMessages;

/** Every channel there is; the type says so. */
export const CHANNELS = Object.keys({
  'heddle:tcp:listening': 0,
  'heddle:tcp:closed': 0,
  'heddle:tcp:connection': 0,
  'heddle:tcp:connection:lost': 0,
  'heddle:tcp:connect:failed': 0,
  'heddle:tcp:shed': 0,
  'heddle:tcp:accept:paused': 0,
  'heddle:tcp:recovered': 0,
  'heddle:tcp:descriptors-low': 0,
  'heddle:reactor:slow-turn': 0,
} satisfies Record<Name, 0>) as readonly Name[];

/** Listens to all of heddle's diagnostics channels until it is disposed of. */
export class Subscriptions implements Disposable {
  /** In the order of publishing. */
  readonly names: Name[] = [];
  readonly #messages: object[] = [];
  readonly #onMessage: (name: Name) => void;

  /** `onMessage` is called inside `publish`, as any subscriber is. */
  constructor(onMessage: (name: Name) => void = () => undefined) {
    this.#onMessage = onMessage;
    for (const name of CHANNELS) subscribe(name, this.#listen);
  }

  /** The messages of one channel. */
  of<N extends Name>(name: N): readonly DiagnosticsMessages[N][] {
    return this.#messages.filter((_, i) => this.names[i] === name) as DiagnosticsMessages[N][];
  }

  [Symbol.dispose](): void {
    for (const name of CHANNELS) unsubscribe(name, this.#listen);
  }

  readonly #listen = (message: unknown, name: string | symbol): void => {
    this.names.push(name as Name);
    this.#messages.push(message as object);
    this.#onMessage(name as Name);
  };
}
