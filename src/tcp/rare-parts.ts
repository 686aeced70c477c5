import type { Failure } from '../defer/index.js';
import type { TransportEvents } from '../interfaces/index.js';
import type { EventSource } from '../logger/index.js';
import type { ProducerSlot } from './producer-slot.js';
import type { SlowReader } from './slow-reader.js';
import type { Waiters } from './waiters.js';

/** What only some connections have, or only for a while. An idle one has nothing of it, and pays one word for all. */
export class RareParts {
  events: EventSource<TransportEvents> | undefined = undefined;
  producer: ProducerSlot | undefined = undefined;
  slowReader: SlowReader | undefined = undefined;
  /** The high-water mark, if the program has set it. */
  writeBufferSize: number | undefined = undefined;
  /** The queue is above the high-water mark, or was and isn't empty yet. */
  full = false;
  /** How far our direction's end has come, while the connection goes on without it. */
  writing: 'open' | 'ending' | 'ended' = 'open';
  /** The peer's end came, and the connection goes on without its direction. */
  readEnded = false;
  /** Who waits until all is sent. */
  drained: Waiters | undefined = undefined;
  /** Who waits until the connection is lost. */
  lost: Waiters | undefined = undefined;
  /** Why this side ends the connection, if it has said so: what the protocol is told in the end. */
  reason: Failure | undefined = undefined;
}
