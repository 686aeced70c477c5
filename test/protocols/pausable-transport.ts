import type { Failure } from '../../src/defer/failure.js';
import type { IPushProducer } from '../../src/interfaces/producer.js';
import type { LoseConnectionOptions } from '../../src/interfaces/transport.js';
import { requireBytes } from '../../src/tcp/write-queue.js';
import { RecordingTransport } from './recording-transport.js';

/** Keeps what is written and what is asked for, and is closed and paused as a connection is. */
export class PausableTransport extends RecordingTransport implements IPushProducer {
  connected = true;
  disconnecting = false;
  reading = true;
  /** Why it is being closed, if a reason was given. */
  reason: unknown;

  override write(data: Uint8Array): boolean {
    requireBytes(data);
    return super.write(data);
  }

  override writeSequence(pieces: Iterable<Uint8Array>): boolean {
    const all = [...pieces];
    for (const piece of all) requireBytes(piece);
    return super.writeSequence(all);
  }

  override loseConnection({ reason }: LoseConnectionOptions = {}): void {
    if (this.disconnecting) return;
    this.disconnecting = true;
    this.reading = false;
    this.reason = (reason as Failure | undefined)?.value ?? reason;
  }

  pauseProducing(): void {
    this.reading = false;
  }

  resumeProducing(): void {
    if (!this.disconnecting) this.reading = true;
  }

  stopProducing(): void {
    this.loseConnection();
  }
}
