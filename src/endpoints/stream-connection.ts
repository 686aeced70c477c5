import { inspect } from 'node:util';
import { type Deferred, fail, succeed } from '../defer/index.js';
import type { IInternetAddress, ITCPTransport } from '../interfaces/index.js';
import type { StreamProtocol } from './stream-protocol.js';

/**
 * A connection for those who would rather write a loop than a protocol:
 *
 *     await using connection = await connect(clientFromString(reactor, 'tcp:example.com:7'));
 *     await connection.write(Buffer.from('hello\n'));
 *     for await (const data of connection) process.stdout.write(data);
 *
 * It is a protocol underneath, so the same rules hold, with these on top:
 *
 *  - **Reading.** The loop gets the bytes as they come, and ends when the peer has ended its writing; then the connection is half open,
 *    and can still be written to. It throws if the connection is lost in another way (ConnectionLost and its kinds), after what came
 *    before that was read. Leaving the loop (`break`, `return`, a throw) leaves the connection as it is: what was not read can be
 *    read later. While nobody reads, the peer has to wait once `readBufferSize` bytes have come.
 *  - **Writing.** `await write(...)` waits while too much is queued. It fails once the connection is lost; if nobody awaits it, that
 *    isn't logged.
 *  - **Ending.** Nothing closes a connection but its two ends: use `await using`, or call `close()`.
 *
 * Not in Twisted.
 */
export class StreamConnection implements AsyncIterable<Buffer>, AsyncDisposable {
  readonly #protocol: StreamProtocol;
  #ended = false;

  /** Connections are made by `connect` and `listen`. */
  constructor(protocol: StreamProtocol) {
    this.#protocol = protocol;
  }

  /** The transport, for all that isn't here: options, events, TCP_INFO. Its reading side is paused and resumed by this. */
  get transport(): ITCPTransport {
    return this.#protocol.transport;
  }

  /** Whether the connection is there; half open counts. */
  get connected(): boolean {
    return this.#protocol.lostReason === undefined;
  }

  /** Whether `error` is what the connection was lost with: what reading and writing fail with then. */
  wasLostWith(error: unknown): boolean {
    const { lostReason } = this.#protocol;
    return lostReason !== undefined && lostReason.value === error;
  }

  /** The other end. Also known after the connection is lost. */
  getPeer(): IInternetAddress {
    return this.transport.getPeer();
  }

  /** This end. Also known after the connection is lost. */
  getHost(): IInternetAddress {
    return this.transport.getHost();
  }

  /**
   * The next bytes that come, as many as there are, at least one; undefined when the peer has ended its writing. Fails with what the
   * connection was lost with, if that is no orderly end. Those who ask first are answered first. Cancelling it is no loss: the bytes
   * go to who asks next.
   */
  read(): Deferred<Buffer | undefined> {
    return this.#protocol.input.read();
  }

  /** Reads until the end. See the class for what leaving the loop means. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    for (;;) {
      const data = await this.read();
      if (data === undefined) return;
      yield data;
    }
  }

  /**
   * Queues bytes, which mustn't be changed until they are sent. Fires at once, or, if more is queued than `transport.writeBufferSize`, when
   * all is sent. Fails with the reason if the connection is lost, with an Error after `end()` or `close()`.
   * Throws a TypeError at once for anything but a Uint8Array.
   */
  write(data: Uint8Array): Deferred<void> {
    const { lostReason } = this.#protocol;
    if (lostReason !== undefined) return unlogged(fail(lostReason));
    if (this.#ended) return unlogged(fail(new Error('Nothing can be written after end() or close()')));
    return this.transport.write(data) ? succeed<void>(undefined) : this.drained();
  }

  /** Fires when nothing is queued any more; fails with the reason if the connection is lost first. */
  drained(): Deferred<void> {
    const { lostReason } = this.#protocol;
    return unlogged(lostReason === undefined ? this.transport.drained() : fail(lostReason));
  }

  /**
   * Ends the writing: the peer sees an end when it has read everything. Reading goes on. When the peer ends as well, the connection is over.
   * Fires when all is with the kernel; fails with the reason if the connection is lost first. Called again it only waits.
   */
  end(): Deferred<void> {
    this.#ended = true;
    const sent = this.drained();
    if (this.connected) this.transport.loseWriteConnection();
    return sent;
  }

  /**
   * Ends the connection in order: what is queued is sent, what comes or has not been read is dropped. Fires when the connection is over, and
   * never fails. A peer that doesn't take what is queued holds it up; `abort()` doesn't wait for it, and neither does
   * an endpoint's `slowReaderTimeoutMs`.
   */
  close(): Deferred<void> {
    this.#ended = true;
    this.#protocol.input.clear();
    this.transport.loseConnection();
    return this.whenLost();
  }

  /** Ends the connection at once: what is queued is dropped, the peer gets a reset. Whoever reads or writes fails with ConnectionAborted. */
  abort(): void {
    this.transport.abortConnection();
  }

  /** Fires when the connection is over, for whatever reason; at once if it is. */
  whenLost(): Deferred<void> {
    return this.transport.whenLost();
  }

  /** `close()`, awaited. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** `<StreamConnection to 127.0.0.1:8007>`. */
  toString(): string {
    const { host, port } = this.getPeer();
    return `<StreamConnection to ${host.includes(':') ? `[${host}]` : host}:${port}${this.connected ? '' : ', lost'}>`;
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/** A failure that nobody looks at isn't worth a log record: the reading side tells of it as well. It stays for who awaits it. */
function unlogged<T>(deferred: Deferred<T>): Deferred<T> {
  deferred.toPromise().catch(() => undefined);
  return deferred;
}
