import { IPv4Address, internetAddress } from '../../address/index.js';
import { Failure } from '../../defer/index.js';
import { ConnectionRefusedError, SystemError } from '../../errors/index.js';
import type { IAddress, IInternetAddress, IProtocol, IProtocolFactory } from '../../interfaces/index.js';
import { errno } from '../../libc/index.js';
import { getLog } from '../../logger/index.js';
import { Protocol } from '../../protocols/index.js';
import type { MemoryConnector } from '../doubles/memory-connector.js';
import type { MemoryPort } from '../doubles/memory-port.js';
import type { MemoryReactor } from '../doubles/memory-reactor.js';
import { MemoryReactorClock } from '../doubles/memory-reactor-clock.js';
import { IOPump, type LoopbackEndOptions } from './io-pump.js';

const log = getLog('testing');

/** Where clients come from. */
const CLIENT_HOST = '127.0.0.1';
const FIRST_CLIENT_PORT = 60_000;

/** What the connection that a {@link ConnectionCompleter} makes is to be like. */
export interface CompletionOptions {
  /** Options of the two ends, over those that `listenTCP` and `connectTCP` were given. */
  readonly server?: LoopbackEndOptions;
  /** Options of the connecting end. */
  readonly client?: LoopbackEndOptions;
  /** Who serves, if nobody listens on the MemoryReactor there. */
  readonly serverFactory?: IProtocolFactory;
}

/**
 * Ends what a MemoryReactor has under way: each call completes the attempt that is pending for longest.
 *
 *     const completer = new ConnectionCompleter(reactor);
 *     const pump = completer.succeedOnce();   // a client of `connectTCP` and a port of `listenTCP` are connected
 *     completer.failOnce();                   // the next one is refused
 *
 * Twisted: `ConnectionCompleter` (twisted.test.iosim).
 */
export class ConnectionCompleter {
  readonly #reactor: MemoryReactor;
  #clientPort = FIRST_CLIENT_PORT;

  constructor(reactor: MemoryReactor) {
    this.#reactor = reactor;
  }

  /**
   * Connects the pending attempt in memory to the port that listens there, and tells both factories what a real reactor would. What
   * the protocols said in `connectionMade` is carried over. The answer carries the rest; it is null if no attempt is pending, or
   * if nobody accepts where it leads. Time is the reactor's own if it has some.
   */
  succeedOnce(options: CompletionOptions = {}): IOPump | null {
    const connector = this.#pending();
    if (connector === undefined) return null;
    const port = this.#listener(connector.getDestination());
    const serverFactory = options.serverFactory ?? port?.factory;
    if (serverFactory === undefined) return null;
    const pump = this.#pump(connector, port, options);
    const { serverTransport, clientTransport } = pump;
    connector.connectionMade(clientTransport);
    const server = this.#build(serverFactory, serverTransport.getPeer(), port);
    const client = this.#build(connector.factory, clientTransport.getPeer());
    serverTransport.start(server ?? new Unwanted(), () => port?.lost(serverTransport));
    if (server !== null) port?.accepted(serverTransport);
    clientTransport.start(client ?? new Unwanted(), (reason) => connector.connectionLost(reason));
    pump.flush();
    return pump;
  }

  /**
   * Makes the pending attempt fail: with a ConnectionRefusedError unless another reason is given, a Failure or what one is to be made
   * of. False if no attempt is pending.
   */
  failOnce(reason: unknown = refused()): boolean {
    const connector = this.#pending();
    connector?.connectionFailed(reason);
    return connector !== undefined;
  }

  #pending(): MemoryConnector | undefined {
    return this.#reactor.connectors.find(({ state }) => state === 'connecting');
  }

  #listener(destination: IAddress): MemoryPort | undefined {
    const { port, host } = destination as IInternetAddress;
    const address = internetAddress('TCP', host, port);
    return this.#reactor.ports.find((listening) => {
      const own = listening.getHost();
      const isReached = address === undefined || isWildcard(own.host) || own.host === address.host;
      return listening.listening && listening.accepting && own.port === port && isReached;
    });
  }

  #pump(connector: MemoryConnector, port: MemoryPort | undefined, options: CompletionOptions): IOPump {
    const { host, port: number } = connector.getDestination() as IInternetAddress;
    const serverAddress = internetAddress('TCP', host, number) ?? new IPv4Address('TCP', CLIENT_HOST, number);
    const clientAddress = new IPv4Address('TCP', CLIENT_HOST, this.#clientPort++);
    const reactor = this.#reactor;
    return new IOPump({
      server: { address: serverAddress, ...port?.options, ...options.server },
      client: { address: clientAddress, ...connector.options, ...options.client },
      ...(reactor instanceof MemoryReactorClock ? { clock: reactor } : {}),
    });
  }

  /** Null if the factory refuses, or throws, which is logged; the connection is closed then. */
  #build(factory: IProtocolFactory, address: IAddress, port?: MemoryPort): IProtocol | null {
    try {
      const protocol = factory.buildProtocol(address);
      if (protocol === null && port !== undefined) port.counters.refused += 1;
      return protocol;
    } catch (error) {
      if (port !== undefined) port.counters.failed += 1;
      log.failure('buildProtocol threw', Failure.from(error));
      return null;
    }
  }
}

/** Stands for a protocol that there is none of: it closes at once. */
class Unwanted extends Protocol {
  override connectionMade(): void {
    this.transport.loseConnection();
  }
}

function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

function refused(): ConnectionRefusedError {
  return new ConnectionRefusedError(new SystemError('connect', errno.ECONNREFUSED));
}
