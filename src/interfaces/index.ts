/** The contracts of heddle: types only, nothing here exists at run time. */
export type * from './address.js';
export type * from './connector.js';
export type * from './descriptor.js';
export type * from './diagnostics.js';
export type * from './endpoint.js';
export type * from './listening-port.js';
export type * from './producer.js';
export type * from './protocol.js';
export type * from './reactor-core.js';
export type * from './reactor-fd-set.js';
export type * from './reactor-tcp.js';
export type * from './reactor-time.js';
export type * from './reservation.js';
export type * from './resolver.js';
export type * from './service.js';
export type * from './transport.js';
export type * from './turn.js';
