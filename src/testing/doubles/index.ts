/** Stand-ins for what a protocol or factory works with. Twisted: twisted.internet.testing. */
export { AccumulatingFactory } from './accumulating-factory.js';
export { AccumulatingProtocol } from './accumulating-protocol.js';
export { NonStreamingProducer } from './non-streaming-producer.js';
export { StringTransport, type StringTransportOptions } from './string-transport.js';
export { StringTransportWithDisconnection } from './string-transport-with-disconnection.js';
