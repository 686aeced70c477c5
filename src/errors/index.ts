/** The errors of heddle. Twisted: twisted.internet.error. */
export * from './connect-error-of.js';
export * from './connect-errors.js';
export * from './connection-errors.js';
export * from './datagram-errors.js';
export * from './listen-errors.js';
export * from './reactor-errors.js';
export * from './system-error.js';
