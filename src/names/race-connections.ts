/**
 * Connecting to a host that has many addresses: "Happy Eyeballs", RFC 8305. This file decides when to try which address;
 * how to try one, how to look names up and what the time is are handed in.
 *
 * Facts it rests on:
 * - Addresses come in two streams. When IPv6's come first, connecting begins at once; when IPv4's come first, IPv6 gets a
 *   Resolution Delay of 50 ms to follow (section 3). If the look-up is complete there is nothing to wait for.
 * - Within its family an address keeps the place that the resolver gave it (RFC 6724, done by getaddrinfo). The families
 *   take turns, IPv6 first, so that one that leads nowhere costs one delay and not many (section 4).
 * - One attempt begins at a time. The next begins when the Connection Attempt Delay, 250 ms, is over and nothing is
 *   connected yet; those begun before go on (section 5). After a failure there is no reason to wait, so the next begins
 *   at once.
 * - The first connection wins; all other attempts are cancelled (section 5).
 * - Addresses that come while attempts are under way take their place among those not yet tried (section 6).
 *
 * Twisted has this in HostnameEndpoint, without the turns of the families and without the hurry after a failure.
 */
import { Deferred, type ICallLater } from '../defer/deferred.js';
import { maybeDeferred } from '../defer/maybe-deferred.js';
import type { IInternetAddress } from '../interfaces/address.js';
import type {
  AddressFamily,
  IHostnameResolver,
  IHostResolution,
  IResolutionReceiver,
} from '../interfaces/resolver.js';
import { getLog } from '../logger/log.js';
import { AddressQueue, familyOf } from './address-queue.js';
import { allFailed } from './all-failed.js';
import { noAddress } from './no-address.js';

const log = getLog('names');

/** What a race is about. */
export interface Race<T> {
  readonly clock: ICallLater;
  readonly resolver: IHostnameResolver;
  readonly hostName: string;
  readonly port: number;
  /** Tries one address. Cancelling the answer stops the attempt. */
  readonly attempt: (address: IInternetAddress) => Deferred<T>;
  /** Takes back a connection that was made although it was too late. An exception is logged. */
  readonly discard: (value: T) => void;
  /** The families wanted; both by default. */
  readonly families?: readonly AddressFamily[];
  /** How long an attempt is alone before the next one begins, in ms. Default 250. */
  readonly attemptDelayMs?: number;
  /** How long IPv6 addresses may come after the first IPv4 address, in ms. Default 50. */
  readonly resolutionDelayMs?: number;
}

/** The connection that was made first, and where it leads. */
export interface RaceWinner<T> {
  readonly value: T;
  readonly address: IInternetAddress;
}

/**
 * The first connection to any address of a host. If all attempts fail it fails with an AggregateError of their errors,
 * in the order of failing; if there was only one attempt, with its error itself; if there is no address, with
 * DNSLookupError. Cancelling it cancels the look-up and all attempts. Throws what the resolver's `resolveHostName`
 * throws.
 */
export function raceConnections<T>(race: Race<T>): Deferred<RaceWinner<T>> {
  return new ConnectionRace(race).winner;
}

type Timer = ReturnType<ICallLater['callLater']>;

