import { Failure } from '../defer/failure.js';
import type { IPushProducer } from '../interfaces/producer.js';
import type { Completion } from '../interfaces/protocol.js';
import type { ITCPTransport, ITransport } from '../interfaces/transport.js';
import { getLog } from '../logger/log.js';
import { ParseError } from './errors.js';
import type { IParser } from './parser.js';
import { Protocol } from './protocol.js';

const log = getLog('protocols');

/** A transport whose reading can be paused. */
export type PausableTransport = ITransport & IPushProducer;

/** What a transport may say of itself beyond ITransport. Who says nothing is taken to go on. */
interface Ending {
  readonly connected?: boolean;
  readonly disconnecting?: boolean;
}

/**
 * A protocol that stands on a parser: it delivers what the parser finds, one item after the other, to `itemReceived`. Lines,
 * netstrings and length-prefixed strings have their own subclasses ({@link LineReceiver} and so on); make one for a parser of
 * yours.
 *
 * What it minds, so that subclasses needn't:
 *  - Whatever is called inside `itemReceived` is safe there: more data, pausing, resuming, closing. Nothing recurses.
 *  - `pauseProducing` stops the delivery at once, in the middle of a piece of input too; what is left waits.
 *    `resumeProducing` goes on with it before it returns.
 *  - Once the connection is closing or lost, nothing more is delivered and nothing more is kept.
 *  - Input that can't be right (a ParseError) goes to `parseFailed`, which closes the connection with that error as its reason.
 *    It is the peer's mistake, so it isn't logged.
 *  - Any other exception, and a rejection where `itemReceived` is async, is the program's: logged once, the connection's end.
 *
 * An async `itemReceived` isn't waited for: the next item may come before it is done. Who wants one at a time pauses, or
 * uses a {@link StreamProtocol}. Not in Twisted, whose receivers each do it by themselves.
 */
export abstract class ParsingProtocol<Item, T extends PausableTransport = ITCPTransport>
  extends Protocol<T>
  implements IPushProducer
{
  #paused = false;
  #delivering = false;

  /** Asked before each item, so the parser's options may be brought up to date here. */
  protected abstract readonly itemParser: IParser<Item>;

  /** An item is complete. */
  protected abstract itemReceived(item: Item): Completion;

  /** The input can't be right. Closes the connection unless overridden; the rest of the input is in the parser (`clear()`). */
  protected parseFailed(error: ParseError): Completion {
    this.transport.loseConnection({ reason: error });
  }

  /** Whether delivering is paused. */
  get paused(): boolean {
    return this.#paused;
  }

  override dataReceived(data: Buffer): Completion {
    if (this.#ending()) return;
    this.itemParser.feed(data);
    if (!this.#delivering) this.#deliver();
  }

  /** No more items, and no more reading, until `resumeProducing`. */
  pauseProducing(): void {
    this.#paused = true;
    this.transport.pauseProducing();
  }

  /** Goes on. What has come already is delivered before this returns. It doesn't throw what the callbacks throw. */
  resumeProducing(): void {
    this.#paused = false;
    this.transport.resumeProducing();
    this.deliverRest();
  }

  /** No more items, ever: the connection is closed. */
  stopProducing(): void {
    this.#paused = true;
    this.transport.stopProducing();
  }

  /** Delivers what the parser has, outside `dataReceived`: nobody else would hear of what goes wrong then. */
  protected deliverRest(): void {
    if (this.#delivering) return;
    try {
      this.#deliver();
    } catch (error) {
      this.#threw(error);
    }
  }

  #deliver(): void {
    this.#delivering = true;
    try {
      for (let item = this.#next(); item !== undefined; item = this.#next()) {
        const completion = this.itemReceived(item);
        if (completion !== undefined) this.#follow(completion);
      }
      // Nothing of what is left will ever be delivered.
      if (this.#ending()) this.itemParser.clear();
    } finally {
      this.#delivering = false;
    }
  }

  /** The next item that may be delivered now. */
  #next(): Item | undefined {
    let refused: ParseError | undefined;
    while (!this.#paused && !this.#ending()) {
      try {
        return this.itemParser.next();
      } catch (error) {
        if (!(error instanceof ParseError)) throw error;
        // The same one again: whoever was told of it has put nothing in its place.
        if (error === refused) return undefined;
        refused = error;
        const completion = this.parseFailed(error);
        if (completion !== undefined) this.#follow(completion);
      }
    }
    return undefined;
  }

  #ending(): boolean {
    const transport: ITransport & Ending = this.transport;
    return transport.disconnecting === true || transport.connected === false;
  }

  #follow(completion: PromiseLike<unknown>): void {
    // Who writes JavaScript may return anything.
    if (typeof completion.then === 'function')
      completion.then(undefined, (error: unknown) => this.#threw(error));
  }

  #threw(error: unknown): void {
    const failure = Failure.from(error);
    log.failure('A callback of {protocol} threw', failure, { protocol: this.logPrefix() });
    this.transport.loseConnection({ reason: failure });
  }
}
