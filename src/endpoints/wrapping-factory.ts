import { CancelledError, Deferred, type Failure } from '../defer/index.js';
import { ConnectingCancelledError, NoProtocol } from '../errors/index.js';
import type {
  IAddress,
  IClientFactory,
  IConnector,
  IProtocol,
  IProtocolFactory,
} from '../interfaces/index.js';
import { nameOf } from '../tcp/protocol-calls.js';
import { wrapProtocol } from './wrapping-protocol.js';

/**
 * Stands before the factory that an endpoint is to connect once, and tells by a Deferred how that went. The wrapped factory is
 * asked for a protocol, and told `doStart` and `doStop`; hooks of a ClientFactory it doesn't get to hear
 * (see unheard-hooks.ts). Twisted: `_WrappingFactory`.
 */
export class WrappingFactory<P extends IProtocol> implements IClientFactory {
  /**
   * Fires with the wrapped factory's protocol, after its `connectionMade`. Fails with what ended the attempt: what the connector
   * says, NoProtocol, or what `buildProtocol` or `connectionMade` threw. Cancelling it gives the attempt up, and it fails with a
   * ConnectingCancelledError whose cause is what `cancel` was given.
   */
  readonly connected: Deferred<P>;
  readonly #wrapped: IProtocolFactory<P>;
  #connector: IConnector | undefined;
  #over = false;

  constructor(wrapped: IProtocolFactory<P>, destination: IAddress) {
    this.#wrapped = wrapped;
    let cancelled = false;
    const connected = new Deferred<P>(() => {
      cancelled = true;
      this.#over = true;
      // What the connector says of it is no news any more. While the factory builds its protocol it is connected already.
      this.#connector?.disconnect();
    });
    this.connected = connected.addErrback((failure) => {
      if (!cancelled) return failure;
      throw cancelledError(destination, failure);
    });
  }

  doStart(): void {
    this.#wrapped.doStart();
  }

  doStop(): void {
    this.#wrapped.doStop();
  }

  startedConnecting(connector: IConnector): void {
    this.#connector = connector;
  }

  buildProtocol(address: IAddress): IProtocol | null {
    if (this.#over) return null;
    let protocol: P | null;
    try {
      protocol = this.#wrapped.buildProtocol(address);
    } catch (error) {
      this.#fail(error);
      return null;
    }
    // A factory that forgot to return anything has built none either.
    if (!protocol) {
      this.#fail(new NoProtocol());
      return null;
    }
    return this.#wrap(protocol);
  }

  clientConnectionFailed(_connector: IConnector, reason: Failure): void {
    this.#fail(reason);
  }

  /** News only if the connection ended before a protocol was made. */
  clientConnectionLost(_connector: IConnector, reason: Failure): void {
    this.#fail(reason);
  }

  logPrefix(): string {
    return nameOf(this.#wrapped);
  }

  #wrap(protocol: P): IProtocol {
    return wrapProtocol(protocol, {
      made: () => {
        if (this.#over) return;
        this.#over = true;
        this.connected.callback(protocol);
      },
      threw: (error) => this.#fail(error),
    });
  }

  #fail(reason: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.connected.errback(reason);
  }
}

function cancelledError(destination: IAddress, { value }: Failure): ConnectingCancelledError {
  const cause = value instanceof CancelledError ? value.cause : value;
  return new ConnectingCancelledError(destination, cause === undefined ? {} : { cause });
}
