import { HostnameAddress, IPv4Address, internetAddress } from '../../address/index.js';
import { type Deferred, Failure, fail, succeed } from '../../defer/index.js';
import {
  ConnectionLost,
  DNSLookupError,
  ReactorAlreadyRunning,
  ReactorClosedError,
} from '../../errors/index.js';
import type {
  ConnectTCPOptions,
  ConnectionOptions,
  EventPhase,
  IAddress,
  IClientFactory,
  IProtocolFactory,
  IReactorCore,
  IReactorSocket,
  IReactorTCP,
  ISystemEventTrigger,
  ListenTCPOptions,
  RunOptions,
  SystemEvent,
} from '../../interfaces/index.js';
import { getLog } from '../../logger/index.js';
import { portNumber, requirePort } from '../../reactor/port-number.js';
import { SystemEvents } from '../../reactor/system-events.js';
import { listeningAddress } from '../../tcp/index.js';
import { MemoryConnector } from './memory-connector.js';
import { MemoryDescriptorSet } from './memory-descriptor-set.js';
import { MemoryPort } from './memory-port.js';
import type {
  AdoptedConnectionRecord,
  AdoptedPortRecord,
  HookRecord,
  TcpClientRecord,
  TcpServerRecord,
  TriggerRecord,
} from './memory-records.js';
import { StringTransport } from './string-transport.js';

const log = getLog('testing');

/** Where the system takes port numbers from when it is asked for a free one. */
const FIRST_FREE_PORT = 49_152;

/**
 * A reactor that does nothing and keeps what it was asked: where to listen, whom to connect to, what to call when. A test looks at
 * that, and makes happen what should (`connectors`, ConnectionCompleter). It has no time; MemoryReactorClock has.
 *
 * `run()` fires the startup event, makes the calls of `callWhenRunning`, stops, and fires the shutdown event, all inside the
 * call unless a trigger waits.
 *
 * Twisted: `MemoryReactor` (twisted.internet.testing).
 */
