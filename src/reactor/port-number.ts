import { ServiceNameUnknownError } from '../errors/index.js';
import { servicePort } from '../names/index.js';

/** Throws a RangeError unless `port` is a whole number from `lowest` to 65535. */
export function requirePort(port: number, lowest: number): void {
  if (!Number.isInteger(port) || port < lowest || port > 65_535) {
    throw new RangeError(`A port must be a whole number from ${lowest} to 65535, not ${port}`);
  }
}

/** The number of a port to connect to, which may be given as a service's name. Throws ServiceNameUnknownError, or a RangeError. */
export function portNumber(port: number | string): number {
  if (typeof port === 'string') {
    const known = servicePort(port);
    if (known === undefined) throw new ServiceNameUnknownError(null, port);
    return known;
  }
  requirePort(port, 1);
  return port;
}
