import type { IStreamServerEndpoint } from '../interfaces/index.js';
import { AF_INET, AF_INET6 } from '../libc/index.js';
import { AdoptedStreamServerEndpoint, type AdoptingReactor } from './adopted-stream-server-endpoint.js';
import type { EndpointArguments } from './endpoint-arguments.js';
import type { EndpointReactor, EndpointType } from './endpoint-registry.js';
import type { ListenFDs } from './listen-fds.js';

/**
 * Sockets that were opened before this program began, so that there are servers only.
 *
 *     systemd:domain=INET:index=0       fd:3:domain=INET6
 *     systemd:domain=INET:name=web
 */

const FAMILIES = { INET: AF_INET, INET6: AF_INET6 } as const;

function adopted(reactor: EndpointReactor, given: EndpointArguments, fd: number): IStreamServerEndpoint {
  given.required('domain', `${given.type}:...:domain=INET`);
  const domain = given.choice('domain', ['INET', 'INET6']) ?? 'INET';
  if (reactor.adoptStreamPort === undefined || reactor.driver === undefined) {
    throw new TypeError(`${given.type}: needs a reactor that can adopt sockets`);
  }
  return new AdoptedStreamServerEndpoint(reactor as AdoptingReactor, fd, FAMILIES[domain]);
}

function byIndex(given: EndpointArguments, sockets: ListenFDs): number {
  const descriptors = sockets.inheritedDescriptors();
  const index = given.wholeNumber('index', { min: 0 }) ?? 0;
  const fd = descriptors[index];
  if (fd === undefined) {
    throw given.error(
      'index',
      `there is no socket ${index}: systemd has given this process ${descriptors.length}`,
    );
  }
  return fd;
}

function byName(given: EndpointArguments, sockets: ListenFDs): number {
  const named = sockets.inheritedNamedDescriptors();
  const name = given.text('name') ?? '';
  const fd = named.get(name);
  if (fd === undefined) {
    const known = named.size === 0 ? 'none' : [...named.keys()].join(', ');
    throw given.error(
      'name',
      `there is no socket ${JSON.stringify(name)}: systemd has given this process ${known}`,
    );
  }
  return fd;
}

/** The types for sockets that come from outside. `listenFDs` is asked when the first description names one of systemd's. */
export function adoptingEndpointTypes(listenFDs: () => ListenFDs): readonly EndpointType[] {
  let inherited: ListenFDs | undefined;
  return [
    {
      prefix: 'systemd',
      server: (reactor, given) => {
        given.places();
        if (given.text('index') !== undefined && given.text('name') !== undefined) {
          throw given.error('name', "index and name can't both be given");
        }
        if (given.text('index') === undefined && given.text('name') === undefined) {
          throw given.error(
            'index',
            'the index or the name of a socket is missing: write systemd:domain=INET:index=0',
          );
        }
        // Read once: it deletes the variables, and several descriptions may name sockets.
        inherited ??= listenFDs();
        const fd = given.text('name') === undefined ? byIndex(given, inherited) : byName(given, inherited);
        return adopted(reactor, given, fd);
      },
    },
    {
      prefix: 'fd',
      server: (reactor, given) => {
        given.places('number');
        given.required('number', 'fd:NUMBER:domain=INET');
        return adopted(reactor, given, given.wholeNumber('number', { min: 0 }) ?? 0);
      },
    },
  ];
}
