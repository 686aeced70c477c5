import { Failure } from '../defer/index.js';
import type { ITCPPort, PortEvents } from '../interfaces/index.js';
import { type DescriptorUsage, type Libc, RLIMIT_NOFILE, descriptorUsage } from '../libc/index.js';
import { type EventSource, diagnosticsChannel, getLog } from '../logger/index.js';

const log = getLog('tcp');
const channel = diagnosticsChannel('heddle:tcp:descriptors-low');

const SHARE = 0.9;
/** The warning is given again only after numbers had fallen below this share of the mark. */
const REARM_SHARE = 0.9;

/**
 * Warns before the descriptors run out.
 *
 * The kernel gives out the lowest free number, so a number near the limit means that nearly all below it are taken. Looking
 * at the numbers that accept answers costs one comparison; the real count is made only when a warning is due.
 */
export class DescriptorsLow {
  readonly #libc: Libc;
  readonly #port: ITCPPort;
  readonly #events: EventSource<PortEvents>;
  readonly #share: number;
  #mark = Infinity;
  #told = false;

  /** Throws a RangeError unless `share` is between 0 and 1. */
  constructor(libc: Libc, port: ITCPPort, events: EventSource<PortEvents>, share = SHARE) {
    if (!(share >= 0 && share <= 1))
      throw new RangeError(`descriptorsLowAt must be from 0 to 1, not ${share}`);
    this.#libc = libc;
    this.#port = port;
    this.#events = events;
    this.#share = share;
  }

  /** The limit is read now. */
  start(): void {
    const limit = { soft: 0, hard: 0 };
    if (this.#libc.getrlimit(RLIMIT_NOFILE, limit) >= 0) this.#mark = Math.floor(limit.soft * this.#share);
  }

  /** A descriptor with this number was given out. */
  saw(fd: number): void {
    if (fd < this.#mark) {
      if (this.#told && fd < this.#mark * REARM_SHARE) this.#told = false;
    } else if (!this.#told) {
      this.#told = true;
      this.#tell();
    }
  }

  /** Never throws: the client whose descriptor this is about is still to be served. */
  #tell(): void {
    let usage: DescriptorUsage;
    try {
      usage = descriptorUsage(this.#libc);
    } catch (error) {
      log.failure('The descriptors in use could not be counted', Failure.from(error));
      return;
    }
    this.#mark = Math.floor(usage.soft * this.#share);
    const { inUse, soft: limit } = usage;
    this.#events.emit('descriptorsLow', inUse, limit);
    if (channel.hasSubscribers) channel.publish({ port: this.#port, inUse, limit });
  }
}
