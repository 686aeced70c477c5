import { inspect } from 'node:util';
import { type Deferred, Failure, succeed } from '../defer/index.js';
import { ReactorClosedError } from '../errors/index.js';
import type {
  ConnectTCPOptions,
  ConnectionOptions,
  EventPhase,
  IClientFactory,
  IConnector,
  IDelayedCall,
  IEvents,
  IFileDescriptor,
  IHangUpDescriptor,
  IHostnameResolver,
  IProtocolFactory,
  IReactorCore,
  IReactorFDSet,
  IReactorSocket,
  IReactorTCP,
  IReactorTime,
  IReadDescriptor,
  ISystemEventTrigger,
  ITCPPort,
  ITCPTransport,
  IWriteDescriptor,
  ListenTCPOptions,
  RunOptions,
  SystemEvent,
} from '../interfaces/index.js';
import { type DescriptorUsage, type Driver, getDriver, descriptorUsage } from '../libc/index.js';
import { EventSource, diagnosticsChannel, getLog } from '../logger/index.js';
import { NodeResolver, resolveAll } from '../names/index.js';
import {
  Connector,
  Port,
  SEND_SLAB_BYTES,
  type TransportContext,
  adoptStreamConnection,
  adoptStreamPort,
  listeningAddress,
} from '../tcp/index.js';
import { Life } from './life.js';
import { logUnhandledErrors } from './log-unhandled-errors.js';
import { Loop } from './loop.js';
import { portNumber, requirePort } from './port-number.js';
import { type ReactorOptions, loopLimits } from './reactor-options.js';
import { ThreadCall } from './thread-call.js';
import type { SlowCallback } from './turn.js';
import type { Waker } from './waker.js';

/**
 * A reactor: Twisted's, living inside Node's event loop.
 *
 * It is put together here and nowhere else: a loop that takes turns (with its poller, timers and waker), a life
 * (run and stop, and the system events), and the doors to TCP, which know each other only through this.
 *
 * Twisted: `ReactorBase`, `PosixReactorBase`, `EPollReactor`.
 */

const log = getLog('reactor');
const slowChannel = diagnosticsChannel('heddle:reactor:slow-turn');

/** The events of a reactor. An exception in a listener is logged and stops nobody. */
export interface ReactorEvents {
  /** A callback kept everybody waiting. */
  slowTurn: [slow: SlowCallback];
}

