import type { Completion } from '../interfaces/protocol.js';
import type { ITCPTransport } from '../interfaces/transport.js';
import { LineOnlyReceiver } from './line-only-receiver.js';
import type { PausableTransport } from './parsing-protocol.js';

/**
 * A protocol of lines that can also take bytes as they come, and change between the two at any time: a command line that
 * announces a body, say. It begins in line mode. What is said of lines at {@link LineOnlyReceiver} holds here too.
 * Twisted: `LineReceiver`.
 */
export abstract class LineReceiver<T extends PausableTransport = ITCPTransport> extends LineOnlyReceiver<T> {
  /** Whether input is split into lines now. */
  get lineMode(): boolean {
    return !this.lineParser.raw;
  }

  /** Bytes have come in raw mode. Throws an Error unless overridden. */
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- overrides look at the data
  rawDataReceived(data: Buffer): Completion {
    throw new Error(`${this.logPrefix()} is in raw mode, so it has to override rawDataReceived`);
  }

  /** From now on, and with what has come already, bytes go to `rawDataReceived`. */
  setRawMode(): void {
    this.lineParser.raw = true;
  }

  /**
   * From now on bytes are split into lines. `extra` are bytes that came in raw mode and belong to lines: they are delivered
   * before this returns or, within a callback, after that.
   */
  setLineMode(extra?: Buffer): void {
    const parser = this.lineParser;
    parser.raw = false;
    if (extra === undefined || extra.length === 0) return;
    parser.feed(extra);
    this.deliverRest();
  }

  /** Takes away, and returns, what has come and isn't delivered. */
  clearLineBuffer(): Buffer {
    return this.lineParser.clear();
  }

  protected override itemReceived(item: Buffer): Completion {
    return this.lineMode ? this.lineReceived(item) : this.rawDataReceived(item);
  }
}
