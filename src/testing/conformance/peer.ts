import type { IInternetAddress } from '../../interfaces/index.js';
import {
  type Libc,
  MSG_NOSIGNAL,
  SHUT_WR,
  SOL_SOCKET,
  SO_ERROR,
  errno,
  errnoName,
} from '../../libc/index.js';
import { getIntegerOption, resetOnClose } from '../../tcp/socket-options.js';
import { localAddress, remoteAddress } from '../../tcp/socket-addresses.js';

/**
 * A plain TCP socket at the other end of a transport: nothing but calls of the kernel, made when the test asks and before
 * each round of the host loop. It does what a test tells it and remembers what it saw.
 */
export class Peer {
  readonly #libc: Libc;
  readonly #buffer: Buffer;
  #fd: number;
  #connecting: boolean;
  #failure: string | undefined;
  #reading = true;
  #received: Buffer[] = [];
  #bytesReceived = 0;
  #queue: Uint8Array[] = [];
  #writing: 'open' | 'ending' | 'ended' = 'open';
  #sawEnd = false;
  #sawReset = false;

  /**
   * Takes a non-blocking socket over. `buffer` is where it receives; it may be shared with others. `connectResult` is what
   * `connect` answered, 0 for a socket that is connected.
   */
  constructor(libc: Libc, fd: number, buffer: Buffer, connectResult = 0) {
    this.#libc = libc;
    this.#fd = fd;
    this.#buffer = buffer;
    this.#connecting = connectResult === -errno.EINPROGRESS;
    if (connectResult < 0 && !this.#connecting) this.#failure = errnoName(-connectResult);
  }

  /** The connection was made, whatever has become of it. */
  get connected(): boolean {
    return !this.#connecting && this.#failure === undefined;
  }

  /** The errno's name if no connection could be made. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** All bytes received so far. */
  get received(): Buffer {
    if (this.#received.length > 1) this.#received = [Buffer.concat(this.#received)];
    return this.#received[0] ?? Buffer.alloc(0);
  }

  /** How many bytes were received so far. */
  get bytesReceived(): number {
    return this.#bytesReceived;
  }

  /** Bytes that `send` was given and the kernel hasn't taken yet. */
  get bytesUnsent(): number {
    return this.#queue.reduce((sum, { length }) => sum + length, 0);
  }

  /** The other side's FIN came. */
  get sawEnd(): boolean {
    return this.#sawEnd;
  }

  /** The other side reset the connection. Noticed while reading or sending only. */
  get sawReset(): boolean {
    return this.#sawReset;
  }

  /** The other side has gone, this way or that. */
  get sawClose(): boolean {
    return this.#sawEnd || this.#sawReset;
  }

  /** The descriptor, -1 when it is closed. */
  fileno(): number {
    return this.#fd;
  }

  /** Its own address. Throws a SystemError once it is closed. */
  getHost(): IInternetAddress {
    return localAddress(this.#libc, this.#fd);
  }

  /** The other end's address. Throws a SystemError unless it is connected. */
  getPeer(): IInternetAddress {
    return remoteAddress(this.#libc, this.#fd);
  }

  /** Sends, now and before each round until the kernel has taken all. */
  send(data: Uint8Array | string): void {
    this.#queue.push(typeof data === 'string' ? Buffer.from(data) : data);
    if (this.connected) this.#flush();
  }

  /** FIN, once all is sent. */
  shutdownWrite(): void {
    if (this.#writing !== 'open') return;
    this.#writing = 'ending';
    if (this.connected) this.#flush();
  }

  /** Leaves what comes in the kernel. */
  stopReading(): void {
    this.#reading = false;
  }

  /** Reads again. */
  resumeReading(): void {
    this.#reading = true;
  }

  /** Closes at once. With unread input the kernel makes that a reset. */
  close(): void {
    if (this.#fd < 0) return;
    const fd = this.#fd;
    this.#fd = -1;
    this.#libc.close(fd);
  }

  /** Closes with a reset (RST). */
  reset(): void {
    if (this.#fd >= 0) resetOnClose(this.#libc, this.#fd);
    this.close();
  }

  /** Does what can be done without blocking. The drive step calls it. */
  poll(): void {
    if (this.#fd < 0) return;
    if (this.#connecting) this.#checkConnection();
    if (!this.connected) return;
    this.#flush();
    while (this.#reading && !this.sawClose && this.#receive());
  }

  /** A socket on its way has no peer's address; whether it is on its way or stuck, SO_ERROR tells. */
  #checkConnection(): void {
    const error = getIntegerOption(this.#libc, this.#fd, SOL_SOCKET, SO_ERROR);
    if (error === errno.ECONNRESET) {
      this.#connecting = false;
      this.#sawReset = true;
    } else if (error !== 0) {
      this.#connecting = false;
      this.#failure = errnoName(error);
    } else if (this.#hasPeer()) {
      this.#connecting = false;
    }
  }

  #hasPeer(): boolean {
    try {
      this.getPeer();
      return true;
    } catch (error) {
      if ((error as { readonly errno?: unknown }).errno === errno.ENOTCONN) return false;
      throw error;
    }
  }

  #receive(): boolean {
    const n = this.#libc.recv(this.#fd, this.#buffer, 0, this.#buffer.length, 0);
    if (n > 0) {
      this.#received.push(Buffer.from(this.#buffer.subarray(0, n)));
      this.#bytesReceived += n;
      return true;
    }
    if (n === 0) this.#sawEnd = true;
    else this.#failed(n, 'recv');
    return false;
  }

  #flush(): void {
    while (this.#fd >= 0 && this.#queue.length > 0 && this.#sendFirst());
    if (this.#queue.length > 0 || this.#writing !== 'ending') return;
    this.#writing = 'ended';
    this.#libc.shutdown(this.#fd, SHUT_WR);
  }

  #sendFirst(): boolean {
    const first = this.#queue[0] as Uint8Array;
    const n = this.#libc.send(this.#fd, first, 0, first.length, MSG_NOSIGNAL);
    if (n < 0) {
      this.#failed(n, 'send');
      return false;
    }
    if (n === first.length) this.#queue.shift();
    else this.#queue[0] = first.subarray(n);
    return true;
  }

  /** A reset reads as ECONNRESET; as EPIPE where the other side's FIN had come before it (tcp_reset in the kernel). */
  #failed(result: number, call: string): void {
    if (result === -errno.EAGAIN || result === -errno.EINTR) return;
    if (result !== -errno.ECONNRESET && result !== -errno.EPIPE) {
      throw new Error(`${call} of a peer failed: ${errnoName(-result)}`);
    }
    this.#sawReset = true;
    this.#queue = [];
  }
}
