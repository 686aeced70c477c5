import { type Deferred, Failure } from '../../defer/index.js';
import type {
  Completion,
  IAddress,
  IOpenFile,
  IProtocol,
  IProtocolFactory,
  LoseConnectionOptions,
  SendFileOptions,
} from '../../interfaces/index.js';
import { getLog } from '../../logger/index.js';
import { type IWrapperFactory, ProtocolWrapper } from './protocol-wrapper.js';
import { trafficText } from './traffic-text.js';
import { WrappingFactory } from './wrapping-factory.js';

const log = getLog('protocols');

/** Where the lines about one connection go; any Writable of node's will do. */
export interface TrafficSink {
  /** One line, with its line feed. */
  write(line: string): unknown;
  /** The connection is over. Leave it out where several connections share what is behind the sink. */
  end?(): unknown;
}

/** Where the traffic goes, and as what. */
export interface TrafficLoggingOptions {
  /** How many bytes of each piece are logged; the rest is cut. Default: all. */
  readonly lengthLimit?: number;
}

/**
 * Logs all that the connections of a factory receive and send, each connection to a sink of its own. `openSink` is called for each
 * with its number, from 1 on, and the peer's address. Protocols open no files, so files are the caller's to open:
 *
 *     new TrafficLoggingFactory(factory, (number) => createWriteStream(`traffic-${number}.log`))
 *
 * A line is `C 1: "what came"`, `S 1: "what was written"`, `SV 1: ["by", "writeSequence"]`, `SF 1: 1000 bytes of a file, from 0 on` for sendFile, `S 1: *` for loseConnection, or
 * `C 1: ` and the reason of the end. If `openSink` throws, the connection is refused; if a sink throws, that is logged,
 * and the connection goes on without.
 *
 * Twisted: `TrafficLoggingFactory`.
 */
export class TrafficLoggingFactory<P extends IProtocol = IProtocol> extends WrappingFactory<
  P,
  TrafficLoggingProtocol<P>
> {
  readonly #openSink: (number: number, address: IAddress) => TrafficSink;
  readonly #lengthLimit: number;
  #counter = 0;

  constructor(
    wrappedFactory: IProtocolFactory<P>,
    openSink: (number: number, address: IAddress) => TrafficSink,
    options: TrafficLoggingOptions = {},
  ) {
    super(wrappedFactory);
    this.#openSink = openSink;
    this.#lengthLimit = options.lengthLimit ?? Infinity;
  }

  /** The number of the connection made last. */
  get counter(): number {
    return this.#counter;
  }

  /** The next connection gets number 1 again. */
  resetCounter(): void {
    this.#counter = 0;
  }

  protected override wrapProtocol(protocol: P, address: IAddress): TrafficLoggingProtocol<P> {
    this.#counter += 1;
    const sink = this.#openSink(this.#counter, address);
    return new TrafficLoggingProtocol(this, protocol, sink, this.#counter, this.#lengthLimit);
  }
}

/** One connection of a {@link TrafficLoggingFactory}. Twisted: `TrafficLoggingProtocol`. */
export class TrafficLoggingProtocol<P extends IProtocol = IProtocol> extends ProtocolWrapper<P> {
  readonly #number: number;
  readonly #lengthLimit: number;
  #sink: TrafficSink | undefined;

  constructor(
    factory: IWrapperFactory<P>,
    wrappedProtocol: P,
    sink: TrafficSink,
    number: number,
    lengthLimit = Infinity,
  ) {
    super(factory, wrappedProtocol);
    this.#sink = sink;
    this.#number = number;
    this.#lengthLimit = lengthLimit;
  }

  /** Records the bytes, and passes them on. */
  override dataReceived(data: Buffer): Completion {
    this.#log('C', this.#text(data));
    return super.dataReceived(data);
  }

  override write(data: Uint8Array): boolean {
    const answer = super.write(data);
    this.#log('S', this.#text(data));
    return answer;
  }

  override writeSequence(pieces: Iterable<Uint8Array>): boolean {
    const all = [...pieces];
    const answer = super.writeSequence(all);
    this.#log('SV', `[${all.map((piece) => this.#text(piece)).join(', ')}]`);
    return answer;
  }

  override sendFile(
    file: number | IOpenFile,
    offset: number,
    length: number,
    options?: SendFileOptions,
  ): Deferred<void> {
    const sent = super.sendFile(file, offset, length, options);
    this.#log('SF', `${length} bytes of a file, from ${offset} on`);
    return sent;
  }

  override loseConnection(options?: LoseConnectionOptions): void {
    this.#log('S', '*');
    super.loseConnection(options);
  }

  /** Records the reason, and passes it on. */
  override connectionLost(reason: Failure): Completion {
    this.#log('C', reason.toString());
    const sink = this.#sink;
    this.#sink = undefined;
    this.#guard(() => sink?.end?.());
    return super.connectionLost(reason);
  }

  #text(data: Uint8Array): string {
    return trafficText(data, this.#lengthLimit);
  }

  #log(direction: 'C' | 'S' | 'SV' | 'SF', what: string): void {
    this.#guard(() => this.#sink?.write(`${direction} ${this.#number}: ${what}\n`));
  }

  /** A log that fails is no reason to fail the connection. */
  #guard(tell: () => unknown): void {
    try {
      tell();
    } catch (error) {
      this.#sink = undefined;
      log.failure('The traffic of {connection} is logged no more', Failure.from(error), {
        connection: this.logPrefix(),
      });
    }
  }
}
