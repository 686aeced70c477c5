import { lookup as nodeLookup, type LookupAddress } from 'node:dns';
import { domainToASCII } from 'node:url';
import { internetAddress } from '../address/internet-address.js';
import { parseIPAddress } from '../address/ip-text.js';
import { DNSLookupError } from '../errors/connect-errors.js';
import type { IInternetAddress } from '../interfaces/address.js';
import type {
  AddressFamily,
  IHostnameResolver,
  IHostResolution,
  IResolutionReceiver,
  ResolveOptions,
} from '../interfaces/resolver.js';
import { Resolution } from './resolution.js';

/** Asks for the addresses of one family: `lookup` of node:dns, as far as it is used here. */
export type Lookup = (
  hostName: string,
  options: { readonly family: AddressFamily; readonly all: true; readonly verbatim: true },
  callback: (error: Error | null, addresses: LookupAddress[]) => void,
) => unknown;

/**
 * Finds addresses with getaddrinfo(3), which node:dns calls in libuv's thread pool: /etc/hosts, the system's resolver
 * and its order of preference (RFC 6724) all count.
 *
 * The families are asked apart and at the same time, so that the answer to one needn't wait for the other. (Each name
 * thus takes two of the pool's threads, which are four unless UV_THREADPOOL_SIZE says otherwise.) getaddrinfo can't be
 * stopped: a cancelled look-up goes on unseen, and what it finds is dropped.
 *
 * Twisted: `GAIResolver`.
 */
export class NodeResolver implements IHostnameResolver {
  readonly #lookup: Lookup;

  /** `lookup` is for tests and for programs that ask elsewhere. */
  constructor(lookup: Lookup = nodeLookup) {
    this.#lookup = lookup;
  }

  /** Throws a TypeError for a name that isn't text, a RangeError for a port outside 0 to 65535. */
  resolveHostName(
    receiver: IResolutionReceiver,
    hostName: string,
    portNumber = 0,
    options: ResolveOptions = {},
  ): IHostResolution {
    checkArguments(hostName, portNumber);
    const families = new Set<AddressFamily>(options.families ?? [6, 4]);
    const literal = parseIPAddress(hostName);
    if (literal !== undefined) {
      return tellOnce(receiver, hostName, literalAddress(hostName, portNumber, families.has(literal.family)));
    }
    const name = asciiName(hostName);
    if (name === undefined) {
      const why = `${JSON.stringify(hostName)} is not a host name`;
      return tellOnce(receiver, hostName, new DNSLookupError(why));
    }
    const resolution = new Resolution(hostName, receiver, families.size);
    resolution.begin();
    for (const family of families) this.#lookUp(resolution, name, family, portNumber);
    return resolution;
  }

  #lookUp(resolution: Resolution, asciiName: string, family: AddressFamily, port: number): void {
    this.#lookup(asciiName, { family, all: true, verbatim: true }, (error, found) => {
      if (error !== null) {
        resolution.partDone(new DNSLookupError(error.message, { cause: error }));
        return;
      }
      for (const { address } of found) {
        const resolved = internetAddress('TCP', address, port);
        if (resolved !== undefined) resolution.found(resolved);
      }
      resolution.partDone();
    });
  }
}

/** A look-up whose whole answer is known at once. */
function tellOnce(
  receiver: IResolutionReceiver,
  hostName: string,
  answer: IInternetAddress | DNSLookupError,
): IHostResolution {
  const resolution = new Resolution(hostName, receiver, 1);
  resolution.begin();
  if (!(answer instanceof DNSLookupError)) resolution.found(answer);
  resolution.partDone(answer instanceof DNSLookupError ? answer : undefined);
  return resolution;
}

function literalAddress(text: string, port: number, wanted: boolean): IInternetAddress | DNSLookupError {
  if (!wanted) return new DNSLookupError(`${text} is an address of a family that was not asked for`);
  return (
    internetAddress('TCP', text, port) ?? new DNSLookupError(`${text} names an interface that is not there`)
  );
}

/**
 * The name as it is asked for: names beyond ASCII in their IDNA form (`xn--...`), the others as they are, since the
 * system knows names (with `_`, say) that IDNA doesn't allow. Undefined if it can't be a name. A NUL would end the name
 * early in C.
 */
function asciiName(name: string): string | undefined {
  if (name === '' || name.includes('\0')) return undefined;
  if (/^[\x01-\x7f]*$/.test(name)) return name;
  const ascii = domainToASCII(name);
  return ascii === '' ? undefined : ascii;
}

function checkArguments(hostName: unknown, portNumber: number): void {
  if (typeof hostName !== 'string') throw new TypeError('The host name must be a string');
  if (!Number.isInteger(portNumber) || portNumber < 0 || portNumber > 65535) {
    throw new RangeError(`The port must be an integer from 0 to 65535, not ${portNumber}`);
  }
}
