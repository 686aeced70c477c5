/** Connections that are passed on to another place. Twisted: `twisted.protocols.portforward`. */
export * from './proxy-client.js';
export * from './proxy-server.js';
export * from './proxy.js';
