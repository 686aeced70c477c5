import { Failure } from '../defer/index.js';
import { SystemError } from '../errors/index.js';
import type {
  IFileDescriptorReservation,
  ITCPPort,
  ListenTCPOptions,
  PortCounters,
  PortEvents,
} from '../interfaces/index.js';
import { SOCK_CLOEXEC, SOCK_NONBLOCK, SocketAddress, errno, systemError } from '../libc/index.js';
import { type EventSource, getLog } from '../logger/index.js';
import { AcceptPause } from './accept-pause.js';
import { acceptVerdict } from './accept-verdict.js';
import { DescriptorsLow } from './descriptors-low.js';
import { Exhaustion } from './exhaustion.js';
import { defaultReservation } from './file-descriptor-reservation.js';
import { checkListenOptions } from './listen-options.js';
import { type Shedding, shedClients } from './shed-clients.js';
import { readAddress } from './socket-addresses.js';
import type { TransportContext } from './transport-context.js';

/**
 * Accepting, with all that may come of it.
 *
 * Facts, and what follows:
 *  - One readiness event may stand for many clients. Up to `numberAccepts` are accepted in a turn; the number adapts to what
 *    came last, so that a port with one client at a time doesn't pay for a second accept that says EAGAIN.
 *  - Level-triggered epoll tells again of clients that are left for the next turn. It would also tell again of an accept that
 *    can't succeed, at once and for ever: such a port leaves the poller for a while (AcceptPause).
 *  - A spare descriptor that couldn't be taken back is tried for again, whether clients come or not: the next time
 *    that descriptors run out it has to be there.
 *
 * Twisted: `Port.doRead` in twisted.internet.tcp.
 */

const log = getLog('tcp');

/** Accepted in a first turn; Twisted's number. */
const ACCEPTS_FIRST = 100;
/** Added whenever a turn accepted as many as it was allowed to; Twisted's number. */
const ACCEPTS_MORE = 20;
/** The clock is asked after so many clients whether the turn is over. */
const ACCEPTS_PER_CLOCK = 16;

/** The port for which clients are accepted. */
export interface Acceptor extends ITCPPort {
  readonly events: EventSource<PortEvents>;
  /** Whether the next client may be accepted. Asked anew after each, for anything may have happened in between. */
  readonly accepting: boolean;
  /** Has the reactor tell of waiting clients, or no more. */
  watch(): void;
  unwatch(): void;
  /** A client was accepted; its descriptor is the acceptor's from now on. */
  serve(fd: number, client: SocketAddress): void;
  /** The listening socket is no good any more. */
  fail(error: SystemError): void;
  /** For log records. */
  toString(): string;
}

export class AcceptLoop {
  /** How many clients the next turn may accept. */
  numberAccepts: number;
  readonly counters: { -readonly [K in keyof PortCounters]: number } = {
    accepted: 0,
    refused: 0,
    failed: 0,
    shed: 0,
    aborted: 0,
    pauses: 0,
  };

  readonly #context: TransportContext;
  readonly #port: Acceptor;
  readonly #options: ListenTCPOptions;
  readonly #reservation: IFileDescriptorReservation;
  readonly #client = new SocketAddress();
  readonly #exhaustion: Exhaustion;
  readonly #pause: AcceptPause;
  /** Between two attempts to get the lost spare descriptor back. */
  readonly #spareless: AcceptPause;
  readonly #descriptorsLow: DescriptorsLow;
  #unknownTold = false;
  #reservationTold = false;

  /** Throws a RangeError or TypeError for options that make no sense. */
  constructor(context: TransportContext, port: Acceptor, options: ListenTCPOptions) {
    const { libc, time } = context;
    checkListenOptions(options);
    this.#context = context;
    this.#port = port;
    this.#options = options;
    this.#reservation = options.reservation ?? defaultReservation(libc);
    this.numberAccepts = options.numberAccepts ?? ACCEPTS_FIRST;
    this.#exhaustion = new Exhaustion(port, port.events, () => time.seconds());
    this.#pause = new AcceptPause(time, libc.descriptors, () => port.watch());
    this.#spareless = new AcceptPause(time, libc.descriptors, () => this.#regainSpare());
    this.#descriptorsLow = new DescriptorsLow(libc, port, port.events, options.descriptorsLowAt);
  }

  /** True while accepting rests because of an error. */
  get resting(): boolean {
    return this.#pause.active;
  }

  /** Takes the spare descriptor: to be called before the socket is made, so that a full table is met with it in hand. */
  prepare(): void {
    this.#reservation.reserve();
    this.#descriptorsLow.start();
  }

