import { inspect } from 'node:util';
import { type Deferred, Failure, setUnhandledErrorReporter } from '../defer/index.js';
import { ConnectionLost, ReactorClosedError, ServiceNameUnknownError } from '../errors/index.js';
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
import { type Driver, type IHostLoop, getDriver } from '../libc/index.js';
import { EventSource, getLog, setLogContext } from '../logger/index.js';
import { NodeResolver, resolveAll, servicePort } from '../names/index.js';
import {
  Connector,
  Port,
  SEND_SLAB_BYTES,
  type TransportContext,
  adoptStreamConnection,
  adoptStreamPort,
  listeningAddress,
} from '../tcp/index.js';
import { TimerQueue } from '../time/index.js';
import { lose } from './dispatch.js';
import { EpollPoller } from './epoll-poller.js';
import { Life } from './life.js';
import { SystemEvents } from './system-events.js';
import { type SlowCallback, Turn } from './turn.js';
import { Waker } from './waker.js';

/**
 * A reactor: Twisted's, living inside Node's event loop.
 *
 * It is put together here and nowhere else: a poller (what is ready), a queue of timers (what is due), system events and a
 * life (run and stop), a turn (how long it takes, and what is flushed at its end), a host loop (when a turn begins).
 * A turn goes: calls from callFromThread, due timers, changes to the kernel, ready descriptors, flushes, changes to the
 * kernel; then the host loop is told when to come back.
 *
 * Twisted: `ReactorBase`, `PosixReactorBase`, `EPollReactor`.
 */

const log = getLog('reactor');

export interface ReactorOptions {
  /** The driver of the kernel, or the name of one. Default: what HEDDLE_FFI names, or koffi. */
  readonly driver?: Driver | string;
  /** Ready descriptors that one turn takes at most; the rest is left to the next one. Default 32. */
  readonly eventsPerTurn?: number;
  /** A turn takes no more events after so long, in ms. Default 1. */
  readonly turnMs?: number;
  /** A callback that takes longer makes a `slowTurn` event, in ms. Default 100. */
  readonly slowTurnMs?: number;
  /** Looks up the names that connectTCP is given. Default: node:dns. */
  readonly resolver?: IHostnameResolver;
}

/** The events of a reactor. An exception in a listener is logged and stops nobody. */
export interface ReactorEvents {
  /** A callback kept everybody waiting. */
  slowTurn: [slow: SlowCallback];
}

const EVENTS_PER_TURN = 32;
const TURN_MS = 1;
const SLOW_TURN_MS = 100;

