/** Stand-ins for what a protocol or factory works with. Twisted: twisted.internet.testing. */
export { AccumulatingFactory } from './accumulating-factory.js';
export { AccumulatingProtocol } from './accumulating-protocol.js';
export { MemoryConnector } from './memory-connector.js';
export { MemoryPort } from './memory-port.js';
export { MemoryReactor } from './memory-reactor.js';
export { MemoryReactorClock } from './memory-reactor-clock.js';
export type * from './memory-records.js';
export { NonStreamingProducer } from './non-streaming-producer.js';
export { RaisingMemoryReactor, type RaisingMemoryReactorOptions } from './raising-memory-reactor.js';
export { StringTransport, type StringTransportOptions } from './string-transport.js';
export { StringTransportWithDisconnection } from './string-transport-with-disconnection.js';
