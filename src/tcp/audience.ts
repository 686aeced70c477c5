import type { TransportEvents } from '../interfaces/index.js';
import type { EventSource } from '../logger/index.js';
import type { ProducerSlot } from './producer-slot.js';
import type { SlowReader } from './slow-reader.js';
import type { Waiters } from './waiters.js';

/** Those who are told how a connection fares, beside its protocol. An idle connection with none of them pays one word for all. */
export class Audience {
  events: EventSource<TransportEvents> | undefined = undefined;
  producer: ProducerSlot | undefined = undefined;
  /** Who waits until all is sent. */
  drained: Waiters | undefined = undefined;
  /** Who waits until the connection is lost. */
  lost: Waiters | undefined = undefined;
  slowReader: SlowReader | undefined = undefined;
}
