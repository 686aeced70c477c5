/** What programs are made of: protocols and the factories that build them. Twisted: twisted.internet.protocol. */
export * from './client-factory.js';
export * from './factory.js';
export * from './protocol.js';
export * from './server-factory.js';
