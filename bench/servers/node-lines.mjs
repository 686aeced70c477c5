// The peer to beat: sends each line back, on node:net and node:readline, written as their users write it.
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

import { announce } from './control.mjs';

const server = createServer((socket) => {
  const lines = createInterface({ input: socket, crlfDelay: Infinity });
  lines.on('line', (line) => socket.write(`${line}\r\n`));
  socket.on('error', () => {});
});
server.listen(0, '127.0.0.1', () => announce(server.address().port));
