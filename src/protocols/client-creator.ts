import { Deferred, type Failure } from '../defer/index.js';
import { ConnectionDone } from '../errors/index.js';
import type {
  ConnectTCPOptions,
  IAddress,
  IConnector,
  IDelayedCall,
  IProtocol,
  IReactorTCP,
  IReactorTime,
} from '../interfaces/index.js';
import { ClientFactory } from './client-factory.js';

/**
 * Connects single protocols that need no factory of their own. For protocols that exist already, for other transports, and for
 * addresses that are given as text there are endpoints. Twisted: `ClientCreator`.
 */
export class ClientCreator<P extends IProtocol, A extends readonly unknown[] = []> {
  readonly #reactor: Pick<IReactorTCP, 'connectTCP'> & Pick<IReactorTime, 'callLater'>;
  readonly #protocolClass: new (...args: A) => P;
  readonly #args: A;

  /** Each connection gets `new protocolClass(...args)`. */
  constructor(
    reactor: Pick<IReactorTCP, 'connectTCP'> & Pick<IReactorTime, 'callLater'>,
    protocolClass: new (...args: A) => P,
    ...args: A
  ) {
    this.#reactor = reactor;
    this.#protocolClass = protocolClass;
    this.#args = args;
  }

  /**
   * Connects to `host` and `port`; the options are those of the reactor's `connectTCP`. Fires with the protocol, in a turn after its
   * `connectionMade`, or fails with what the attempt failed with, or with the reason if the connection is lost
   * before that (but one that has ended in order, perhaps because all was done in `connectionMade`, counts as made). Cancelling the Deferred stops the attempt (a connection that was made already is closed), and fails it with a
   * CancelledError. Throws what the reactor's `connectTCP` throws.
   */
  connectTCP(host: string, port: number | string, options?: ConnectTCPOptions): Deferred<P> {
    const attempt = new SingleConnection(this.#reactor, () => new this.#protocolClass(...this.#args));
    attempt.connector = this.#reactor.connectTCP(host, port, attempt, options);
    return attempt.result;
  }
}

/** The factory of one connection, which has a Deferred for it. */
class SingleConnection<P extends IProtocol> extends ClientFactory<P> {
  override noisy = false;
  connector: IConnector | undefined;
  readonly result = new Deferred<P>(() => this.#cancel());

  readonly #clock: Pick<IReactorTime, 'callLater'>;
  readonly #build: () => P;
  #settled = false;
  /** Fires the Deferred in a later turn, so that nothing is called inside `connectTCP` or before `connectionMade`. */
  #call: IDelayedCall | undefined;

  constructor(clock: Pick<IReactorTime, 'callLater'>, build: () => P) {
    super();
    this.#clock = clock;
    this.#build = build;
  }

  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- the signature is Factory's
  override buildProtocol(address: IAddress): P {
    const protocol = this.#build();
    (protocol as P & { factory?: ClientFactory<P> }).factory = this;
    this.#settleLater(() => this.result.callback(protocol));
    return protocol;
  }

  override clientConnectionFailed(_connector: IConnector, reason: Failure): void {
    this.#settleLater(() => this.result.errback(reason));
  }

  override clientConnectionLost(_connector: IConnector, reason: Failure): void {
    // One that has ended in order has done what it was for, perhaps all in connectionMade.
    if (reason.check(ConnectionDone) === undefined) this.#settleLater(() => this.result.errback(reason));
  }

  #settleLater(settle: () => void): void {
    if (this.#settled) return;
    this.#call?.[Symbol.dispose]();
    this.#call = this.#clock.callLater(0, () => {
      this.#settled = true;
      settle();
    });
  }

  #cancel(): void {
    this.#settled = true;
    this.#call?.[Symbol.dispose]();
    this.connector?.disconnect();
  }
}
