import { type ChannelListener, subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { DiagnosticsMessages } from '../../../src/index.js';

/** Figures about all reactors, ports and connections of this thread, from now until it is disposed of. */
export class Metrics implements Disposable {
  open = 0;
  bytes = 0;
  shed = 0;
  slowestMs = 0;

  readonly #listeners: Partial<Record<keyof DiagnosticsMessages, ChannelListener>> = {
    'heddle:tcp:connection': () => (this.open += 1),
    'heddle:tcp:connection:lost': (message) => {
      const { transport } = message as DiagnosticsMessages['heddle:tcp:connection:lost'];
      this.open -= 1;
      this.bytes += transport.bytesRead + transport.bytesWritten;
    },
    'heddle:tcp:shed': () => (this.shed += 1),
    'heddle:reactor:slow-turn': (message) => {
      const { durationMs } = message as DiagnosticsMessages['heddle:reactor:slow-turn'];
      this.slowestMs = Math.max(this.slowestMs, durationMs);
    },
  };

  constructor() {
    for (const [name, listener] of Object.entries(this.#listeners)) subscribe(name, listener);
  }

  [Symbol.dispose](): void {
    for (const [name, listener] of Object.entries(this.#listeners)) unsubscribe(name, listener);
  }
}
