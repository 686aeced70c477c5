import type { Deferred } from '../defer/index.js';
import type { EndpointOptions, IProtocol, IStreamClientEndpoint } from '../interfaces/index.js';
import { Factory } from '../protocols/index.js';

/** Gives out a protocol that there is already. */
class OneProtocolFactory<P extends IProtocol> extends Factory<P> {
  override noisy = false;
  readonly #protocol: P;

  constructor(protocol: P) {
    super();
    this.#protocol = protocol;
  }

  override buildProtocol(): P {
    return this.#protocol;
  }
}

/**
 * Connects a protocol that there is already: no factory is needed. The Deferred is that of the endpoint's `connect`.
 * Twisted: `connectProtocol`.
 */
export function connectProtocol<P extends IProtocol>(
  endpoint: IStreamClientEndpoint,
  protocol: P,
  options: EndpointOptions = {},
): Deferred<P> {
  return endpoint.connect(new OneProtocolFactory(protocol), options);
}
