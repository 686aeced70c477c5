// The peer to beat: an echo server on node:net with its defaults, written as its users write it.
import { createServer } from 'node:net';

import { announce } from './control.mjs';

const server = createServer((socket) => {
  socket.on('data', (data) => socket.write(data));
  socket.on('error', () => {});
});
server.listen(0, '127.0.0.1', () => announce(server.address().port));
