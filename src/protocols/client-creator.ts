import { Deferred } from '../defer/deferred.js';
import type { Failure } from '../defer/failure.js';
import type { IAddress } from '../interfaces/address.js';
import type { IConnector } from '../interfaces/connector.js';
import type { IProtocol } from '../interfaces/protocol.js';
import type { ConnectTCPOptions, IReactorTCP } from '../interfaces/reactor-tcp.js';
import type { IDelayedCall, IReactorTime } from '../interfaces/reactor-time.js';
import { ClientFactory } from './client-factory.js';

/** What ClientCreator needs of a reactor. */
export type ClientCreatorReactor = Pick<IReactorTCP, 'connectTCP'> & Pick<IReactorTime, 'callLater'>;

/**
 * Connects once, without a factory of one's own: each call makes a connection with a new protocol, `new protocolClass(...args)`.
 * In new programs an endpoint and `connectProtocol` do the same for every kind of connection. Twisted: `ClientCreator`.
 */
export class ClientCreator<P extends IProtocol, A extends readonly unknown[] = readonly []> {
  readonly #reactor: ClientCreatorReactor;
  readonly #make: () => P;

  constructor(reactor: ClientCreatorReactor, protocolClass: new (...args: A) => P, ...args: A) {
    this.#reactor = reactor;
    this.#make = () => new protocolClass(...args);
  }

  /**
   * Connects to `host` as the reactor's `connectTCP` does, with the same options. The Deferred fires with the protocol, in the turn
   * after its `connectionMade`, or fails with what `clientConnectionFailed` got. Cancelling it ends the attempt, or the connection if
   * that is made already. Throws what `connectTCP` throws.
   */
  connectTCP(host: string, port: number | string, options: ConnectTCPOptions = {}): Deferred<P> {
    const factory = new OneClientFactory(this.#reactor, this.#make);
    factory.connector = this.#reactor.connectTCP(host, port, factory, options);
    return factory.done;
  }
}

/** Builds one protocol, and tells a Deferred of it. */
class OneClientFactory<P extends IProtocol> extends ClientFactory<P> {
  override noisy = false;
  connector: IConnector | undefined;
  readonly done: Deferred<P>;

  readonly #clock: Pick<IReactorTime, 'callLater'>;
  readonly #make: () => P;
  /** The call that will fire the Deferred. */
  #call: IDelayedCall | undefined;
  #cancelled = false;

  constructor(clock: Pick<IReactorTime, 'callLater'>, make: () => P) {
    super();
    this.#clock = clock;
    this.#make = make;
    this.done = new Deferred<P>(() => this.#cancel());
  }

  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- the protocol is the same for any
  override buildProtocol(address: IAddress): P {
    const protocol = this.#make();
    // In a later turn, so that its makeConnection is over by then.
    this.#fireLater(() => this.done.callback(protocol));
    return protocol;
  }

  override clientConnectionFailed(_connector: IConnector, reason: Failure): void {
    // Whoever cancelled has an answer already.
    if (this.#cancelled) return;
    this.#fireLater(() => this.done.errback(reason));
  }

  #fireLater(fire: () => void): void {
    this.#call = this.#clock.callLater(0, () => {
      this.#call = undefined;
      fire();
    });
  }

  #cancel(): void {
    this.#cancelled = true;
    this.#call?.cancel();
    this.#call = undefined;
    this.connector?.disconnect();
  }
}
