import type { Failure } from '../defer/index.js';
import { ConnectionDone } from '../errors/index.js';
import type { IHalfCloseableProtocol } from '../interfaces/index.js';
import { Factory, Protocol } from '../protocols/index.js';
import { ReadQueue } from './read-queue.js';
import { StreamConnection } from './stream-connection.js';

/** How much a {@link StreamConnection} keeps for its reader. */
export interface StreamConnectionOptions {
  /**
   * How many bytes may wait to be read before the peer has to wait. Default 65,536. With 0 nothing is taken from the kernel but what
   * was asked for.
   */
  readonly readBufferSize?: number;
}

const READ_BUFFER_SIZE = 65_536;

/**
 * The protocol behind a {@link StreamConnection}. It wants to know of each direction's end: when the peer has sent all it had to
 * say, the answer can still be written.
 */
export class StreamProtocol extends Protocol implements IHalfCloseableProtocol {
  readonly connection: StreamConnection;
  readonly input: ReadQueue;
  /** Why the connection was lost; undefined until then. */
  lostReason: Failure | undefined;
  readonly #made: ((connection: StreamConnection) => void) | undefined;

  /** `made` is told of the connection when it is there. */
  constructor(options: StreamConnectionOptions, made?: (connection: StreamConnection) => void) {
    super();
    this.input = new ReadQueue(
      {
        pauseProducing: () => this.transport.pauseProducing(),
        resumeProducing: () => this.transport.resumeProducing(),
      },
      options.readBufferSize ?? READ_BUFFER_SIZE,
    );
    this.connection = new StreamConnection(this);
    this.#made = made;
  }

  override connectionMade(): void {
    this.input.start();
    this.#made?.(this.connection);
  }

  override dataReceived(data: Buffer): void {
    this.input.push(data);
  }

  readConnectionLost(): void {
    this.input.end();
  }

  writeConnectionLost(): void {
    // Whoever has ended it knows.
  }

  override connectionLost(reason: Failure): void {
    this.lostReason = reason;
    this.input.end(reason.check(ConnectionDone) === undefined ? reason : undefined);
  }
}

/** Builds the protocols of connections that are read and written in loops. */
export class StreamFactory extends Factory<StreamProtocol> {
  override noisy = false;
  readonly #options: StreamConnectionOptions;
  readonly #made: ((connection: StreamConnection) => void) | undefined;

  /** Throws a RangeError for a `readBufferSize` that isn't 0 or more. */
  constructor(options: StreamConnectionOptions, made?: (connection: StreamConnection) => void) {
    super();
    const { readBufferSize = 0 } = options;
    if (!(readBufferSize >= 0))
      throw new RangeError(`readBufferSize must be 0 or more, not ${readBufferSize}`);
    this.#options = options;
    this.#made = made;
  }

  override buildProtocol(): StreamProtocol | null {
    return new StreamProtocol(this.#options, this.#made);
  }
}
