/** What programs are made of: protocols and the factories that build them. Twisted: twisted.internet.protocol, twisted.protocols. */
export * from './client-creator.js';
export * from './client-factory.js';
export * from './duplex-protocol.js';
export * from './errors.js';
export * from './factory.js';
export * from './file-sender.js';
export * from './int-string-receiver.js';
export * from './items.js';
export * from './length-prefixed-parser.js';
export * from './line-only-receiver.js';
export * from './line-parser.js';
export * from './line-receiver.js';
export * from './netstring-parser.js';
export * from './netstring-receiver.js';
export type * from './parser.js';
export * from './parsing-protocol.js';
export * from './protocol.js';
export * from './protocol-adapters.js';
export * from './server-factory.js';
export * from './stateful-string-protocol.js';
export * from './stream-protocol.js';
export {
  type DuplexFeed,
  type SocketAddressInfo,
  type SocketState,
  TransportDuplex,
  type TransportDuplexOptions,
} from './transport-duplex.js';
export * from './unparsed.js';

// Policies, clients and the smaller protocols.
export * from './policies/index.js';
export * as portforward from './portforward/index.js';
export * from './producer-consumer-proxy.js';
export * from './reconnecting-client-factory.js';
export * from './stateful-protocol.js';
export * as wire from './wire.js';
