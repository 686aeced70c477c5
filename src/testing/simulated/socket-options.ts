import {
  AF_INET6,
  AF_UNIX,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPV6_V6ONLY,
  SOL_SOCKET,
  SO_KEEPALIVE,
  SO_LINGER,
  SO_RCVBUF,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SO_SNDBUF,
  TCP_CORK,
  TCP_DEFER_ACCEPT,
  TCP_FASTOPEN,
  TCP_KEEPCNT,
  TCP_KEEPIDLE,
  TCP_KEEPINTVL,
  TCP_MAXSEG,
  TCP_NODELAY,
  TCP_QUICKACK,
  TCP_USER_TIMEOUT,
  errno,
} from '../../libc/index.js';

/**
 * The options of a socket that can be set, and what they are at first.
 *
 * Facts (socket(7), tcp(7), ipv6(7); the numbers by experiment on Linux 6.18): SO_SNDBUF and SO_RCVBUF are doubled when set, cut to
 * wmem_max and rmem_max before, and never get below a minimum. An option that isn't there is ENOPROTOOPT; on another family's
 * level reading is EOPNOTSUPP. A value of fewer than four bytes is EINVAL.
 */
interface OptionRule {
  readonly initial: number;
  readonly least: number;
  readonly most: number;
  /** Whether anything but 0 counts as 1. */
  readonly isFlag: boolean;
}

function flag(initial = 0): OptionRule {
  return { initial, least: -Infinity, most: Infinity, isFlag: true };
}

function amount(initial: number, least: number, most: number): OptionRule {
  return { initial, least, most, isFlag: false };
}

const socketRules = new Map<number, OptionRule>([
  [SO_REUSEADDR, flag()],
  [SO_REUSEPORT, flag()],
  [SO_KEEPALIVE, flag()],
  [SO_SNDBUF, amount(0, -Infinity, Infinity)],
  [SO_RCVBUF, amount(0, -Infinity, Infinity)],
]);

const tcpRules = new Map<number, OptionRule>([
  [TCP_NODELAY, flag()],
  [TCP_CORK, flag()],
  [TCP_QUICKACK, flag(1)],
  [TCP_MAXSEG, amount(536, 88, 32_767)],
  [TCP_KEEPIDLE, amount(7200, 1, 32_767)],
  [TCP_KEEPINTVL, amount(75, 1, 32_767)],
  [TCP_KEEPCNT, amount(9, 1, 127)],
  [TCP_DEFER_ACCEPT, amount(0, -Infinity, Infinity)],
  [TCP_USER_TIMEOUT, amount(0, 0, Infinity)],
  [TCP_FASTOPEN, amount(0, 0, Infinity)],
]);

const ipv6Rules = new Map<number, OptionRule>([[IPV6_V6ONLY, flag()]]);

const MEMORY_MAX = 212_992;
const SEND_MEMORY_MIN = 4608;
const RECEIVE_MEMORY_MIN = 2304;

export class SocketOptions {
  /** SO_LINGER: undefined when it is off. */
  lingerSeconds: number | undefined;
  readonly #family: number;
  readonly #values = new Map<OptionRule, number>();

  constructor(family: number, sendBytes: number, receiveBytes: number) {
    this.#family = family;
    this.#set(socketRules, SO_SNDBUF, sendBytes);
    this.#set(socketRules, SO_RCVBUF, receiveBytes);
  }

  /** SO_SNDBUF and SO_RCVBUF, book-keeping included. */
  get sendBytes(): number {
    return this.integer(SOL_SOCKET, SO_SNDBUF);
  }

  get receiveBytes(): number {
    return this.integer(SOL_SOCKET, SO_RCVBUF);
  }

  /** What an accepted socket has from the one that listened. */
  inherit(from: SocketOptions): void {
    this.lingerSeconds = from.lingerSeconds;
    for (const [rule, value] of from.#values) this.#values.set(rule, value);
  }

  /** The value of an option that exists. */
  integer(level: number, name: number): number {
    const rule = this.#rule(level, name);
    if (rule === undefined) throw new RangeError(`There is no socket option ${level}, ${name}`);
    return this.#values.get(rule) ?? rule.initial;
  }

  isOn(level: number, name: number): boolean {
    return this.integer(level, name) !== 0;
  }

  /** getsockopt(2) of what `set` sets. */
  get(level: number, name: number, value: Uint8Array): number {
    if (level === SOL_SOCKET && name === SO_LINGER) {
      const { lingerSeconds } = this;
      return fill(value, lingerSeconds === undefined ? 0 : 1, lingerSeconds ?? 0);
    }
    if (this.#isForeign(level)) return -errno.EOPNOTSUPP;
    if (this.#rule(level, name) === undefined) return -errno.ENOPROTOOPT;
    return fill(value, this.integer(level, name));
  }

  /** setsockopt(2). */
  set(level: number, name: number, value: Uint8Array): number {
    if (level === SOL_SOCKET && name === SO_LINGER) return this.#setLinger(value);
    const rules = this.#isForeign(level) ? undefined : rulesOf(level);
    const rule = rules?.get(name);
    if (rules === undefined || rule === undefined) return -errno.ENOPROTOOPT;
    if (value.length < 4) return -errno.EINVAL;
    const number = new DataView(value.buffer, value.byteOffset).getInt32(0, true);
    if (number < rule.least || number > rule.most) return -errno.EINVAL;
    if (rules === socketRules && name === SO_SNDBUF) {
      this.#set(rules, name, doubled(number, SEND_MEMORY_MIN));
    } else if (rules === socketRules && name === SO_RCVBUF) {
      this.#set(rules, name, doubled(number, RECEIVE_MEMORY_MIN));
    } else {
      this.#set(rules, name, rule.isFlag ? Number(number !== 0) : number);
    }
    return 0;
  }

  #setLinger(value: Uint8Array): number {
    if (value.length < 8) return -errno.EINVAL;
    const view = new DataView(value.buffer, value.byteOffset);
    this.lingerSeconds = view.getInt32(0, true) === 0 ? undefined : view.getInt32(4, true);
    return 0;
  }

  #set(rules: ReadonlyMap<number, OptionRule>, name: number, value: number): void {
    const rule = rules.get(name);
    if (rule !== undefined) this.#values.set(rule, value);
  }

  #rule(level: number, name: number): OptionRule | undefined {
    return rulesOf(level)?.get(name);
  }

  /** Whether this level belongs to another family of sockets. */
  #isForeign(level: number): boolean {
    if (level === IPPROTO_TCP) return this.#family === AF_UNIX;
    return level === IPPROTO_IPV6 && this.#family !== AF_INET6;
  }
}

function rulesOf(level: number): ReadonlyMap<number, OptionRule> | undefined {
  switch (level) {
    case SOL_SOCKET:
      return socketRules;
    case IPPROTO_TCP:
      return tcpRules;
    case IPPROTO_IPV6:
      return ipv6Rules;
    default:
      return undefined;
  }
}

function doubled(bytes: number, least: number): number {
  return Math.max(least, Math.min(Math.max(0, bytes), MEMORY_MAX) * 2);
}

/** Writes 32-bit numbers into `value`, as far as it has room; how many bytes that were. */
export function fill(value: Uint8Array, ...numbers: number[]): number {
  const bytes = Buffer.from(Int32Array.from(numbers).buffer);
  const part = bytes.subarray(0, value.length);
  value.set(part);
  return part.length;
}
