import type { IAddress } from '../interfaces/address.js';
import type { IProtocol, IProtocolFactory } from '../interfaces/protocol.js';
import { getLog } from '../logger/log.js';

const log = getLog('protocols');

/** A class of protocols that a factory can instantiate by itself. */
export type ProtocolClass<P extends IProtocol> = new () => P;

/**
 * A factory of the class F whose protocols are known to be of the class P. An intersection is called by its first signature of
 * `buildProtocol` and inferred from by its last one, which must differ from the first to count: so P stands at both ends.
 */
export type FactoryFor<P extends IProtocol, F extends Factory> = Factory<P> &
  F & {
    /** See {@link Factory.buildProtocol}. */
    buildProtocol(address: IAddress, ...nothing: never[]): P | null;
  };

/**
 * Builds a protocol for each connection and keeps what the connections share. Twisted: `Factory`.
 *
 * `Factory.forProtocol(Echo)` is enough where there is nothing to share; else make a subclass, and set `protocol` or
 * override `buildProtocol`.
 */
export class Factory<P extends IProtocol = IProtocol> implements IProtocolFactory<P> {
  /** The class that `buildProtocol` instantiates. */
  protocol: ProtocolClass<P> | undefined;

  /** Whether starting and stopping are logged. */
  noisy = true;

  #numPorts = 0;

  /**
   * A new factory of the class it is called on, made with `args`, for protocols of the class `protocol`:
   * `ChatFactory.forProtocol(Chat, history)`.
   */
  static forProtocol<P extends IProtocol, F extends Factory, A extends readonly unknown[]>(
    this: new (...args: A) => F,
    protocol: ProtocolClass<P>,
    ...args: A
  ): FactoryFor<P, F> {
    const factory = new this(...args);
    factory.protocol = protocol;
    return factory as unknown as FactoryFor<P, F>;
  }

  /** How many ports and connectors use the factory now. */
  get numPorts(): number {
    return this.#numPorts;
  }

  /** Counts one more user; the first one makes it call `startFactory`. Overriding `startFactory` is the better choice. */
  doStart(): void {
    if (this.#numPorts === 0) {
      this.#log('Starting factory {name}');
      this.startFactory();
    }
    this.#numPorts += 1;
  }

  /** Counts one user less; the last one makes it call `stopFactory`. Does nothing if there is none. */
  doStop(): void {
    if (this.#numPorts === 0) return;
    this.#numPorts -= 1;
    if (this.#numPorts > 0) return;
    this.#log('Stopping factory {name}');
    this.stopFactory();
  }

  /** Called before the first port or connector begins to use the factory. */
  startFactory(): void {
    // Subclasses say what there is to do.
  }

  /** Called after the last port or connector has ceased to use the factory; it may be started again later. */
  stopFactory(): void {
    // Subclasses say what there is to do.
  }

  /** A new instance of `protocol`, its `factory` set to this. Throws a TypeError if there is no `protocol`. */
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- overrides look at the address
  buildProtocol(address: IAddress): P | null {
    if (this.protocol === undefined) {
      throw new TypeError(`${this.logPrefix()} has no protocol: set it, or override buildProtocol`);
    }
    const protocol = new this.protocol();
    (protocol as P & { factory?: IProtocolFactory }).factory = this;
    return protocol;
  }

  /** The class's name. */
  logPrefix(): string {
    return this.constructor.name;
  }

  #log(message: string): void {
    if (this.noisy) log.info(message, { name: this.logPrefix(), factory: this });
  }
}
