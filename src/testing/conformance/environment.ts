import type {
  ConnectTCPOptions,
  IConnector,
  IInternetAddress,
  IListeningPort,
  IReactorCore,
  IReactorFDSet,
  IReactorSocket,
  IReactorTCP,
  IReactorTime,
  ITCPPort,
  ListenTCPOptions,
} from '../../interfaces/index.js';
import type { Driver, Libc } from '../../libc/index.js';
import { Reactor } from '../../reactor/index.js';
import { type FaultyLibc, faultyDriver } from '../faulty-libc.js';
import { LogCapture } from '../log-capture.js';
import type { Need } from './case.js';
import { type Drive, makeDrive, nodeRound } from './drive.js';
import { type Place, Peers } from './peers.js';
import type { RecordingFactory } from './recording-factory.js';
import { SpareDescriptors } from './spare-descriptors.js';
import { temporaryFile } from './temporary-file.js';

/** What a reactor has to be for the cases. */
export type ConformanceReactor = IReactorCore &
  IReactorTime &
  IReactorFDSet &
  IReactorTCP &
  IReactorSocket & {
    /** Ends it for good, and everything in it. */
    close(): void;
  };

/** What a {@link ConformanceEnvironment} is made of. */
export interface EnvironmentOptions {
  /** The kernel's functions and the host loop. */
  readonly driver: Driver;
  /** Makes the reactor of a case on a driver: a `Reactor` unless it is given. */
  readonly makeReactor?: (driver: Driver) => ConformanceReactor;
  /** Lets the host loop go round once: Node's own, unless it is given. */
  readonly round?: () => Promise<void>;
  /** What the case needs; of these `faults` makes a difference here. */
  readonly needs?: readonly Need[];
  /** Aborting it makes whatever the case waits for fail. */
  readonly signal?: AbortSignal;
}

/** All that a case works with. It is made anew for each case; `runCase` cleans up and closes it. */
export class ConformanceEnvironment {
  /** The kernel's functions, without faults, whatever lies under the reactor. */
  readonly libc: Libc;
  /** The reactor that is looked at. */
  readonly reactor: ConformanceReactor;
  /** Lets the host loop go on until a condition holds. */
  readonly drive: Drive;
  /** heddle's log records since the environment was made. */
  readonly log: LogCapture;
  /** Plain sockets on the same kernel. */
  readonly peers: Peers;
  /** Descriptors that were open before the environment was made. */
  readonly openBefore: number;
  readonly #faults: FaultyLibc | undefined;
  readonly #spares: SpareDescriptors;
  readonly #cleanups: (() => unknown)[] = [];

  constructor(options: EnvironmentOptions) {
    const { driver, makeReactor = makePlainReactor, round = nodeRound, needs = [], signal } = options;
    const faulty = needs.includes('faults') ? faultyDriver(driver) : undefined;
    const underneath = faulty?.driver ?? driver;
    this.libc = driver.libc;
    this.openBefore = driver.libc.descriptors.open;
    this.#faults = faulty?.libc;
    this.#spares = new SpareDescriptors(underneath.libc);
    this.log = new LogCapture();
    this.peers = new Peers(driver.libc);
    this.reactor = makeReactor(underneath);
    this.drive = makeDrive({ round, beforeRound: () => this.peers.poll(), signal });
  }

  /** The kernel under the reactor, to make its calls fail. Throws unless the case says that it needs `faults`. */
  get faults(): FaultyLibc {
    if (this.#faults === undefined)
      throw new Error('A case that injects faults has to say so in its `needs`');
    return this.#faults;
  }

  /** Has `cleanup` called when the case has ended, the last one added first. It may return a promise. */
  addCleanup(cleanup: () => unknown): void {
    this.#cleanups.push(cleanup);
  }

  /** A file with these bytes, open for reading and writing; it is closed, and gone, after the case. */
  openFile(content: Uint8Array): number {
    const fd = temporaryFile(this.libc, content);
    this.addCleanup(() => this.libc.close(fd));
    return fd;
  }

  /** `reactor.listenTCP` on a free port of 127.0.0.1; what it accepts is aborted, and the port stopped, after the case. */
  listen(factory: RecordingFactory, options: ListenTCPOptions = {}, port = 0): ITCPPort {
    const listening = this.reactor.listenTCP(port, factory, { interface: '127.0.0.1', ...options });
    this.addCleanup(() => listening.stopListening());
    this.abortAfterwards(factory);
    return listening;
  }

  /** `reactor.connectTCP`; the connection or attempt is ended after the case. */
  connect(to: Place, factory: RecordingFactory, options: ConnectTCPOptions = {}): IConnector {
    this.abortAfterwards(factory);
    const connector = this.reactor.connectTCP(to.host, to.port, factory, options);
    this.addCleanup(() => connector.disconnect());
    return connector;
  }

  /** After the case, what this factory's protocols still have open is aborted. */
  abortAfterwards(factory: RecordingFactory): void {
    this.addCleanup(() => {
      for (const protocol of factory.protocols) if (protocol.made) protocol.transport.abortConnection();
    });
  }

  /** Takes the cleanups that there are now, the first one to be called first. */
  takeCleanups(): readonly (() => unknown)[] {
    return this.#cleanups.splice(0).reverse();
  }

  /** Closes the reactor, and gives back what the environment itself holds. */
  close(): void {
    this.peers.close();
    this.reactor.close();
    this.#spares[Symbol.dispose]();
    this.log[Symbol.dispose]();
  }
}

function makePlainReactor(driver: Driver): ConformanceReactor {
  return new Reactor({ driver });
}

/** Where a port listens. Throws a TypeError if it isn't on the internet. */
export function addressOf(port: IListeningPort): IInternetAddress {
  const address = port.getHost();
  if (!('host' in address) || !('port' in address))
    throw new TypeError(`${String(address)} has no host and port`);
  return address as IInternetAddress;
}
