/** What programs are made of: protocols and the factories that build them. Twisted: twisted.internet.protocol. */
export * from './client-factory.js';
export * from './factory.js';
export * from './protocol.js';
export * from './server-factory.js';

// Policies, clients and the smaller protocols.
export * from './client-creator.js';
export * from './policies/index.js';
export * as portforward from './portforward/index.js';
export * from './producer-consumer-proxy.js';
export * from './reconnecting-client-factory.js';
export * from './stateful-protocol.js';
export * as wire from './wire.js';
