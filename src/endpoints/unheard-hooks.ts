import type { IClientFactory, IProtocolFactory } from '../interfaces/index.js';
import { ClientFactory } from '../protocols/index.js';

/**
 * What a ClientFactory is told by `connectTCP` and by no endpoint. An endpoint makes one connection for each `connect`: how
 * that went is told by the Deferred, and how it ended by the protocol's `connectionLost`. Twisted's endpoints take such a
 * factory all the same, and whoever relied on the hooks (to connect again, say) waits for ever.
 */
const HOOKS = ['startedConnecting', 'clientConnectionFailed', 'clientConnectionLost'] as const;

/**
 * Throws a TypeError for a factory with hooks of its own, which would never be called. Those that a subclass of ClientFactory
 * inherits do nothing, so they aren't missed.
 */
export function refuseUnheardHooks(factory: IProtocolFactory): void {
  const candidate: Partial<IClientFactory> = factory;
  const own = HOOKS.filter(
    (hook) => typeof candidate[hook] === 'function' && candidate[hook] !== ClientFactory.prototype[hook],
  );
  if (own.length === 0) return;
  const verb = own.length === 1 ? 'is its hook' : 'are its hooks';
  throw new TypeError(
    `An endpoint can't connect ${factory.constructor.name}: ${own.join(', ')} ${verb}, and no endpoint calls them. ` +
      'Use what connect() answers and the connectionLost of the protocol instead, a ClientService to connect again and again, ' +
      'or connectTCP for this factory',
  );
}
