import type { IAddress, IProtocol, IProtocolFactory } from '../../interfaces/index.js';
import type { ProtocolClass } from '../factory.js';
import type { ProtocolWrapper } from './protocol-wrapper.js';
import { WrappingFactory } from './wrapping-factory.js';

/** How many connections there may be, and what the others get. */
export interface LimitTotalConnectionsOptions<O extends IProtocol = IProtocol> {
  /** How many connections there may be at a time. */
  readonly connectionLimit: number;
  /** Serves those that come when the limit is reached, with a word of apology perhaps. Default: they are refused. */
  readonly overflowProtocol?: ProtocolClass<O>;
}

/**
 * Limits how many connections of a factory there are at a time. Who comes when the limit is reached is refused, or gets an
 * `overflowProtocol`, which is counted too; those are not limited, so they should end soon.
 *
 * A connection counts from its `connectionMade` until its `connectionLost`. Twisted: `LimitTotalConnectionsFactory`.
 */
export class LimitTotalConnectionsFactory<
  P extends IProtocol = IProtocol,
  O extends IProtocol = never,
> extends WrappingFactory<P | O> {
  /** May be changed at any time; those who are there already stay. */
  connectionLimit: number;
  /** Who gets the connections beyond the limit; undefined: they are refused. */
  overflowProtocol: ProtocolClass<O> | undefined;

  constructor(wrappedFactory: IProtocolFactory<P>, options: LimitTotalConnectionsOptions<O>) {
    super(wrappedFactory);
    this.connectionLimit = options.connectionLimit;
    this.overflowProtocol = options.overflowProtocol;
  }

  /** How many connections there are, those that are served by an `overflowProtocol` among them. */
  get connectionCount(): number {
    return this.protocols.size;
  }

  override buildProtocol(address: IAddress): ProtocolWrapper<P | O> | null {
    if (this.connectionCount < this.connectionLimit) return super.buildProtocol(address);
    if (this.overflowProtocol === undefined) return null;
    const protocol = new this.overflowProtocol();
    (protocol as O & { factory?: IProtocolFactory }).factory = this;
    return this.wrapProtocol(protocol, address);
  }
}
