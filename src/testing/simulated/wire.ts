import type { Host } from './host.js';
import type { Segment } from './segment.js';

/**
 * One direction of a connection: segments arrive in the order in which they were sent, each after its own delay.
 *
 * Facts (tcp(7), net/ipv4/tcp_timer.c): a segment that isn't answered is sent again, after a second at first for the handshake
 * (RFC 6298) and after 200 ms (TCP_RTO_MIN) otherwise, each time after twice as long, but no longer than 120 s (TCP_RTO_MAX). An attempt to
 * connect is given up after six repetitions (tcp_syn_retries): 127 s. A connection is given up after tcp_retries2, 15 repetitions: some
 * 924.6 s; or when TCP_USER_TIMEOUT has passed.
 *
 * Here the first segment that doesn't get through is tried again and again, and those behind it wait; so nothing comes out of
 * order, and nothing has to be sent twice.
 */
const FIRST_RETRY_MS = 200;
const FIRST_SYN_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 120_000;
const SYN_PATIENCE_MS = 127_000;
const PATIENCE_MS = 924_600;

export interface WireEnds {
  readonly from: Host;
  /** Where it leads; undefined while nobody is there. Asked each time: it is the wire of whoever has the address then. */
  readonly to: () => Host | undefined;
  /** A segment has arrived. False: it was thrown away, and has to be sent again. */
  readonly deliver: (segment: Segment) => boolean;
  /** What didn't get through has been tried for too long. */
  readonly gaveUp: () => void;
  /** TCP_USER_TIMEOUT in ms; 0 if there is none. */
  readonly userTimeoutMs: () => number;
}

interface Sent {
  readonly segment: Segment;
  readonly arrivesAt: number;
}

export class Wire {
  readonly #ends: WireEnds;
  #queue: Sent[] = [];
  /** The first segment was lost and waits to be sent again; those behind it wait as well. */
  #retrying = false;

  constructor(ends: WireEnds) {
    this.#ends = ends;
  }

  send(segment: Segment): void {
    const { agenda } = this.#ends.from.network;
    // None overtakes another.
    const arrivesAt = Math.max(this.#queue.at(-1)?.arrivesAt ?? 0, agenda.now + this.#delay());
    this.#queue.push({ segment, arrivesAt });
    agenda.after(arrivesAt - agenda.now, () => this.#arrive());
  }

  /** Loses what is under way, for good. */
  cut(): void {
    this.#queue = [];
  }

  /** Delivers all that has come by now. */
  #arrive(): void {
    const { now } = this.#ends.from.network.agenda;
    while (!this.#retrying) {
      const [first] = this.#queue;
      if (first === undefined || first.arrivesAt > now) return;
      if (this.#getsThrough(first)) this.#queue.shift();
      else this.#retryLater(first, firstRetryMs(first.segment), 0);
    }
  }

  #retryLater(sent: Sent, intervalMs: number, triedMs: number): void {
    this.#retrying = true;
    const patience = this.#patienceMs(sent.segment);
    const wait = Math.min(intervalMs, patience - triedMs);
    this.#ends.from.network.agenda.after(wait, () => {
      this.#retrying = false;
      if (this.#queue[0] === sent && !this.#getsThrough(sent)) {
        if (triedMs + wait < patience) {
          this.#retryLater(sent, Math.min(intervalMs * 2, LONGEST_RETRY_MS), triedMs + wait);
          return;
        }
        this.cut();
        this.#ends.gaveUp();
      } else {
        if (this.#queue[0] === sent) this.#queue.shift();
        this.#arrive();
      }
    });
  }

  #getsThrough({ segment }: Sent): boolean {
    const { from, to, deliver } = this.#ends;
    const host = to();
    return host !== undefined && from.network.carries(from, host) && deliver(segment);
  }

  #delay(): number {
    const { from, to } = this.#ends;
    const host = to();
    return host === undefined ? 0 : from.network.delay(from, host);
  }

  #patienceMs({ kind }: Segment): number {
    const userTimeout = this.#ends.userTimeoutMs();
    if (userTimeout > 0) return userTimeout;
    return kind === 'syn' ? SYN_PATIENCE_MS : PATIENCE_MS;
  }
}

function firstRetryMs({ kind }: Segment): number {
  return kind === 'syn' || kind === 'synAck' ? FIRST_SYN_RETRY_MS : FIRST_RETRY_MS;
}
