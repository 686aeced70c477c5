/** What programs are made of: protocols and the factories that build them. Twisted: twisted.internet.protocol, twisted.protocols. */
export * from './client-factory.js';
export * from './errors.js';
export * from './factory.js';
export * from './int-string-receiver.js';
export * from './length-prefixed-parser.js';
export * from './line-only-receiver.js';
export * from './line-parser.js';
export * from './line-receiver.js';
export * from './netstring-parser.js';
export * from './netstring-receiver.js';
export type * from './parser.js';
export * from './parsing-protocol.js';
export * from './protocol.js';
export * from './server-factory.js';
export * from './stateful-string-protocol.js';
export * from './unparsed.js';
