import type { ICallLater } from '../defer/index.js';
import type { IListeningPort, IProtocolFactory, IReactorTCP, ListenTCPOptions } from '../interfaces/index.js';
import { getReactor } from '../reactor/index.js';
import { ServerService, type ServerServiceOptions } from './server-service.js';

export interface TCPServerOptions extends ListenTCPOptions, Omit<ServerServiceOptions, 'clock'> {
  /** Default: the default one. */
  readonly reactor?: IReactorTCP & ICallLater;
}

/** Listens on a TCP port while it runs. What `listenTCP` throws comes out of the start. Twisted: `TCPServer` (internet.py). */
export class TCPServer extends ServerService {
  readonly #port: number;
  readonly #options: ListenTCPOptions;
  readonly #reactor: IReactorTCP | undefined;

  constructor(port: number, factory: IProtocolFactory, options: TCPServerOptions = {}) {
    const { reactor, gracePeriodMs, ...listenOptions } = options;
    super(factory, {
      ...(gracePeriodMs === undefined ? {} : { gracePeriodMs }),
      ...(reactor === undefined ? {} : { clock: reactor }),
    });
    this.#port = port;
    this.#options = listenOptions;
    this.#reactor = reactor;
  }

  protected override listen(factory: IProtocolFactory): IListeningPort {
    return (this.#reactor ?? getReactor()).listenTCP(this.#port, factory, this.#options);
  }
}
