import { TCP4ClientEndpoint, TCP4ServerEndpoint, connect, getReactor, listen } from '../../../src/index.js';

const listener = listen(new TCP4ServerEndpoint(getReactor(), 0, { interface: '127.0.0.1' }));
const { port } = (await listener.whenListening()).getHost();

async function serveOneClient() {
  for await (const accepted of listener) {
    await using connection = accepted;
    for await (const data of connection) await connection.write(data);
    break; // the port stops here, and the connection is closed at the end of the block
  }
}

async function talk() {
  await using connection = await connect(new TCP4ClientEndpoint(getReactor(), '127.0.0.1', port));
  await connection.write(Buffer.from('over and back'));
  await connection.end();
  for await (const data of connection) console.log(data.toString());
}

await Promise.all([serveOneClient(), talk()]);
