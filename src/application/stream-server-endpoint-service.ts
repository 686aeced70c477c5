import { CancelledError, type Deferred } from '../defer/index.js';
import type { IProtocolFactory, IStreamServerEndpoint } from '../interfaces/index.js';
import { getLog } from '../logger/index.js';
import type { Listening } from './server-run.js';
import { ServerService, type ServerServiceOptions } from './server-service.js';

const log = getLog('application');

export interface StreamServerEndpointServiceOptions extends ServerServiceOptions {
  /**
   * A failure to listen is one of the start, and so of all services that start together. It is thrown if it is known at
   * once, else the Deferred of the start fails. Default false, as in Twisted: it is logged, and the service runs without a port.
   */
  readonly failOnListenError?: boolean;
}

/** Listens on an endpoint while it runs. Twisted: `StreamServerEndpointService`. */
export class StreamServerEndpointService extends ServerService {
  readonly #failOnListenError: boolean;

  constructor(
    /** Where it listens. */
    readonly endpoint: IStreamServerEndpoint,
    factory: IProtocolFactory,
    options: StreamServerEndpointServiceOptions = {},
  ) {
    super(factory, options);
    this.#failOnListenError = options.failOnListenError ?? false;
  }

  protected override listen(factory: IProtocolFactory): Deferred<Listening> {
    const listening = this.endpoint.listen(factory);
    if (this.#failOnListenError) return listening;
    return listening.addErrback((failure) => {
      if (failure.check(CancelledError) === undefined) {
        log.failure('{service} could not listen', failure, { service: String(this) });
      }
      return undefined;
    });
  }
}