export class MemoryReactor
  extends MemoryDescriptorSet
  implements IReactorCore, IReactorTCP, IReactorSocket, Disposable
{
  /** Each `listenTCP`, and the port that it answered. */
  readonly tcpServers: TcpServerRecord[] = [];
  /** The ports that `listenTCP` answered. */
  readonly ports: MemoryPort[] = [];
  /** Each attempt to connect, and the connectors that `connectTCP` answered. */
  readonly tcpClients: TcpClientRecord[] = [];
  /** The connectors that `connectTCP` answered. */
  readonly connectors: MemoryConnector[] = [];
  /** Each `adoptStreamPort`. */
  readonly adoptedPorts: AdoptedPortRecord[] = [];
  /** Each `adoptStreamConnection`. */
  readonly adoptedStreamConnections: AdoptedConnectionRecord[] = [];
  /** The triggers that were added and not taken back, called or not. */
  readonly triggers: TriggerRecord[] = [];
  /** What was given to `callWhenRunning`. */
  readonly whenRunningHooks: HookRecord[] = [];
  /** What `resolve()` finds: addresses by name. */
  readonly hosts = new Map<string, string>();
  /** Whether `run()` was called. */
  hasRun = false;
  /** Whether `stop()` was called. */
  hasStopped = false;
  /** Whether `crash()` was called. */
  hasCrashed = false;
  /** Whether `close()` was called. */
  closed = false;
  #running = false;
  #ended: (() => void) | undefined;
  #freePort = FIRST_FREE_PORT;
  #threadCalls: HookRecord[] = [];
  readonly #events = new SystemEvents({
    startup: () => void (this.#running = this.#ended !== undefined),
    shutdown: () => void (this.#running = false),
  });

  // ---- IReactorCore

  get running(): boolean {
    return this.#running;
  }

  run({ signal }: RunOptions = {}): Promise<void> {
    this.requireOpen();
    if (this.#ended !== undefined) throw new ReactorAlreadyRunning();
    signal?.throwIfAborted();
    this.hasRun = true;
    const ended = new Promise<void>((resolve) => (this.#ended = resolve));
    this.#events.fireEvent('startup').addCallback(() => {
      this.#makeThreadCalls();
      if (this.#running) this.stop();
    });
    return ended;
  }

  /** Says `hasStopped`, and ends `run()`. Unlike a real reactor's it may be called without that. */
  stop(): void {
    this.requireOpen();
    this.hasStopped = true;
    if (this.#ended !== undefined) this.#events.fireEvent('shutdown').addCallback(() => this.#end());
  }

  crash(): void {
    this.requireOpen();
    this.hasCrashed = true;
    this.#end();
  }

  /** Makes the calls of `callFromThread`. What they throw comes out of here. */
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- there is nothing to wait for
  iterate(delay = 0): void {
    this.requireOpen();
    this.#makeThreadCalls();
  }

  fireSystemEvent(eventType: SystemEvent): void {
    this.requireOpen();
    this.#events.fireEvent(eventType);
  }

  addSystemEventTrigger<A extends readonly unknown[]>(
    phase: EventPhase,
    eventType: SystemEvent,
    f: (...args: A) => unknown,
    ...args: A
  ): ISystemEventTrigger {
    this.requireOpen();
    const trigger = this.#events.addTrigger(phase, eventType, f, args);
    this.triggers.push({ phase, eventType, f: f as HookRecord['f'], args, trigger });
    return trigger;
  }

  removeSystemEventTrigger(trigger: ISystemEventTrigger): void {
    this.#events.removeTrigger(trigger);
    const index = this.triggers.findIndex((record) => record.trigger === trigger);
    if (index >= 0) this.triggers.splice(index, 1);
  }

  callWhenRunning<A extends readonly unknown[]>(
    f: (...args: A) => unknown,
    ...args: A
  ): ISystemEventTrigger | undefined {
    this.requireOpen();
    this.whenRunningHooks.push({ f: f as HookRecord['f'], args });
    if (!this.#running) return this.#events.addTrigger('after', 'startup', f, args);
    f(...args);
    return undefined;
  }

  callFromThread<A extends readonly unknown[]>(f: (...args: A) => unknown, ...args: A): void {
    this.requireOpen();
    this.#threadCalls.push({ f: f as HookRecord['f'], args });
  }

  /** Looks `name` up in `hosts`; an address is its own. Fails with DNSLookupError. */
  resolve(name: string): Deferred<string> {
    this.requireOpen();
    if (name === '') return succeed('0.0.0.0');
    const address = internetAddress('TCP', name, 0)?.host ?? this.hosts.get(name);
    return address === undefined ? fail(new DNSLookupError(name)) : succeed(address);
  }

  /** Ports are dropped and attempts fail, as a real reactor's do. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.#end();
    const reason = new Failure(new ConnectionLost());
    for (const port of this.ports) attempt(() => port.drop(reason));
    for (const connector of this.connectors) {
      if (connector.state === 'connecting') attempt(() => connector.connectionFailed(reason));
    }
    this.removeAll();
  }

  /** The same as `close()`. */
  [Symbol.dispose](): void {
    this.close();
  }

  // ---- IReactorTCP

  /** Answers a port that listens, with a number of its own if 0 was asked for. */
  listenTCP(port: number, factory: IProtocolFactory, options: ListenTCPOptions = {}): MemoryPort {
    this.requireOpen();
    requirePort(port, 0);
    options.signal?.throwIfAborted();
    const host = listeningAddress(port === 0 ? this.#freePort++ : port, options);
    this.tcpServers.push({ port, factory, options });
    return this.#listen(new MemoryPort(host, factory, options));
  }

  connectTCP(
    host: string,
    port: number | string,
    factory: IClientFactory,
    options: ConnectTCPOptions = {},
  ): MemoryConnector {
    this.requireOpen();
    const number = portNumber(port);
    const destination: IAddress = internetAddress('TCP', host, number) ?? new HostnameAddress(host, number);
    const connector = new MemoryConnector(destination, factory, options, () => {
      this.requireOpen();
      this.tcpClients.push({ host, port: number, factory, options });
    });
    this.connectors.push(connector);
    connector.connect();
    return connector;
  }

  // ---- IReactorSocket

  adoptStreamPort(
    fd: number,
    family: number,
    factory: IProtocolFactory,
    options: ListenTCPOptions = {},
  ): MemoryPort {
    this.requireOpen();
    this.adoptedPorts.push({ fd, family, factory, options });
    return this.#listen(new MemoryPort(listeningAddress(this.#freePort++, options), factory, options));
  }

  /** Connects a protocol of the factory to a StringTransport. */
  adoptStreamConnection(
    fd: number,
    family: number,
    factory: IProtocolFactory,
    options: ConnectionOptions = {},
  ): StringTransport | null {
    this.requireOpen();
    this.adoptedStreamConnections.push({ fd, family, factory, options });
    const peerAddress = new IPv4Address('TCP', '127.0.0.1', this.#freePort++);
    const protocol = factory.buildProtocol(peerAddress);
    if (protocol === null) return null;
    const transport = new StringTransport({ peerAddress });
    void protocol.makeConnection(transport);
    return transport;
  }

  /** Throws a ReactorClosedError after `close()`. */
  protected requireOpen(): void {
    if (this.closed) throw new ReactorClosedError();
  }

  #listen(port: MemoryPort): MemoryPort {
    this.ports.push(port);
    port.startListening();
    port.options.signal?.addEventListener('abort', () => void port.stopListening(), { once: true });
    return port;
  }

  #makeThreadCalls(): void {
    for (const { f, args } of this.#threadCalls.splice(0)) f(...args);
  }

  #end(): void {
    const ended = this.#ended;
    this.#running = false;
    this.#ended = undefined;
    this.#events.abandon('startup');
    this.#events.abandon('shutdown');
    ended?.();
  }
}

/** Closing never throws, whatever factories do. */
function attempt(f: () => void): void {
  try {
    f();
  } catch (error) {
    log.failure('A factory threw while the reactor was being closed', Failure.from(error));
  }
}
