import { inspect } from 'node:util';
import { Failure } from '../defer/index.js';
import type { IAddress, IHalfCloseableProtocol, IProtocol, IProtocolFactory } from '../interfaces/index.js';
import { getLog } from '../logger/index.js';

/**
 * What a connection has to mind when it calls its protocol: which callbacks there are, what they return, and that
 * every part of a protocol may throw, its name as well.
 */

const log = getLog('tcp');

export function isHalfCloseable(protocol: IProtocol): protocol is IHalfCloseableProtocol {
  return 'readConnectionLost' in protocol && 'writeConnectionLost' in protocol;
}

/** The name that a protocol or factory has in log records: its log prefix, or its class. Never throws. */
export function nameOf(named: { logPrefix?(): string }): string {
  try {
    return named.logPrefix?.() ?? named.constructor.name;
  } catch {
    // A name is wanted in order to tell of something more important.
    return '?';
  }
}

/**
 * What a factory builds for a connection; null if it refuses. Throws what the factory throws, and a TypeError for
 * anything else: a forgotten `return` or an async `buildProtocol` would leave a connection that nobody hears of.
 */
export function protocolOf(factory: IProtocolFactory, address: IAddress): IProtocol | null {
  const protocol = factory.buildProtocol(address) as Partial<IProtocol> | null | undefined;
  if (protocol === null || typeof protocol?.makeConnection === 'function')
    return protocol as IProtocol | null;
  throw new TypeError(
    `buildProtocol of ${nameOf(factory)} must return a protocol, or null to refuse, not ${inspect(protocol, { depth: 0 })}`,
  );
}

/** Calls `rejected` if a callback of a protocol was async and has failed. What isn't a promise is nobody's business. */
export function follow(completion: unknown, rejected: (error: unknown) => void): void {
  if (isPromiseLike(completion)) completion.then(undefined, rejected);
}

/** Tells a protocol that its connection is over. Never throws: there is nothing left to lose, so errors are logged. */
export function tellConnectionLost(protocol: IProtocol, reason: Failure): void {
  const threw = (error: unknown): void => {
    log.failure('connectionLost of {protocol} threw', Failure.from(error), { protocol: nameOf(protocol) });
  };
  try {
    follow(protocol.connectionLost(reason), threw);
  } catch (error) {
    threw(error);
  }
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  );
}
