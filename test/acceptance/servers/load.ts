/**
 * Load for an echo server, from a process of its own: told a port, it keeps 64 connections busy with one message each until it is
 * told 0.
 */
import { type Socket, connect } from 'node:net';

/** A port to load, or 0 to be quiet. */
export interface Order {
  readonly port: number;
}

const CONNECTIONS = 64;
const MESSAGE = Buffer.alloc(64, 'x');

let sockets: Socket[] = [];

function busyConnection(port: number): Socket {
  const socket = connect(port, '127.0.0.1', () => socket.write(MESSAGE));
  socket.on('data', () => socket.write(MESSAGE));
  socket.on('error', () => {});
  return socket;
}

process.on('message', ({ port }: Order) => {
  for (const socket of sockets) socket.destroy();
  sockets = port === 0 ? [] : Array.from({ length: CONNECTIONS }, () => busyConnection(port));
  process.send?.({});
});
process.once('disconnect', () => process.exit());
process.send?.({});
