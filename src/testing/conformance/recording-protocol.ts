import type { Failure } from '../../defer/index.js';
import type { Completion, IHalfCloseableProtocol } from '../../interfaces/index.js';
import { Protocol } from '../../protocols/index.js';

/** What a protocol was told. */
export type ProtocolEvent = 'made' | 'data' | 'readLost' | 'writeLost' | 'lost';

/** What a test does inside the callbacks, to be changed at any time. Each is called after the event is recorded. */
export interface ProtocolHooks {
  /** In `connectionMade`. */
  made?: (protocol: RecordingProtocol) => Completion;
  /** In `dataReceived`. */
  data?: (protocol: RecordingProtocol, data: Buffer) => Completion;
  /** In `readConnectionLost`. */
  readLost?: (protocol: RecordingProtocol) => Completion;
  /** In `writeConnectionLost`. */
  writeLost?: (protocol: RecordingProtocol) => Completion;
  /** In `connectionLost`. */
  lost?: (protocol: RecordingProtocol, reason: Failure) => Completion;
}

/** Keeps what it is told, in order, and does what the test's hooks say. Twisted: `AccumulatingProtocol`. */
export class RecordingProtocol extends Protocol {
  /** What it was told, in its order. */
  readonly events: ProtocolEvent[] = [];
  /** Callbacks that came while another one was still running. None should, ever. */
  readonly reentered: ProtocolEvent[] = [];
  /** Why the connection was lost; undefined until then. */
  reason: Failure | undefined;
  /** What it does in its callbacks. */
  readonly hooks: ProtocolHooks;
  #received: Buffer[] = [];
  #running = 0;

  constructor(hooks: Readonly<ProtocolHooks> = {}) {
    super();
    this.hooks = { ...hooks };
  }

  /** Whether `connectionMade` was called. */
  get made(): boolean {
    return this.events.includes('made');
  }

  /** Whether `connectionLost` was called. */
  get lost(): boolean {
    return this.events.includes('lost');
  }

  /** Whether `readConnectionLost` was called. */
  get readLost(): boolean {
    return this.events.includes('readLost');
  }

  /** Whether `writeConnectionLost` was called. */
  get writeLost(): boolean {
    return this.events.includes('writeLost');
  }

  /** All bytes received so far. */
  get received(): Buffer {
    if (this.#received.length > 1) this.#received = [Buffer.concat(this.#received)];
    return this.#received[0] ?? Buffer.alloc(0);
  }

  override connectionMade(): Completion {
    return this.record('made', () => this.hooks.made?.(this));
  }

  override dataReceived(data: Buffer): Completion {
    this.#received.push(data);
    return this.record('data', () => this.hooks.data?.(this, data));
  }

  override connectionLost(reason: Failure): Completion {
    this.reason = reason;
    return this.record('lost', () => this.hooks.lost?.(this, reason));
  }

  /** Keeps the event and does what the hook says. */
  protected record(event: ProtocolEvent, hook: () => Completion): Completion {
    this.events.push(event);
    if (this.#running > 0) this.reentered.push(event);
    this.#running += 1;
    try {
      return hook();
    } finally {
      this.#running -= 1;
    }
  }
}

/** The same with half-closes told apart. */
export class RecordingHalfCloseProtocol extends RecordingProtocol implements IHalfCloseableProtocol {
  readConnectionLost(): Completion {
    return this.record('readLost', () => this.hooks.readLost?.(this));
  }

  writeConnectionLost(): Completion {
    return this.record('writeLost', () => this.hooks.writeLost?.(this));
  }
}
