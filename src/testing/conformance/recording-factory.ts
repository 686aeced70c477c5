import type { Failure } from '../../defer/index.js';
import type { IAddress, IConnector } from '../../interfaces/index.js';
import { ClientFactory } from '../../protocols/index.js';
import { RecordingProtocol } from './recording-protocol.js';

/** What a factory was told. */
export type FactoryEvent = 'start' | 'stop' | 'build' | 'connecting' | 'failed' | 'lost';

/** What a test does inside the callbacks. Each is called after the event is recorded. */
export interface FactoryHooks {
  /** In `startFactory`. */
  readonly start?: () => void;
  /** In `stopFactory`. */
  readonly stop?: () => void;
  /** Makes the protocol; a plain RecordingProtocol unless it is given. null refuses the connection. */
  readonly build?: (address: IAddress) => RecordingProtocol | null;
  /** In `startedConnecting`. */
  readonly connecting?: (connector: IConnector) => void;
  /** In `clientConnectionFailed`. */
  readonly failed?: (connector: IConnector, reason: Failure) => void;
  /** In `clientConnectionLost`. */
  readonly lost?: (connector: IConnector, reason: Failure) => void;
}

/** A factory for either side that keeps what it is told and what it has built. */
export class RecordingFactory extends ClientFactory<RecordingProtocol> {
  override noisy = false;
  /** What it was told, in its order. */
  readonly events: FactoryEvent[] = [];
  /** What `buildProtocol` was given. */
  readonly addresses: IAddress[] = [];
  /** What it has built. */
  readonly protocols: RecordingProtocol[] = [];
  /** The connectors that said that an attempt begins. */
  readonly connectors: IConnector[] = [];
  /** The reasons of `clientConnectionFailed` and `clientConnectionLost`. */
  readonly failures: Failure[] = [];
  /** The reasons of `clientConnectionLost`. */
  readonly losses: Failure[] = [];
  readonly #hooks: FactoryHooks;

  constructor(hooks: FactoryHooks = {}) {
    super();
    this.#hooks = hooks;
  }

  override startFactory(): void {
    this.events.push('start');
    this.#hooks.start?.();
  }

  override stopFactory(): void {
    this.events.push('stop');
    this.#hooks.stop?.();
  }

  override buildProtocol(address: IAddress): RecordingProtocol | null {
    this.events.push('build');
    this.addresses.push(address);
    const protocol = this.#hooks.build === undefined ? new RecordingProtocol() : this.#hooks.build(address);
    if (protocol !== null) {
      protocol.factory = this;
      this.protocols.push(protocol);
    }
    return protocol;
  }

  override startedConnecting(connector: IConnector): void {
    this.events.push('connecting');
    this.connectors.push(connector);
    this.#hooks.connecting?.(connector);
  }

  override clientConnectionFailed(connector: IConnector, reason: Failure): void {
    this.events.push('failed');
    this.failures.push(reason);
    this.#hooks.failed?.(connector, reason);
  }

  override clientConnectionLost(connector: IConnector, reason: Failure): void {
    this.events.push('lost');
    this.losses.push(reason);
    this.#hooks.lost?.(connector, reason);
  }
}
