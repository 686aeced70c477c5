// Counts the bytes it gets and throws them away, on node:net.
import { createServer } from 'node:net';

import { announce } from './control.mjs';

let bytes = 0;

const server = createServer((socket) => {
  socket.on('data', (data) => {
    bytes += data.length;
  });
  socket.on('error', () => {});
});
server.listen(0, '127.0.0.1', () => announce(server.address().port, () => bytes));
