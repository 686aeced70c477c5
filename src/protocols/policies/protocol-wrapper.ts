import type { Failure } from '../../defer/index.js';
import type {
  Completion,
  IHalfCloseableProtocol,
  IProtocol,
  IProtocolFactory,
  ITransport,
} from '../../interfaces/index.js';
import { TransportProxy } from './transport-proxy.js';

/** The factory of a wrapper, as far as the wrapper knows it: it keeps account of the wrappers that are connected. */
export interface IWrapperFactory<P extends IProtocol = IProtocol> extends IProtocolFactory {
  /** The wrapper's connection has begun. */
  registerProtocol(wrapper: ProtocolWrapper<P>): void;
  /** The wrapper's connection is over. */
  unregisterProtocol(wrapper: ProtocolWrapper<P>): void;
}

/**
 * Stands between a transport and a protocol: to the transport it is the protocol, to the protocol the transport. By itself it
 * passes everything on; subclasses look at it or change it.
 *
 * Half-closes are passed on exactly if the wrapped protocol takes them: then, and only then, the wrapper has the two
 * methods of {@link IHalfCloseableProtocol}. What the wrapped protocol throws (or rejects with) is the wrapper's, so it costs
 * the connection and is logged once, as without a wrapper.
 *
 * Twisted: `ProtocolWrapper` (twisted.protocols.policies).
 */
export class ProtocolWrapper<P extends IProtocol = IProtocol> extends TransportProxy {
  override factory: IWrapperFactory<P>;

  /** The protocol inside. It stays here after `connectionLost`. */
  readonly wrappedProtocol: P;

  /** Only there if the wrapped protocol takes half-closes; not to be overridden by a method, which would always be there. */
  declare readonly readConnectionLost?: () => Completion;
  /** See `readConnectionLost`. */
  declare readonly writeConnectionLost?: () => Completion;

  constructor(factory: IWrapperFactory<P>, wrappedProtocol: P) {
    super();
    this.factory = factory;
    this.wrappedProtocol = wrappedProtocol;
    if (isHalfCloseable(wrappedProtocol)) Object.assign(this, halfCloses);
  }

  /** Registers the wrapper with its factory, and gives the wrapped protocol the wrapper as its transport. */
  override makeConnection(transport: ITransport): Completion {
    void super.makeConnection(transport);
    this.factory.registerProtocol(this);
    return this.wrappedProtocol.makeConnection(this);
  }

  /** Passes the bytes on. */
  override dataReceived(data: Buffer): Completion {
    return this.wrappedProtocol.dataReceived(data);
  }

  /** Takes the wrapper off its factory's books, and passes the reason on. */
  override connectionLost(reason: Failure): Completion {
    // First, so that a wrapped protocol which throws is accounted for too.
    this.factory.unregisterProtocol(this);
    return this.wrappedProtocol.connectionLost(reason);
  }

  /** `Echo (ProtocolWrapper)`: what is wrapped, and the class of the wrapper. */
  override logPrefix(): string {
    return wrappedLogPrefix(this, this.wrappedProtocol);
  }
}

/** What a wrapper has besides if the protocol inside takes half-closes. Shared by all: a connection gets no closures of its own. */
const halfCloses = {
  readConnectionLost(this: ProtocolWrapper<IHalfCloseableProtocol>): Completion {
    return this.wrappedProtocol.readConnectionLost();
  },
  writeConnectionLost(this: ProtocolWrapper<IHalfCloseableProtocol>): Completion {
    return this.wrappedProtocol.writeConnectionLost();
  },
};

function isHalfCloseable(protocol: IProtocol): protocol is IHalfCloseableProtocol {
  return 'readConnectionLost' in protocol && 'writeConnectionLost' in protocol;
}

/** The log prefix of a wrapper: that of what is wrapped, or else its class, and the wrapper's class in parentheses. */
export function wrappedLogPrefix(wrapper: object, wrapped: { logPrefix?(): string }): string {
  return `${wrapped.logPrefix?.() ?? wrapped.constructor.name} (${wrapper.constructor.name})`;
}
