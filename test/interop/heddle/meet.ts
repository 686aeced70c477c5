/** heddle's side of an exchange, as the server or as the client. */
import {
  type ConnectionOptions,
  DuplexFactory,
  Factory,
  type IProtocol,
  type Failure,
  type ITCPPort,
  Protocol,
  type TransportDuplex,
  clientFromString,
  connectProtocol,
  getReactor,
} from '../../../src/index.js';

export const reactor = getReactor();

/** A port of heddle's that ends with the block that holds it, and what it has built. */
export class Listener<P extends IProtocol> implements AsyncDisposable {
  readonly protocols: P[] = [];
  readonly #port: ITCPPort;

  constructor(build: () => P, options: ConnectionOptions & { readonly interface?: string } = {}) {
    const { protocols } = this;
    class Building extends Factory<P> {
      override noisy = false;
      override buildProtocol(): P {
        const protocol = build();
        protocols.push(protocol);
        return protocol;
      }
    }
    this.#port = reactor.listenTCP(0, new Building(), { interface: '127.0.0.1', ...options });
  }

  get port(): number {
    return this.#port.getHost().port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#port.stopListening();
  }
}

/** Connects a protocol to a port of this machine. */
export async function connect<P extends IProtocol>(protocol: P, port: number): Promise<P> {
  return connectProtocol(clientFromString(reactor, `tcp:127.0.0.1:${port}`), protocol);
}

/** Calls `made` with a stream for each connection. */
export function listenForStreams(made: (stream: TransportDuplex) => void, host = '127.0.0.1'): ITCPPort {
  const factory = new DuplexFactory(made);
  factory.noisy = false;
  return reactor.listenTCP(0, factory, { interface: host });
}

/** Sends back what comes, no faster than it is taken. */
export class Echo extends Protocol {
  /** The most that was queued. */
  queuedMax = 0;
  /** Why the connection was lost; undefined until then. */
  reason: Failure | undefined;

  override connectionMade(): void {
    this.transport.registerProducer(this.transport, true);
  }

  override dataReceived(data: Buffer): void {
    this.transport.write(data);
    this.queuedMax = Math.max(this.queuedMax, this.transport.bytesQueued);
  }

  override connectionLost(reason: Failure): void {
    this.reason = reason;
  }
}
