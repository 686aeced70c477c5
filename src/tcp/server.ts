import type { IInternetAddress, IProtocol } from '../interfaces/index.js';
import type { ConnectionLimits } from './connection-options.js';
import { nameOf } from './protocol-calls.js';
import { TcpTransport } from './tcp-transport.js';
import type { TransportContext } from './transport-context.js';

/** Who made a server transport: its port, or whoever adopted a descriptor. */
export interface ServerOwner {
  /** The port number that transports name in their text form. */
  readonly portNumber: number;
  /** The transport's connection is over, and its protocol has heard it. */
  lost(server: Server): void;
}

/** An accepted connection. Twisted: `twisted.internet.tcp.Server`. */
export class Server extends TcpTransport {
  /** Counts the connections of a port from 0 on. */
  readonly sessionNumber: number;
  readonly #owner: ServerOwner;
  #protocolName = '';

  constructor(
    owner: ServerOwner,
    sessionNumber: number,
    peer: IInternetAddress,
    host: IInternetAddress,
    limits: ConnectionLimits,
  ) {
    super(peer, host, limits);
    this.#owner = owner;
    this.sessionNumber = sessionNumber;
  }

  /** Takes the descriptor and tells the protocol. */
  start(
    context: TransportContext,
    fd: number,
    protocol: IProtocol,
    limits: ConnectionLimits,
    shared = false,
  ): void {
    this.#protocolName = nameOf(protocol);
    this.open(context, fd, protocol, limits, shared);
  }

  /** `Echo,0,127.0.0.1`: protocol, session number, peer. */
  override logPrefix(): string {
    return `${this.#protocolName},${this.sessionNumber},${this.getPeer().host}`;
  }

  /** `<Echo #0 on 8007>`. */
  override toString(): string {
    return `<${this.#protocolName} #${this.sessionNumber} on ${this.#owner.portNumber}>`;
  }

  protected override peerInText(): string {
    const { host, port } = this.getPeer();
    return `${host.includes(':') ? `[${host}]` : host}:${port}`;
  }

  protected override released(): void {
    this.#owner.lost(this);
  }
}
