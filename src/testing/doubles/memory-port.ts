import { inspect } from 'node:util';
import { type Deferred, type Failure, maybeDeferred, succeed } from '../../defer/index.js';
import type {
  IInternetAddress,
  IProtocolFactory,
  ITCPPort,
  ITransport,
  ListenTCPOptions,
  PortCounters,
  PortEvents,
} from '../../interfaces/index.js';
import { EventSource } from '../../logger/index.js';

/**
 * What a MemoryReactor's `listenTCP` answers: a port that no client reaches unless a ConnectionCompleter, or the test, brings one.
 * It starts and stops its factory as a real one does. Twisted: `_FakePort`.
 */
export class MemoryPort implements ITCPPort {
  /** Tests emit what a real port would. */
  readonly events: EventSource<PortEvents> = new EventSource();
  /** What a real port would count. A test counts it up. */
  readonly counters: { -readonly [K in keyof PortCounters]: number } = {
    accepted: 0,
    refused: 0,
    failed: 0,
    shed: 0,
    aborted: 0,
    pauses: 0,
  };
  readonly connections = new Set<ITransport>();
  /** What would build the protocols. */
  readonly factory: IProtocolFactory;
  /** What `listenTCP` was given. */
  readonly options: ListenTCPOptions;
  readonly #host: IInternetAddress;
  #listening = false;
  #accepting = true;

  constructor(host: IInternetAddress, factory: IProtocolFactory, options: ListenTCPOptions = {}) {
    this.#host = host;
    this.factory = factory;
    this.options = options;
  }

  get listening(): boolean {
    return this.#listening;
  }

  /** False between `pauseAccepting` and `resumeAccepting`. */
  get accepting(): boolean {
    return this.#accepting;
  }

  getHost(): IInternetAddress {
    return this.#host;
  }

  startListening(): void {
    if (this.#listening) return;
    this.factory.doStart();
    this.#listening = true;
    this.events.emit('listening', this.#host);
  }

  stopListening(): Deferred<void> {
    if (!this.#listening) return succeed<void>(undefined);
    this.#listening = false;
    this.events.emit('closed', undefined);
    return maybeDeferred(() => this.factory.doStop());
  }

  pauseAccepting(): void {
    this.#accepting = false;
  }

  /** Accepts again. */
  resumeAccepting(): void {
    this.#accepting = true;
  }

  /** -1: there is none. */
  fileno(): number {
    return -1;
  }

  unref(): this {
    return this;
  }

  /** Takes `unref()` back. */
  ref(): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopListening();
  }

  /** `<MemoryPort IPv4Address(TCP, 0.0.0.0, 80)>`. */
  toString(): string {
    return `<MemoryPort ${this.#host.toString()}>`;
  }

  [inspect.custom](): string {
    return this.toString();
  }

  // ---- what happens to it

  /** A client was accepted, and has its protocol. */
  accepted(transport: ITransport): void {
    this.counters.accepted += 1;
    this.connections.add(transport);
    this.events.emit('connection', transport);
  }

  /** The connection is over. */
  lost(transport: ITransport): void {
    this.connections.delete(transport);
  }

  /** The reactor drops the port. Throws what the factory's `stopFactory` throws. */
  drop(reason: Failure): void {
    if (!this.#listening) return;
    this.#listening = false;
    this.events.emit('closed', reason);
    this.factory.doStop();
  }
}
