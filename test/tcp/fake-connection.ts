import { IPv4Address } from '../../src/address/index.js';
import type { Failure } from '../../src/defer/index.js';
import type { ConnectionOptions, IAddress, IDelayedCall, IProtocol } from '../../src/interfaces/index.js';
import { Connection, type ConnectionDriver, connectionLimits } from '../../src/tcp/index.js';
import type { QueuedFile } from '../../src/tcp/queued-file.js';
import type { WriteQueue } from '../../src/tcp/write-queue.js';
import {
  type ProtocolHooks,
  RecordingHalfCloseProtocol,
  RecordingProtocol,
} from '../../src/testing/conformance/index.js';
import { Clock } from '../../src/time/index.js';

/** How a driver was told to give its descriptor up. */
export type GivenUp = 'in order' | 'at once' | 'with reset' | 'released';

/**
 * A driver in memory. It keeps what it is asked and does nothing of it; the test plays the kernel. Whoever asks it
 * anything after it has given its descriptor up gets an error.
 */
export class FakeDriver implements ConnectionDriver {
  readonly clock = new Clock();
  /** All that was asked, in order. */
  readonly calls: string[] = [];
  reading = false;
  /** Whether sending was asked for and hasn't been done. */
  writing = false;
  /** What was asked after the descriptor was given up: nothing should be. */
  readonly misuses: string[] = [];
  /** How the descriptor was given up, once for each time it was. */
  readonly givenUp: GivenUp[] = [];
  /** What was queued when the connection was closed in order. */
  leftover: WriteQueue | undefined;
  /** Whether the peer had ended by then. */
  peerEnded: boolean | undefined;

  startReading(): void {
    this.#asked('startReading');
    this.reading = true;
  }

  stopReading(): void {
    this.#asked('stopReading');
    this.reading = false;
  }

  startWriting(): void {
    this.#asked('startWriting');
    this.writing = true;
  }

  shutdownWrite(): void {
    this.#asked('shutdownWrite');
  }

  closeInOrder(queue: WriteQueue, peerEnded: boolean): void {
    this.#asked('closeInOrder');
    this.leftover = queue;
    this.peerEnded = peerEnded;
    this.#giveUp('in order');
  }

  closeAtOnce(reset: boolean): void {
    this.#asked('closeAtOnce');
    this.#giveUp(reset ? 'with reset' : 'at once');
  }

  release(): number {
    this.#asked('release');
    this.#giveUp('released');
    return 42;
  }

  later(f: () => void): IDelayedCall {
    this.#asked('later');
    return this.clock.callLater(0, f);
  }

  after(delayMs: number, f: () => void): IDelayedCall {
    this.#asked('after');
    return this.clock.callLater(delayMs / 1000, f);
  }

  #asked(call: string): void {
    if (this.givenUp.length > 0) {
      this.misuses.push(call);
      throw new Error(`${call} of a driver that has given its descriptor up`);
    }
    this.calls.push(call);
  }

  #giveUp(how: GivenUp): void {
    this.givenUp.push(how);
    this.reading = false;
    this.writing = false;
  }
}

/** A connection with nothing but its state machine, and what a driver may do to it. */
export class FakeConnection extends Connection {
  readonly fake: FakeDriver = new FakeDriver();
  /** The reasons that `ended` was told. */
  readonly endings: Failure[] = [];
  /** All that was sent. */
  output = '';

  constructor(options: ConnectionOptions = {}) {
    super(connectionLimits(options));
  }

  getPeer(): IAddress {
    return new IPv4Address('TCP', '127.0.0.1', 1);
  }

  getHost(): IAddress {
    return new IPv4Address('TCP', '127.0.0.1', 2);
  }

  logPrefix(): string {
    return 'FakeConnection';
  }

  start(protocol: IProtocol): void {
    this.begin(this.fake, protocol);
  }

  /** Bytes come from the peer. */
  receive(text: string): void {
    if (!this.fake.reading) throw new Error('The driver was told not to read');
    this.dataReceived(Buffer.from(text));
  }

  /** A turn ends: the kernel takes up to `most` bytes if sending was asked for. */
  flush(most = Infinity): void {
    if (!this.fake.writing) return;
    this.fake.writing = false;
    const { chunkBytes, file } = this.queue;
    const fromFile = chunkBytes === 0 ? file : undefined;
    const taken = Math.min(most, fromFile?.bytes ?? chunkBytes);
    const bytes = fromFile === undefined ? contentOf(this.queue) : contentOfFile(fromFile);
    this.output += bytes.subarray(0, taken).toString('latin1');
    this.queue.consume(taken);
    // As the kernel would say that it can take more.
    if (this.queue.bytes > 0) this.fake.writing = true;
    this.sent(taken);
  }

  /** What was put off to a later turn is done. */
  nextTurn(): void {
    this.fake.clock.advance(0);
  }

  protected override ended(reason: Failure): void {
    this.endings.push(reason);
  }
}

/** What a file has still to send. Byte `i` of any file is `i % 251` here. */
export function contentOfFile({ position, bytes }: QueuedFile): Buffer {
  return Buffer.from(Array.from({ length: bytes }, (_, i) => (position + i) % 251));
}

/** The bytes of the chunks that a queue has still to send. */
export function contentOf(queue: WriteQueue): Buffer {
  const chunks = queue.single === undefined ? queue.chunks.slice(queue.first) : [queue.single];
  return Buffer.concat(chunks).subarray(queue.offset);
}

export interface FakeConnectionOptions {
  /** What the protocol does in its callbacks. */
  readonly hooks?: ProtocolHooks;
  /** The protocol takes half-closes. */
  readonly halfClose?: boolean;
  readonly limits?: ConnectionOptions;
}

export interface Connected {
  readonly connection: FakeConnection;
  readonly driver: FakeDriver;
  readonly protocol: RecordingProtocol;
}

/** A connection that has begun, and a protocol that keeps what it is told. */
export function connect({
  hooks = {},
  halfClose = false,
  limits = {},
}: FakeConnectionOptions = {}): Connected {
  const connection = new FakeConnection(limits);
  const protocol = halfClose ? new RecordingHalfCloseProtocol(hooks) : new RecordingProtocol(hooks);
  connection.start(protocol);
  return { connection, driver: connection.fake, protocol };
}