export class Reactor
  implements IReactorCore, IReactorTime, IReactorFDSet, IReactorTCP, IReactorSocket, Disposable
{
  readonly #driver: Driver;
  readonly #host: IHostLoop;
  readonly #events = new EventSource<ReactorEvents>();
  readonly #systemEvents = new SystemEvents();
  readonly #timers: TimerQueue;
  readonly #turn: Turn;
  readonly #poller: EpollPoller;
  readonly #waker: Waker;
  readonly #life: Life;
  readonly #tcp: TransportContext;
  #calls: (() => void)[] = [];
  #closed = false;
  #holdsLoop = false;

  /** Throws MissingDriverError, UnsupportedPlatformError, or a SystemError if no epoll descriptor can be had. */
  constructor(options: ReactorOptions = {}) {
    const { eventsPerTurn = EVENTS_PER_TURN, turnMs = TURN_MS, slowTurnMs = SLOW_TURN_MS } = options;
    this.#driver = typeof options.driver === 'object' ? options.driver : getDriver(options.driver);
    const { libc } = this.#driver;
    this.#host = this.#driver.createHostLoop();
    this.#timers = new TimerQueue(() => this.seconds(), { onEarlier: () => this.#changed() });
    this.#turn = new Turn(libc, this.#host, { turnMs, slowMs: slowTurnMs }, (slow) =>
      this.#events.emit('slowTurn', slow),
    );
    this.#poller = new EpollPoller({
      libc,
      time: this,
      eventsPerPoll: eventsPerTurn,
      onChange: () => this.#changed(),
    });
    this.#waker = new Waker(libc);
    this.#life = new Life({
      events: this.#systemEvents,
      requestTurn: () => this.#host.requestTurn(),
      disconnectAll: () => this.#disconnectAll(),
    });
    this.#tcp = {
      libc,
      fds: this.#poller,
      time: this,
      turn: this.#turn,
      sendSlab: makeSendSlab(this.#driver),
      resolver: options.resolver ?? new NodeResolver(),
      isClosed: () => this.#closed,
    };
    this.#poller.addInternalReader(this.#waker);
    this.#poller.applyChanges();
    this.#host.start(
      this.#poller.fileno(),
      () => this.#takeTurn(0),
      () => this.#flush(),
    );
    logUnhandledErrors();
  }

  get events(): IEvents<ReactorEvents> {
    return this.#events;
  }

  /** True after `close()`. */
  get closed(): boolean {
    return this.#closed;
  }

  /** The driver of the kernel, for those who want to call it themselves. */
  get driver(): Driver {
    return this.#driver;
  }

  /** Wakes this reactor from other threads; see {@link Waker}. */
  get waker(): Waker {
    return this.#waker;
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
    this.#changed();
    return ended;
  }

  stop(): void {
    this.#requireOpen();
    this.#life.stop();
  }

  crash(): void {
    this.#requireOpen();
    this.#life.crash();
    this.#changed();
  }

  iterate(delay = 0): void {
    this.#requireOpen();
    if (this.#turn.running) throw new Error('A turn is under way: iterate() is not re-entrant');
    if (!(delay >= 0)) throw new RangeError(`The delay must be 0 s or more, not ${delay}`);
    this.#flush();
    this.#takeTurn(this.#calls.length > 0 ? 0 : delay);
  }

  fireSystemEvent(eventType: SystemEvent): void {
    this.#systemEvents.fireEvent(eventType);
  }

  addSystemEventTrigger<A extends readonly unknown[]>(
    phase: EventPhase,
    eventType: SystemEvent,
    f: (...args: A) => unknown,
    ...args: A
  ): ISystemEventTrigger {
    this.#requireOpen();
    return this.#systemEvents.addTrigger(phase, eventType, f, args);
  }

  removeSystemEventTrigger(trigger: ISystemEventTrigger): void {
    this.#systemEvents.removeTrigger(trigger);
  }

  callWhenRunning<A extends readonly unknown[]>(
    f: (...args: A) => unknown,
    ...args: A
  ): ISystemEventTrigger | undefined {
    if (!this.running) return this.addSystemEventTrigger('after', 'startup', f, ...args);
    f(...args);
    return undefined;
  }

  callFromThread<A extends readonly unknown[]>(f: (...args: A) => unknown, ...args: A): void {
    this.#requireOpen();
    if (typeof f !== 'function') throw new TypeError('callFromThread() takes a function to call');
    this.#calls.push(() => f(...args));
    this.#host.requestTurn();
  }

  resolve(name: string): Deferred<string> {
    if (name === '') return resolveAll(this.#tcp.resolver, '0.0.0.0').addCallback(() => '0.0.0.0');
    return resolveAll(this.#tcp.resolver, name).addCallback((addresses) => {
      const [first] = addresses;
      return (addresses.find(({ host }) => !host.includes(':')) ?? first)?.host ?? name;
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#life.crash();
    this.#disconnectAll();
    // What was told of the end may have something to flush; nothing of it needs the kernel any more.
    this.#turn.flush();
    this.#closed = true;
    for (const call of this.#timers.pending()) call.cancel();
    this.#host.close();
    this.#waker.close();
    this.#poller.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  // ---- IReactorTime

  seconds(): number {
    return this.#host.now() / 1000;
  }

  callLater<A extends readonly unknown[]>(delay: number, f: (...args: A) => unknown, ...args: A): IDelayedCall {
    this.#requireOpen();
    return this.#timers.callLater(delay, f, args);
  }

  getDelayedCalls(): IDelayedCall[] {
    return this.#timers.pending();
  }

  // ---- IReactorFDSet

  addReader(reader: IReadDescriptor): void {
    this.#requireOpen();
    this.#poller.addReader(reader);
  }

  addWriter(writer: IWriteDescriptor): void {
    this.#requireOpen();
    this.#poller.addWriter(writer);
  }

  removeReader(reader: IReadDescriptor): void {
    this.#poller.removeReader(reader);
  }

  removeWriter(writer: IWriteDescriptor): void {
    this.#poller.removeWriter(writer);
  }

  addHangUpWatch(descriptor: IHangUpDescriptor): void {
    this.#requireOpen();
    this.#poller.addHangUpWatch(descriptor);
  }

  forget(descriptor: IFileDescriptor, options?: { readonly shared?: boolean }): void {
    this.#poller.forget(descriptor, options);
  }

  keepAlive(descriptor: IFileDescriptor, keep: boolean): void {
    this.#poller.keepAlive(descriptor, keep);
  }

  removeAll(): IFileDescriptor[] {
    return this.#poller.removeAll();
  }

  getReaders(): IReadDescriptor[] {
    return this.#poller.getReaders();
  }

  getWriters(): IWriteDescriptor[] {
    return this.#poller.getWriters();
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

  adoptStreamPort(fd: number, family: number, factory: IProtocolFactory, options: ListenTCPOptions = {}): ITCPPort {
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

  // ---- turns

  /** One turn. What it throws is a fault of heddle's own; it reaches the program as an uncaught exception. */
  #takeTurn(delay: number): void {
    if (this.#closed || this.#turn.running) return;
    this.#turn.begin(this.#host.now());
    try {
      if (this.#calls.length > 0) this.#runCalls();
      this.#timers.runDue(this.seconds(), timerThrew, (call) => this.#turn.called(call));
      this.#poller.applyChanges();
      this.#poller.poll(delay === 0 ? 0 : this.#waitMs(delay), this.#turn);
    } finally {
      this.#endTurn();
    }
  }

  /** What was written and scheduled outside a turn: the end of a turn without its beginning. */
  #flush(): void {
    if (this.#closed || this.#turn.running) return;
    this.#turn.begin(this.#host.now());
    this.#endTurn();
  }

  #endTurn(): void {
    try {
      if (this.#turn.flush()) this.#host.requestTurn();
      this.#life.turnEnded();
      // A stop may have disconnected what then had something to say.
      if (this.#turn.flush()) this.#host.requestTurn();
    } finally {
      setLogContext(undefined);
      this.#turn.end();
      if (!this.#isClosed()) this.#arrangeNextTurn();
    }
  }

  #arrangeNextTurn(): void {
    this.#poller.applyChanges();
    const next = this.#timers.nextTime();
    this.#host.wakeAt(next === undefined ? undefined : next * 1000);
    const hold = this.#poller.keepAliveCount > 0 || this.#life.started;
    if (hold === this.#holdsLoop) return;
    this.#holdsLoop = hold;
    if (hold) this.#host.ref();
    else this.#host.unref();
  }

  /** Something changed that the kernel or the host loop must know before Node's loop sleeps. */
  #changed(): void {
    if (!this.#turn.running && !this.#closed) this.#host.requestFlush();
  }

  #runCalls(): void {
    const calls = this.#calls;
    this.#calls = [];
    for (const call of calls) {
      try {
        call();
      } catch (error) {
        log.failure('A call of callFromThread threw', Failure.from(error));
      }
      this.#turn.called('callFromThread');
    }
    if (this.#calls.length > 0) this.#host.requestTurn();
  }

  /** How long iterate may block: until the next timer at most. epoll_wait takes whole milliseconds, up to 2^31-1. */
  #waitMs(delay: number): number {
    const next = this.#timers.nextTime() ?? Infinity;
    const seconds = Math.max(0, Math.min(delay, next - this.seconds()));
    return Math.min(Math.ceil(seconds * 1000), 2 ** 31 - 1);
  }

  #disconnectAll(): void {
    const descriptors = this.#poller.getDescriptors();
    this.#poller.removeAll();
    for (const descriptor of descriptors) lose(descriptor, new ConnectionLost());
  }

  /** Asked again at a turn's end: a callback may have closed the reactor. */
  #isClosed(): boolean {
    return this.#closed;
  }

  #requireOpen(): void {
    if (this.#closed) throw new ReactorClosedError();
  }

  /** `<Reactor on koffi, running, 3 descriptors, 1 timer>`. */
  toString(): string {
    const life = this.#closed ? 'closed' : this.running ? 'running' : 'not running';
    const watched = this.#closed ? 0 : this.#poller.getDescriptors().length;
    return `<Reactor on ${this.#driver.name}, ${life}, descriptors: ${watched}, timers: ${this.#timers.size}>`;
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

function timerThrew(error: unknown, call: { toString(): string }): void {
  log.failure('A timed call threw', Failure.from(error), { call: call.toString() });
}

let unhandledErrorsAreLogged = false;

/** Failures that no errback took go to the log from the first reactor on. */
function logUnhandledErrors(): void {
  if (unhandledErrorsAreLogged) return;
  unhandledErrorsAreLogged = true;
  setUnhandledErrorReporter((failure, origin) => {
    log.failure('Unhandled error in Deferred', failure, { origin });
  });
}

function requirePort(port: number, lowest: number): void {
  if (!Number.isInteger(port) || port < lowest || port > 65_535) {
    throw new RangeError(`A port must be a whole number from ${lowest} to 65535, not ${port}`);
  }
}

function portNumber(port: number | string): number {
  if (typeof port === 'string') {
    const known = servicePort(port);
    if (known === undefined) throw new ServiceNameUnknownError(null, port);
    return known;
  }
  requirePort(port, 1);
  return port;
}
