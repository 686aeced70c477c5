import type { Failure } from '../defer/index.js';
import type { IInternetAddress, IProtocol } from '../interfaces/index.js';
import type { ConnectionLimits } from './connection-options.js';
import { nameOf } from './protocol-calls.js';
import { TcpTransport } from './tcp-transport.js';
import type { TransportContext } from './transport-context.js';

/** A connection that a connector made. Twisted: `twisted.internet.tcp.Client`. */
export class Client extends TcpTransport {
  readonly #onEnd: (reason: Failure) => void;
  #protocolName = '';

  /** `onEnd` is called after the protocol's `connectionLost`. */
  constructor(
    peer: IInternetAddress,
    host: IInternetAddress,
    limits: ConnectionLimits,
    onEnd: (reason: Failure) => void,
  ) {
    super(peer, host, limits);
    this.#onEnd = onEnd;
  }

  /** Takes the descriptor and tells the protocol. */
  start(context: TransportContext, fd: number, protocol: IProtocol, limits: ConnectionLimits): void {
    this.#protocolName = nameOf(protocol);
    this.open(context, fd, protocol, limits);
  }

  /** `Echo,client`; `Uninitialized` before there is a protocol. */
  override logPrefix(): string {
    return this.#protocolName === '' ? 'Uninitialized' : `${this.#protocolName},client`;
  }

  /** `<Echo client to 127.0.0.1:8007>`. */
  override toString(): string {
    const { host, port } = this.getPeer();
    return `<${this.#protocolName} client to ${host.includes(':') ? `[${host}]` : host}:${port}>`;
  }

  protected override released(reason: Failure): void {
    this.#onEnd(reason);
  }
}