  /** Waits for nothing any more. */
  stop(): void {
    this.#pause.end();
    this.#spareless.end();
  }

  /** Accepts the clients that wait, up to the turn's bound. Never throws. */
  run(): void {
    if (!this.#reservation.available() && !this.#reserveAgain()) return;
    const limit = this.numberAccepts;
    let accepted = 0;
    for (let tries = 1; tries <= limit; tries += 1) {
      const result = this.#acceptOne();
      if (result >= 0) {
        accepted += 1;
        if (!this.#port.accepting) break;
      } else if (this.#failed(result)) {
        if (result === -errno.EMFILE) return;
        break;
      }
      if (tries % ACCEPTS_PER_CLOCK === 0 && this.#context.turn.expired()) return;
    }
    this.numberAccepts = accepted === limit ? limit + ACCEPTS_MORE : Math.max(1, accepted);
  }

  /** Accepts one client; accept's answer. */
  #acceptOne(): number {
    const fd = this.#context.libc.accept4(this.#port.fileno(), this.#client, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return fd;
    if (this.#exhaustion.underWay) this.#exhaustion.accepted();
    this.#pause.succeeded();
    this.#unknownTold = false;
    this.#descriptorsLow.saw(fd);
    this.#port.serve(fd, this.#client);
    return fd;
  }

  /** Does what accept's error asks for. True if this turn's accepting is over. */
  #failed(result: number): boolean {
    const verdict = acceptVerdict(result);
    switch (verdict) {
      case 'empty':
        return true;
      case 'skip':
        if (result !== -errno.EINTR) this.counters.aborted += 1;
        return false;
      case 'exhausted':
        this.#shed(result);
        return true;
      case 'wait':
        this.#rest(result);
        return true;
      case 'fatal':
        this.#port.fail(this.#errorOf(result));
        return true;
      case 'unknown':
        this.#tellUnknown(result);
        this.#rest(result);
        return true;
    }
  }

  #shed(result: number): void {
    if (!this.#reservation.available()) {
      this.#rest(result);
      return;
    }
    const shedding = this.#shedClients();
    if (shedding === undefined) {
      this.#rest(result);
      return;
    }
    if (shedding.peers.length > 0) {
      this.counters.shed += shedding.peers.length;
      this.#exhaustion.shed(shedding.peers.map(readAddress), -result);
    }
    if (!this.#reservation.available()) {
      this.#rest(result);
      if (this.#port.listening) this.#spareless.begin();
    } else if (shedding.result === result) {
      // EMFILE with the spare given up: somebody else has taken the slot, so trying again at once would spin.
      this.#rest(result);
    } else if (shedding.result < 0) {
      this.#failed(shedding.result);
    }
  }

  /** Undefined if the reservation has thrown. */
  #shedClients(): Shedding | undefined {
    const { libc, turn } = this.#context;
    const listeningFd = this.#port.fileno();
    const { shed: policy = 'fin' } = this.#options;
    try {
      return shedClients({ libc, turn, listeningFd, reservation: this.#reservation, policy });
    } catch (error) {
      this.#reservationThrew(error);
      return undefined;
    }
  }

  /** Tries to hold the spare descriptor again. False if the port has to rest instead. */
  #reserveAgain(): boolean {
    try {
      this.#reservation.reserve();
      this.#reservationTold = false;
      return true;
    } catch (error) {
      if (error instanceof SystemError) {
        this.#rest(-error.errno);
        return false;
      }
      // There is nothing to wait for, and clients can be served without a spare.
      this.#reservationThrew(error);
      return true;
    }
  }

  /** Goes on trying for the spare descriptor until it is held. */
  #regainSpare(): void {
    try {
      this.#reservation.reserve();
    } catch {
      // It was told when the spare got lost.
    }
    if (this.#reservation.available()) this.#spareless.succeeded();
    else this.#spareless.begin();
  }

  #rest(result: number): void {
    if (!this.#port.listening) return;
    this.counters.pauses += 1;
    this.#port.unwatch();
    const retryMs = this.#pause.begin();
    this.#exhaustion.paused(-result, retryMs);
  }

  #reservationThrew(error: unknown): void {
    if (this.#reservationTold) return;
    this.#reservationTold = true;
    log.failure('{port}: the reservation threw', Failure.from(error), { port: String(this.#port) });
  }

  #tellUnknown(result: number): void {
    if (this.#unknownTold) return;
    this.#unknownTold = true;
    log.failure('{port}: accept failed', new Failure(this.#errorOf(result)), { port: String(this.#port) });
  }

  #errorOf(result: number): SystemError {
    return systemError(result, 'accept4', { fd: this.#port.fileno() });
  }
}
