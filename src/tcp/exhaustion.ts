import type { ExhaustionEpisode, IInternetAddress, ITCPPort, PortEvents } from '../interfaces/index.js';
import { errnoName } from '../libc/index.js';
import { type EventSource, diagnosticsChannel, getLog } from '../logger/index.js';

const log = getLog('tcp');
const shedChannel = diagnosticsChannel('heddle:tcp:shed');
const pausedChannel = diagnosticsChannel('heddle:tcp:accept:paused');
const recoveredChannel = diagnosticsChannel('heddle:tcp:recovered');

/** In seconds. */
const LOG_INTERVAL = 1;

/** The port that everything is about. Log lines have its text. */
interface Named extends ITCPPort {
  toString(): string;
}

/**
 * Tells of the times in which a port can't accept: one log line when an episode begins, one with its counts when it
 * is over, and events and messages on diagnostics channels as it goes. An episode lasts from the first client shed,
 * pause or failure to the next client accepted in the normal way.
 *
 * A full server whose clients come and go may have many episodes in a second. Events tell them all; the log tells of those
 * that begin a second or more after the last one it told of, and how many it left out.
 */
export class Exhaustion {
  readonly #port: Named;
  readonly #events: EventSource<PortEvents>;
  readonly #now: () => number;
  #errno: string | undefined;
  #since = 0;
  #shed = 0;
  #failures = 0;
  #pauses = 0;
  /** Whether the log was told of this episode, when it was told of one the last time, and of how many it wasn't since. */
  #logged = false;
  #loggedAt = -Infinity;
  #unlogged = 0;

  /** `now` tells the time in seconds. */
  constructor(port: Named, events: EventSource<PortEvents>, now: () => number) {
    this.#port = port;
    this.#events = events;
    this.#now = now;
  }

  get underWay(): boolean {
    return this.#errno !== undefined;
  }

  /** Clients were accepted and closed at once. */
  shed(peers: readonly IInternetAddress[], errno: number): void {
    const name = errnoName(errno);
    this.#begin(name);
    this.#shed += peers.length;
    for (const peer of peers) {
      this.#events.emit('clientShed', peer);
      if (shedChannel.hasSubscribers) shedChannel.publish({ port: this.#port, peer, errno: name });
    }
  }

  /** accept failed and the port rests for at most `retryMs`. */
  paused(errno: number, retryMs: number): void {
    const name = errnoName(errno);
    this.#begin(name);
    this.#failures += 1;
    this.#pauses += 1;
    this.#events.emit('acceptFailed', name);
    this.#events.emit('acceptPaused', retryMs);
    if (pausedChannel.hasSubscribers) pausedChannel.publish({ port: this.#port, errno: name, retryMs });
  }

  /** A client was accepted in the normal way. */
  accepted(): void {
    if (this.#errno === undefined) return;
    const episode: ExhaustionEpisode = {
      errno: this.#errno,
      shed: this.#shed,
      failures: this.#failures,
      pauses: this.#pauses,
      durationMs: Math.round((this.#now() - this.#since) * 1000),
    };
    this.#errno = undefined;
    if (this.#logged) {
      log.warn(
        '{port}: accepting again after {durationMs} ms of {errno}; clients shed: {shed}, pauses: {pauses}',
        { port: this.#port.toString(), ...episode },
      );
    }
    this.#events.emit('recovered', episode);
    if (recoveredChannel.hasSubscribers) recoveredChannel.publish({ port: this.#port, episode });
  }

  #begin(errno: string): void {
    if (this.#errno !== undefined) return;
    this.#errno = errno;
    this.#since = this.#now();
    this.#shed = 0;
    this.#failures = 0;
    this.#pauses = 0;
    this.#logBeginning(errno);
    this.#events.emit('descriptorsExhausted', errno);
  }

  #logBeginning(errno: string): void {
    this.#logged = this.#since - this.#loggedAt >= LOG_INTERVAL;
    if (!this.#logged) {
      this.#unlogged += 1;
      return;
    }
    const properties = { port: this.#port.toString(), errno, unlogged: this.#unlogged };
    this.#loggedAt = this.#since;
    this.#unlogged = 0;
    log.warn(
      '{port}: cannot accept clients as it should ({errno}); turning them away or letting them wait',
      properties,
    );
  }
}
