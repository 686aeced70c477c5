import { SystemError } from '../../errors/index.js';
import type { ConnectionOptions, KeepAliveOptions, TcpInfo } from '../../interfaces/index.js';
import {
  IPPROTO_TCP,
  SOL_SOCKET,
  SO_KEEPALIVE,
  TCP_NODELAY,
  TCP_USER_TIMEOUT,
  errno,
} from '../../libc/index.js';
import { getIntegerOption, setKeepAlive, setOption } from '../../tcp/socket-options.js';
import { applyOptions } from '../../tcp/tcp-transport.js';

/** The descriptor's number of what has none. */
const NO_DESCRIPTOR = -1;

/** A socket's options without a socket: what was set is what is read, and what was never set is 0. */
export class TcpOptionsInMemory {
  readonly #values = new Map<string, Buffer>();
  readonly #kernel = {
    getsockopt: (_fd: number, level: number, name: number, value: Uint8Array): number => {
      const kept = this.#values.get(`${level}:${name}`) ?? Buffer.alloc(4);
      value.set(kept.subarray(0, value.length));
      return Math.min(kept.length, value.length);
    },
    setsockopt: (_fd: number, level: number, name: number, value: Uint8Array): number => {
      this.#values.set(`${level}:${name}`, Buffer.from(value));
      return 0;
    },
  };

  /** `options` are what a connection is to have from the start. */
  constructor(options: ConnectionOptions = {}) {
    applyOptions(this.#kernel, NO_DESCRIPTOR, options);
  }

  get(level: number, name: number): number {
    return getIntegerOption(this.#kernel, NO_DESCRIPTOR, level, name);
  }

  set(level: number, name: number, value: number | Uint8Array): void {
    setOption(this.#kernel, NO_DESCRIPTOR, level, name, value);
  }

  getTcpNoDelay(): boolean {
    return this.get(IPPROTO_TCP, TCP_NODELAY) !== 0;
  }

  setTcpNoDelay(enabled: boolean): void {
    this.set(IPPROTO_TCP, TCP_NODELAY, enabled ? 1 : 0);
  }

  getTcpKeepAlive(): boolean {
    return this.get(SOL_SOCKET, SO_KEEPALIVE) !== 0;
  }

  setTcpKeepAlive(enabled: boolean, options: KeepAliveOptions = {}): void {
    setKeepAlive(this.#kernel, NO_DESCRIPTOR, enabled, options);
  }

  getTcpUserTimeout(): number {
    return this.get(IPPROTO_TCP, TCP_USER_TIMEOUT);
  }

  setTcpUserTimeout(timeoutMs: number): void {
    this.set(IPPROTO_TCP, TCP_USER_TIMEOUT, timeoutMs);
  }

  /** Throws: there is no kernel that would know. */
  getTcpInfo(): TcpInfo {
    throw new SystemError('getsockopt', errno.ENOPROTOOPT, { detail: 'TCP_INFO of a transport in memory' });
  }
}