class ConnectionRace<T> implements IResolutionReceiver {
  readonly winner = new Deferred<RaceWinner<T>>(() => this.#end());
  readonly #race: Race<T>;
  readonly #waitsForIPv6: boolean;
  readonly #addresses = new AddressQueue();
  readonly #attempts = new Set<Deferred<unknown>>();
  readonly #errors: unknown[] = [];
  #lookupErrors: readonly Error[] = [];
  #resolution: IHostResolution | undefined;
  #resolutionDelay: Timer | undefined;
  #attemptDelay: Timer | undefined;
  #begun = false;
  #beginning = false;
  #resolved = false;
  #over = false;

  constructor(race: Race<T>) {
    this.#race = race;
    const { resolver, hostName, port, families } = race;
    this.#waitsForIPv6 = families?.includes(6) ?? true;
    resolver.resolveHostName(this, hostName, port, families === undefined ? {} : { families });
  }

  resolutionBegan(resolution: IHostResolution): void {
    this.#resolution = resolution;
  }

  addressResolved(address: IInternetAddress): void {
    if (this.#over || !this.#addresses.add(address)) return;
    if (this.#begun) {
      this.#goOn();
    } else if (!this.#waitsForIPv6 || familyOf(address) === 6) {
      this.#begin();
    } else {
      this.#resolutionDelay ??= this.#after(this.#race.resolutionDelayMs ?? 50, () => this.#begin());
    }
  }

  resolutionComplete(errors: readonly Error[] = []): void {
    if (this.#over) return;
    this.#resolved = true;
    this.#lookupErrors = errors;
    this.#begin();
  }

  #begin(): void {
    this.#begun = true;
    stop(this.#resolutionDelay);
    this.#goOn();
  }

  /** Begins as many attempts as may begin now, which is more than one if they fail at once. */
  #goOn(): void {
    // A failure inside `attempt` comes back here: the loop below goes on then, so that the stack doesn't grow.
    if (this.#beginning) return;
    this.#beginning = true;
    while (!this.#over && this.#attemptDelay === undefined) {
      const address = this.#addresses.next();
      if (address === undefined) break;
      this.#beginAttempt(address);
    }
    this.#beginning = false;
    this.#endIfExhausted();
  }

  #beginAttempt(address: IInternetAddress): void {
    this.#attemptDelay = this.#after(this.#race.attemptDelayMs ?? 250, () => {
      this.#attemptDelay = undefined;
      this.#goOn();
    });
    const attempt = maybeDeferred(this.#race.attempt, address);
    this.#attempts.add(attempt);
    attempt.addCallbacks(
      (value) => this.#connected(attempt, value, address),
      (failure) => this.#failed(attempt, failure.value),
    );
    // The attempt itself may have ended the race from inside.
    if (this.#over) attempt.cancel();
  }

  #connected(attempt: Deferred<unknown>, value: T, address: IInternetAddress): void {
    this.#attempts.delete(attempt);
    if (this.#over) {
      this.#discard(value);
      return;
    }
    this.#end();
    this.winner.callback({ value, address });
  }

  #failed(attempt: Deferred<unknown>, error: unknown): void {
    this.#attempts.delete(attempt);
    // Once the race is over it is our own cancelling that comes back here.
    if (this.#over) return;
    this.#errors.push(error);
    stop(this.#attemptDelay);
    this.#attemptDelay = undefined;
    this.#goOn();
  }

  #discard(value: T): void {
    try {
      this.#race.discard(value);
    } catch (error) {
      log.failure('A connection that lost its race could not be discarded', { value: error });
    }
  }

  #endIfExhausted(): void {
    if (this.#over || !this.#resolved || this.#attempts.size > 0 || !this.#addresses.empty) return;
    this.#end();
    this.winner.errback(this.#whyNobodyWon());
  }

  #whyNobodyWon(): unknown {
    const { hostName, port } = this.#race;
    if (this.#errors.length === 0) return noAddress(hostName, this.#lookupErrors);
    if (this.#errors.length === 1) return this.#errors[0];
    return allFailed(hostName, port, this.#errors);
  }

  /** Nothing is tried, looked up or waited for any more. */
  #end(): void {
    this.#over = true;
    stop(this.#resolutionDelay);
    stop(this.#attemptDelay);
    this.#resolution?.cancel();
    for (const attempt of [...this.#attempts]) attempt.cancel();
  }

  #after(delayMs: number, f: () => void): Timer {
    return this.#race.clock.callLater(delayMs / 1000, f);
  }
}

function stop(timer: Timer | undefined): void {
  if (timer?.active() === true) timer.cancel();
}
