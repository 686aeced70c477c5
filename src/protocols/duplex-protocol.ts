import type { Failure } from '../defer/failure.js';
import type { IHalfCloseableProtocol } from '../interfaces/protocol.js';
import { Factory } from './factory.js';
import { Protocol } from './protocol.js';
import { type DuplexFeed, TransportDuplex, type TransportDuplexOptions } from './transport-duplex.js';

/** What is done with a new stream. If it is async, a rejection costs the connection. */
export type DuplexListener = (stream: TransportDuplex) => void | PromiseLike<unknown>;

/**
 * The protocol of a connection that is used as one of Node's streams: see {@link TransportDuplex}. For a client:
 *
 *     const { duplex } = await connectProtocol(endpoint, new DuplexProtocol());
 *     http.get('http://example.com/', { createConnection: () => duplex });
 *
 * For a server there is {@link DuplexFactory}. Not in Twisted.
 */
export class DuplexProtocol extends Protocol implements IHalfCloseableProtocol {
  readonly #options: TransportDuplexOptions;
  readonly #made: DuplexListener | undefined;
  #duplex: TransportDuplex | undefined;
  #feed: DuplexFeed | undefined;

  /** `made` is called with the stream as soon as there is one. */
  constructor(options: TransportDuplexOptions = {}, made?: DuplexListener) {
    super();
    this.#options = options;
    this.#made = made;
  }

  /** The stream. Throws an Error before `connectionMade`. */
  get duplex(): TransportDuplex {
    if (this.#duplex === undefined) throw new Error('There is no stream before connectionMade');
    return this.#duplex;
  }

  override connectionMade(): void | PromiseLike<unknown> {
    this.#duplex = new TransportDuplex(this.transport, this.#options, (feed) => (this.#feed = feed));
    return this.#made?.(this.#duplex);
  }

  override dataReceived(data: Buffer): void {
    this.#feed?.received(data);
  }

  readConnectionLost(): void {
    this.#feed?.readingEnded();
  }

  writeConnectionLost(): void {
    this.#feed?.writingEnded();
  }

  override connectionLost(reason: Failure): void {
    this.#feed?.lost(reason);
  }
}

/**
 * Calls a function with each new connection, as one of Node's streams: what `net.createServer` does for its listener.
 *
 *     const web = http.createServer(app);
 *     const factory = new DuplexFactory((stream) => void web.emit('connection', stream));
 *     await serverFromString(reactor, 'tcp:8080').listen(factory);
 *
 * What the function throws is logged and costs that connection only. Not in Twisted.
 */
export class DuplexFactory extends Factory<DuplexProtocol> {
  readonly #made: DuplexListener;
  readonly #options: TransportDuplexOptions;

  constructor(made: DuplexListener, options: TransportDuplexOptions = {}) {
    super();
    this.#made = made;
    this.#options = options;
  }

  override buildProtocol(): DuplexProtocol | null {
    const protocol = new DuplexProtocol(this.#options, this.#made);
    protocol.factory = this;
    return protocol;
  }
}
