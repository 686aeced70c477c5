// Sends pieces as fast as the client takes them, until it ends its writing: `write` and `drain` of node:net.
import { createServer } from 'node:net';

import { announce } from './control.mjs';
import { PIECE } from './piece.mjs';

const server = createServer((socket) => {
  const produce = () => {
    while (socket.writable && socket.write(PIECE));
  };
  socket.on('drain', produce);
  socket.on('error', () => {});
  socket.resume();
  produce();
});
server.listen(0, '127.0.0.1', () => announce(server.address().port));
