/** TCP over raw sockets. Twisted: twisted.internet.tcp. */
export { adoptStreamConnection, adoptStreamPort } from './adopt.js';
export { Client } from './client.js';
export { Connection } from './connection.js';
export type { ConnectionDriver, ConnectionFeed } from './connection-driver.js';
export { type ConnectionLimits, connectionLimits } from './connection-options.js';
export { Connector } from './connector.js';
export {
  FileDescriptorReservation,
  NullFileDescriptorReservation,
  type SpareDescriptor,
  defaultReservation,
  spareEventfd,
} from './file-descriptor-reservation.js';
export { listeningAddress } from './listening-socket.js';
export { Port } from './port.js';
export { SEND_SLAB_BYTES } from './send-queue.js';
export { Server } from './server.js';
export { TcpTransport } from './tcp-transport.js';
export type { TransportContext } from './transport-context.js';
