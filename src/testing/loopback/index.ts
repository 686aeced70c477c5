/** Two protocols connected in memory. Twisted: twisted.test.iosim, twisted.protocols.loopback. */
export {
  type ConnectedOptions,
  type ProtocolSource,
  connectedServerAndClient,
} from './connected-server-and-client.js';
export { type CompletionOptions, ConnectionCompleter } from './connection-completer.js';
export { IOPump, type LoopbackEndOptions, type LoopbackOptions } from './io-pump.js';
export { type LoopbackAsyncOptions, loopbackAsync } from './loopback-async.js';
export type { MemoryDriver, MemoryDriverParts, Rounds } from './memory-driver.js';
export { MemoryRounds, type SteppedTime } from './memory-rounds.js';
export { MemorySocket } from './memory-socket.js';
export { MemoryTransport, type MemoryTransportParts } from './memory-transport.js';
