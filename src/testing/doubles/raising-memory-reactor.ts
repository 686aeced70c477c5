import type {
  ConnectTCPOptions,
  IClientFactory,
  IProtocolFactory,
  ListenTCPOptions,
} from '../../interfaces/index.js';
import type { MemoryConnector } from './memory-connector.js';
import type { MemoryPort } from './memory-port.js';
import { MemoryReactor } from './memory-reactor.js';

/** What a {@link RaisingMemoryReactor} throws. */
export interface RaisingMemoryReactorOptions {
  /** What `listenTCP` and `adoptStreamPort` throw. Without it they work. */
  readonly listenException?: Error;
  /** What `connectTCP` throws. Without it that works. */
  readonly connectException?: Error;
}

/** A MemoryReactor that can't listen, or can't connect. What was asked is recorded all the same. Twisted: `RaisingMemoryReactor`. */
export class RaisingMemoryReactor extends MemoryReactor {
  readonly #exceptions: RaisingMemoryReactorOptions;

  constructor(exceptions: RaisingMemoryReactorOptions = {}) {
    super();
    this.#exceptions = exceptions;
  }

  override listenTCP(port: number, factory: IProtocolFactory, options: ListenTCPOptions = {}): MemoryPort {
    const { listenException } = this.#exceptions;
    if (listenException === undefined) return super.listenTCP(port, factory, options);
    this.tcpServers.push({ port, factory, options });
    throw listenException;
  }

  override adoptStreamPort(
    fd: number,
    family: number,
    factory: IProtocolFactory,
    options: ListenTCPOptions = {},
  ): MemoryPort {
    const { listenException } = this.#exceptions;
    if (listenException === undefined) return super.adoptStreamPort(fd, family, factory, options);
    this.adoptedPorts.push({ fd, family, factory, options });
    throw listenException;
  }

  override connectTCP(
    host: string,
    port: number | string,
    factory: IClientFactory,
    options: ConnectTCPOptions = {},
  ): MemoryConnector {
    const { connectException } = this.#exceptions;
    if (connectException === undefined) return super.connectTCP(host, port, factory, options);
    this.tcpClients.push({ host, port: Number(port), factory, options });
    throw connectException;
  }
}