export class Reactor
  implements IReactorCore, IReactorTime, IReactorFDSet, IReactorTCP, IReactorSocket, Disposable
{
  readonly #driver: Driver;
  readonly #events = new EventSource<ReactorEvents>();
  readonly #life: Life;
  readonly #loop: Loop;
  readonly #tcp: TransportContext;

  /**
   * Throws MissingDriverError, UnsupportedPlatformError, a RangeError for an option out of its range, or a
   * SystemError if the reactor's own descriptors can't be had.
   */
  constructor(options: ReactorOptions = {}) {
    const limits = loopLimits(options);
    this.#driver = typeof options.driver === 'object' ? options.driver : getDriver(options.driver);
    this.#life = new Life({
      requestTurn: () => this.#loop.requestTurn(),
      disconnectAll: () => this.#disconnectAll(),
    });
    this.#loop = new Loop({
      driver: this.#driver,
      life: this.#life,
      ...limits,
      onSlow: (slow) => this.#tellSlow(slow),
    });
    this.#tcp = {
      libc: this.#driver.libc,
      fds: this.#loop.poller,
      time: this,
      turn: this.#loop.turn,
      sendSlab: makeSendSlab(this.#driver),
      resolver: options.resolver ?? new NodeResolver(),
      onDisconnectAll: new Set(),
      isClosed: () => this.closed,
    };
    logUnhandledErrors();
  }

  /** What a whole reactor has to tell. */
  get events(): IEvents<ReactorEvents> {
    return this.#events;
  }

  /** True after `close()`. */
  get closed(): boolean {
    return this.#loop.closed;
  }

  /** The driver of the kernel, for those who want to call it themselves. */
  get driver(): Driver {
    return this.#driver;
  }

  /** Wakes this reactor from other threads; see {@link Waker}. */
  get waker(): Waker {
    return this.#loop.waker;
  }

  /**
   * Descriptors in use and their limits, for the whole process. It opens none, so it works when there is none left;
   * it costs a call of poll(2) for each 4096 numbers.
   */
  descriptorUsage(): DescriptorUsage {
    return descriptorUsage(this.#driver.libc);
  }

  // ---- IReactorCore

  get running(): boolean {
    return this.#life.running;
  }

  /** The name of the signal that stopped the last run, if one did. */
  get exitSignal(): string | undefined {
    return this.#life.exitSignal;
  }

  run(options: RunOptions = {}): Promise<void> {
    this.#requireOpen();
    const ended = this.#life.run(options);
    this.#loop.changed();
    return ended;
  }

  stop(): void {
    this.#requireOpen();
    this.#life.stop();
  }

  crash(): void {
    this.#requireOpen();
    this.#life.crash();
  }

  iterate(delay = 0): void {
    this.#requireOpen();
    this.#loop.iterate(delay);
  }

  fireSystemEvent(eventType: SystemEvent): void {
    this.#requireOpen();
    this.#life.events.fireEvent(eventType);
  }

  addSystemEventTrigger<A extends readonly unknown[]>(
    phase: EventPhase,
    eventType: SystemEvent,
    f: (...args: A) => unknown,
    ...args: A
  ): ISystemEventTrigger {
    this.#requireOpen();
    return this.#life.events.addTrigger(phase, eventType, f, args);
  }

  removeSystemEventTrigger(trigger: ISystemEventTrigger): void {
    this.#requireOpen();
    this.#life.events.removeTrigger(trigger);
  }

  callWhenRunning<A extends readonly unknown[]>(
    f: (...args: A) => unknown,
    ...args: A
  ): ISystemEventTrigger | undefined {
    if (!this.running) return this.addSystemEventTrigger('after', 'startup', f, ...args);
    const result = f(...args);
    // Nobody else gets to see the promise; what f throws at once is the caller's.
    if (result instanceof Promise) result.catch(callWhenRunningFailed);
    return undefined;
  }

  callFromThread<A extends readonly unknown[]>(f: (...args: A) => unknown, ...args: A): void {
    this.#requireOpen();
    this.#loop.callFromThread(new ThreadCall(f, args));
  }

  resolve(name: string): Deferred<string> {
    this.#requireOpen();
    if (name === '') return succeed('0.0.0.0');
    return resolveAll(this.#tcp.resolver, name).addCallback((addresses) => {
      const [first] = addresses;
      return (addresses.find(({ host }) => !host.includes(':')) ?? first)?.host ?? name;
    });
  }

  /**
   * See {@link IReactorCore.close}. What takes back or only looks stays allowed on a closed reactor and finds
   * nothing: `removeReader` and its like, `forget`, the getters, `seconds`.
   */
  close(): void {
    if (this.closed) return;
    this.#life.crash();
    this.#disconnectAll();
    this.#loop.close();
    // Who was told may have begun to connect by name anew. From here on that throws, so this is the last of it.
    this.#giveUp();
  }

  #disconnectAll(): void {
    this.#loop.disconnectAll();
    this.#giveUp();
  }

  /** Tells those that hold no descriptor. */
  #giveUp(): void {
    for (const giveUp of [...this.#tcp.onDisconnectAll]) giveUp();
  }

  /** The same as `close()`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Looks up the names that `connectTCP` is given; node:dns unless the options of the reactor said otherwise. */
  get nameResolver(): IHostnameResolver {
    return this.#tcp.resolver;
  }

  // ---- IReactorTime

  seconds(): number {
    return this.#loop.seconds();
  }

  callLater<A extends readonly unknown[]>(
    delay: number,
    f: (...args: A) => unknown,
    ...args: A
  ): IDelayedCall {
    this.#requireOpen();
    return this.#loop.timers.callLater(delay, f, args);
  }

  getDelayedCalls(): IDelayedCall[] {
    return this.#loop.timers.pending();
  }

  // ---- IReactorFDSet

  addReader(reader: IReadDescriptor): void {
    this.#requireOpen();
    this.#loop.poller.addReader(reader);
  }

  addWriter(writer: IWriteDescriptor): void {
    this.#requireOpen();
    this.#loop.poller.addWriter(writer);
  }

  removeReader(reader: IReadDescriptor): void {
    this.#loop.poller.removeReader(reader);
  }

  removeWriter(writer: IWriteDescriptor): void {
    this.#loop.poller.removeWriter(writer);
  }

  addHangUpWatch(descriptor: IHangUpDescriptor): void {
    this.#requireOpen();
    this.#loop.poller.addHangUpWatch(descriptor);
  }

  forget(descriptor: IFileDescriptor, options?: { readonly shared?: boolean }): void {
    this.#loop.poller.forget(descriptor, options);
  }

  keepAlive(descriptor: IFileDescriptor, keep: boolean): void {
    this.#loop.poller.keepAlive(descriptor, keep);
  }

  removeAll(): IFileDescriptor[] {
    return this.#loop.poller.removeAll();
  }

  getReaders(): IReadDescriptor[] {
    return this.#loop.poller.getReaders();
  }

  getWriters(): IWriteDescriptor[] {
    return this.#loop.poller.getWriters();
  }

  // ---- IReactorTCP, IReactorSocket

  listenTCP(port: number, factory: IProtocolFactory, options: ListenTCPOptions = {}): ITCPPort {
    this.#requireOpen();
    requirePort(port, 0);
    const listening = new Port(
      this.#tcp,
      { kind: 'bind', address: listeningAddress(port, options) },
      factory,
      options,
    );
    listening.startListening();
    return listening;
  }

  connectTCP(
    host: string,
    port: number | string,
    factory: IClientFactory,
    options: ConnectTCPOptions = {},
  ): IConnector {
    this.#requireOpen();
    const connector = new Connector(this.#tcp, host, portNumber(port), factory, options);
    connector.connect();
    return connector;
  }

  adoptStreamPort(
    fd: number,
    family: number,
    factory: IProtocolFactory,
    options: ListenTCPOptions = {},
  ): ITCPPort {
    this.#requireOpen();
    return adoptStreamPort(this.#tcp, fd, family, factory, options);
  }

  adoptStreamConnection(
    fd: number,
    family: number,
    factory: IProtocolFactory,
    options: ConnectionOptions = {},
  ): ITCPTransport | null {
    this.#requireOpen();
    return adoptStreamConnection(this.#tcp, fd, family, factory, options);
  }

  #tellSlow(slow: SlowCallback): void {
    this.#events.emit('slowTurn', slow);
    if (slowChannel.hasSubscribers) slowChannel.publish({ reactor: this, ...slow });
  }

  #requireOpen(): void {
    if (this.closed) throw new ReactorClosedError();
  }

  /** `<Reactor on koffi, running, descriptors: 3, timers: 1>`. */
  toString(): string {
    const life = this.closed ? 'closed' : this.running ? 'running' : 'not running';
    const watched = this.#loop.poller.getDescriptors().length;
    return `<Reactor on ${this.#driver.name}, ${life}, descriptors: ${watched}, timers: ${this.#loop.timers.size}>`;
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

function makeSendSlab({ libc }: Driver): Buffer {
  const slab = Buffer.allocUnsafeSlow(SEND_SLAB_BYTES);
  libc.pin(slab);
  return slab;
}

function callWhenRunningFailed(error: unknown): void {
  log.failure('A call of callWhenRunning failed', Failure.from(error));
}
