import type { DescriptorAccounting, Libc } from '../libc/index.js';

/** The name of a call that can be watched, counted and made to fail. */
export type LibcCall = Exclude<keyof Libc, 'name' | 'descriptors' | 'pin'>;

/** What a call was given. */
export type LibcArguments = readonly unknown[];
type Call = (...args: LibcArguments) => number;

/** A `Libc` that stands before another one and leads every call past one place. */
export abstract class InterceptedLibc implements Libc {
  readonly name: string;
  readonly descriptors: DescriptorAccounting;
  readonly #libc: Libc;

  constructor(kind: string, libc: Libc) {
    this.#libc = libc;
    this.name = `${kind} ${libc.name}`;
    this.descriptors = libc.descriptors;
  }

  pin(buffer: Uint8Array): void {
    this.#libc.pin(buffer);
  }

  readonly socket = this.#led('socket');
  readonly socketpair = this.#led('socketpair');
  readonly bind = this.#led('bind');
  readonly listen = this.#led('listen');
  readonly accept4 = this.#led('accept4');
  readonly connect = this.#led('connect');
  readonly getsockname = this.#led('getsockname');
  readonly getpeername = this.#led('getpeername');
  readonly getsockopt = this.#led('getsockopt');
  readonly setsockopt = this.#led('setsockopt');
  readonly shutdown = this.#led('shutdown');
  readonly recv = this.#led('recv');
  readonly send = this.#led('send');
  readonly sendmsg = this.#led('sendmsg');
  readonly sendfile = this.#led('sendfile');
  readonly read = this.#led('read');
  readonly pread = this.#led('pread');
  readonly write = this.#led('write');
  readonly open = this.#led('open');
  readonly pipe2 = this.#led('pipe2');
  readonly close = this.#led('close');
  readonly dup = this.#led('dup');
  readonly fcntl = this.#led('fcntl');
  readonly epoll_create1 = this.#led('epoll_create1');
  readonly epoll_ctl = this.#led('epoll_ctl');
  readonly epoll_wait = this.#led('epoll_wait');
  readonly eventfd = this.#led('eventfd');
  readonly poll = this.#led('poll');
  readonly getrlimit = this.#led('getrlimit');
  readonly setrlimit = this.#led('setrlimit');

  /** A call is made: what its caller is to be answered. */
  protected abstract intercept(call: LibcCall, args: LibcArguments): number;

  /** Makes the call underneath. */
  protected make(call: LibcCall, args: LibcArguments): number {
    const libc = this.#libc as unknown as Readonly<Record<LibcCall, Call>>;
    return libc[call](...args);
  }

  #led<C extends LibcCall>(call: C): Libc[C] {
    const led: Call = (...args) => this.intercept(call, args);
    return led;
  }
}
