import { cancelOnAbort, type Deferred, fail } from '../defer/index.js';
import { ConnectingCancelledError } from '../errors/index.js';
import type {
  EndpointOptions,
  IAddress,
  IClientFactory,
  IConnector,
  IProtocol,
  IProtocolFactory,
} from '../interfaces/index.js';
import { refuseUnheardHooks } from './unheard-hooks.js';
import { WrappingFactory } from './wrapping-factory.js';

/**
 * What the `connect` of an endpoint does, whatever it connects by: `begin` gets a factory to connect, as `connectTCP` does,
 * and returns the connector. `destination` is for the error of a cancelled attempt. For those who make endpoints of their own.
 * Throws nothing: see {@link IStreamClientEndpoint.connect} for how the Deferred fails.
 */
export function connectFactory<P extends IProtocol>(
  factory: IProtocolFactory<P>,
  destination: IAddress,
  { signal }: EndpointOptions,
  begin: (factory: IClientFactory) => IConnector,
): Deferred<P> {
  if (signal?.aborted === true)
    return fail(new ConnectingCancelledError(destination, { cause: signal.reason }));
  let wrapping: WrappingFactory<P>;
  try {
    refuseUnheardHooks(factory);
    wrapping = new WrappingFactory(factory, destination);
    begin(wrapping);
  } catch (error) {
    return fail(error);
  }
  const { connected } = wrapping;
  if (signal !== undefined) cancelOnAbort(connected, signal);
  return connected;
}
