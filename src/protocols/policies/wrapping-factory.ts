import type { Failure } from '../../defer/index.js';
import type {
  IAddress,
  IClientFactory,
  IConnector,
  IProtocol,
  IProtocolFactory,
} from '../../interfaces/index.js';
import { ClientFactory } from '../client-factory.js';
import { type IWrapperFactory, ProtocolWrapper, wrappedLogPrefix } from './protocol-wrapper.js';

/**
 * Wraps each protocol of another factory. It serves ports and connectors alike: a wrapped client factory hears how its
 * connector fares. What the wrapped factory refuses (null) is refused.
 *
 * A policy is a subclass: `wrapProtocol` says what a protocol is wrapped in, `registerProtocol` and `unregisterProtocol` are told of
 * each connection's begin and end.
 *
 * Twisted: `WrappingFactory` (twisted.protocols.policies).
 */
export class WrappingFactory<
  P extends IProtocol = IProtocol,
  W extends ProtocolWrapper<P> = ProtocolWrapper<P>,
>
  extends ClientFactory<W>
  implements IWrapperFactory<P>
{
  /** The class of a wrapper isn't chosen by it but by `wrapProtocol`, which can hand it what it needs. */
  declare readonly protocol: undefined;

  /** The factory of the protocols inside. */
  readonly wrappedFactory: IProtocolFactory<P>;
  readonly #protocols = new Set<W>();

  constructor(wrappedFactory: IProtocolFactory<P>) {
    super();
    this.wrappedFactory = wrappedFactory;
  }

  /** The wrappers that are connected now; a live view. */
  get protocols(): ReadonlySet<W> {
    return this.#protocols;
  }

  override buildProtocol(address: IAddress): W | null {
    const protocol = this.wrappedFactory.buildProtocol(address);
    return protocol === null ? null : this.wrapProtocol(protocol, address);
  }

  /** The wrapper for a new protocol. `address` is what `buildProtocol` was given. */
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- overrides look at the address
  protected wrapProtocol(protocol: P, address: IAddress): W {
    // Who asks for another W than the plain wrapper overrides this.
    return new ProtocolWrapper(this, protocol) as W;
  }

  /** A wrapper is connected; called by it before the protocol inside hears of it. */
  registerProtocol(wrapper: ProtocolWrapper<P>): void {
    this.#protocols.add(wrapper as W);
  }

  /** A wrapper's connection is over; called by it, once for each `registerProtocol`, before the protocol inside hears of it. */
  unregisterProtocol(wrapper: ProtocolWrapper<P>): void {
    this.#protocols.delete(wrapper as W);
  }

  override doStart(): void {
    this.wrappedFactory.doStart();
    try {
      super.doStart();
    } catch (error) {
      // Who asked takes it that nothing was started.
      this.wrappedFactory.doStop();
      throw error;
    }
  }

  override doStop(): void {
    try {
      this.wrappedFactory.doStop();
    } finally {
      super.doStop();
    }
  }

  override startedConnecting(connector: IConnector): void {
    this.#client.startedConnecting?.(connector);
  }

  override clientConnectionFailed(connector: IConnector, reason: Failure): void {
    this.#client.clientConnectionFailed?.(connector, reason);
  }

  override clientConnectionLost(connector: IConnector, reason: Failure): void {
    this.#client.clientConnectionLost?.(connector, reason);
  }

  /** `ChatRoom (WrappingFactory)`: what is wrapped, and the class of the wrapping factory. */
  override logPrefix(): string {
    return wrappedLogPrefix(this, this.wrappedFactory);
  }

  /** The wrapped factory: where it is one for servers, it has nothing to hear of connectors. */
  get #client(): Partial<IClientFactory> {
    return this.wrappedFactory;
  }
}
