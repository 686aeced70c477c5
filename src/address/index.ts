/** Addresses as values, and IP addresses as text. Twisted: twisted.internet.address, twisted.internet.abstract. */
export * from './hostname-address.js';
export * from './internet-address.js';
export * from './ip-text.js';
export * from './ipv4-address.js';
export * from './ipv6-address.js';
export * from './scope.js';
export * from './unix-address.js';
