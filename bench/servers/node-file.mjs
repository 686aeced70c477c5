// The same with Node's streams: a file that is piped into a socket of node:net.
import { createReadStream } from 'node:fs';
import { createServer } from 'node:net';

import { announce } from './control.mjs';
import { makeFile } from './file.mjs';

const path = makeFile();

const server = createServer((socket) => {
  let file;
  const sendFile = () => {
    if (!socket.writable) return;
    file = createReadStream(path);
    file.once('end', sendFile);
    file.pipe(socket, { end: false });
  };
  socket.on('end', () => file.destroy());
  socket.on('error', () => {});
  socket.resume();
  sendFile();
});
server.listen(0, '127.0.0.1', () => announce(server.address().port));
