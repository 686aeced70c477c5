/** Names of hosts and services, and the race to the first address that answers. Twisted: twisted.internet._resolver. */
export { NodeResolver, type Lookup } from './node-resolver.js';
export { raceConnections, type Race, type RaceWinner } from './race-connections.js';
export { resolveAll } from './resolve-all.js';
export { servicePort } from './services.js';
