import type { Agenda } from './agenda.js';
import type { Choices } from './choices.js';
import { Host } from './host.js';
import { isLoopback, usualForm } from './place.js';

/** SO_SNDBUF and SO_RCVBUF of new TCP sockets, in bytes. */
export interface BufferSizes {
  /** How much can wait to be sent. */
  readonly sendBytes: number;
  /** How much can wait to be read. */
  readonly receiveBytes: number;
}

/** How long packets take, in virtual ms; each has its own time between the two, and none overtakes another of its connection. */
export interface Latency {
  /** No packet is faster. */
  readonly leastMs: number;
  /** No packet is slower. */
  readonly mostMs: number;
}

/**
 * The network of a simulated kernel: hosts with their addresses, and how they reach each other.
 *
 * What stays inside one host takes no time: Linux carries it over within the system call that sends it. Between hosts packets
 * take as long as `latency` says. A packet to an address that nobody has, to a host that is silenced, or between hosts that are
 * parted is lost; TCP sends it again after a while, and some time gives up (see Wire).
 */
export class Network {
  /** What happens when. */
  readonly agenda: Agenda;
  /** Decides what is left to chance. */
  readonly choices: Choices;
  /** Between different hosts. May be changed at any time; packets under way keep their time. */
  latency: Latency = { leastMs: 0, mostMs: 0 };
  /**
   * Of sockets that are made from now on. Linux begins with 16,384 and 131,072 and lets them grow with the traffic, which isn't simulated.
   */
  buffers: BufferSizes = { sendBytes: 524_288, receiveBytes: 131_072 };
  /** How likely it is that a segment, a send or a receive is cut short somewhere: 0 never, 1 always. */
  fragmentation = 0;
  readonly #hosts: Host[] = [];
  readonly #silent = new Set<Host>();
  readonly #parted: (readonly [Host, Host])[] = [];

  constructor(agenda: Agenda, choices: Choices) {
    this.agenda = agenda;
    this.choices = choices;
  }

  /**
   * A machine with these addresses, besides the loopback ones that all have. Throws a RangeError for what isn't an IP address, or
   * belongs to another host already.
   */
  addHost(name: string, addresses: readonly string[] = []): Host {
    const usual = addresses.map(usualForm);
    for (const address of usual) {
      if (isLoopback(address) || this.#hosts.some((host) => host.has(address))) {
        throw new RangeError(`${address} is taken`);
      }
    }
    const host = new Host(this, name, usual);
    this.#hosts.push(host);
    return host;
  }

  /** The host that `from` reaches under this address; undefined if there is none. */
  find(from: Host, address: string): Host | undefined {
    if (isLoopback(address)) return from;
    return this.#hosts.find((host) => host.has(address));
  }

  /** Whether anything is sent to this address at all: there is a host of that family to send it from. */
  hasRoute(from: Host, address: string): boolean {
    return from.sourceFor(address) !== undefined;
  }

  /** Loses all packets from and to this host, but for those that stay inside it: it never answers. */
  silence(host: Host): void {
    this.#silent.add(host);
  }

  /** Loses all packets between two hosts. */
  part(one: Host, two: Host): void {
    this.#parted.push([one, two]);
  }

  /** Takes back all that `silence` and `part` did. What was lost meanwhile is sent again when its time has come. */
  heal(): void {
    this.#silent.clear();
    this.#parted.length = 0;
  }

  /** Whether a packet that is sent now arrives. */
  carries(from: Host, to: Host): boolean {
    if (from === to) return true;
    if (this.#silent.has(from) || this.#silent.has(to)) return false;
    return !this.#parted.some((pair) => pair.includes(from) && pair.includes(to));
  }

  /** How long a packet takes, in ms. */
  delay(from: Host, to: Host): number {
    if (from === to) return 0;
    const { leastMs, mostMs } = this.latency;
    return mostMs > leastMs ? this.choices.between(leastMs, mostMs) : leastMs;
  }
}
