import { createServer } from 'node:http';
import { DuplexFactory, LimitTotalConnectionsFactory, getReactor } from 'heddle';

const web = createServer((request, response) => response.end(`you asked for ${request.url ?? ''}`));
const connections = new DuplexFactory((stream) => void web.emit('connection', stream.setNoDelay()));
const limited = new LimitTotalConnectionsFactory(connections, { connectionLimit: 1000 });

const port = getReactor().listenTCP(0, limited, {
  interface: '127.0.0.1',
  shed: { farewell: Buffer.from('HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\n\r\n') },
});
web.emit('listening'); // from now on it watches over headersTimeout and requestTimeout

const response = await fetch(`http://127.0.0.1:${port.getHost().port}/tea`, {
  headers: { connection: 'close' },
});
console.log(await response.text());
console.log(`${port.counters.accepted} accepted by heddle`);

await port.stopListening();
web.close();
