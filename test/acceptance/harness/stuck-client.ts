import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { until, within } from './deadline.js';

const PATIENCE_MS = 30_000;
const CHUNK = Buffer.alloc(65_536, 'x');
/** A server that has taken nothing for so long will not. */
const STUCK_MS = 500;

/** A client that is connected. It doesn't read unless it is told to. */
export async function connected(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {}); // What comes of it shows in other ways.
  await within(PATIENCE_MS, once(socket, 'connect'));
  return socket;
}

/** A client that sends and reads nothing, until the server takes no more: what is queued for it can't be sent. */
export async function stuck(port: number): Promise<Socket> {
  const socket = await connected(port);
  let lastWritten = performance.now();
  const send = (): void => {
    lastWritten = performance.now();
    while (socket.write(CHUNK));
  };
  socket.on('drain', send);
  send();
  await until(() => performance.now() - lastWritten > STUCK_MS, PATIENCE_MS);
  return socket;
}
