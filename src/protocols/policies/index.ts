/** Factories and protocols around others: limits, time-outs, logs. Twisted: `twisted.protocols.policies`. */
export * from './connection-timeout.js';
export * from './limit-connections-by-peer.js';
export * from './limit-total-connections-factory.js';
export { type IWrapperFactory, ProtocolWrapper } from './protocol-wrapper.js';
export * from './spewing-factory.js';
export * from './throttling-factory.js';
export { type IThrottle, ThrottlingProtocol } from './throttling-protocol.js';
export * from './timeout-factory.js';
export * from './traffic-logging-factory.js';
export * from './wrapping-factory.js';
