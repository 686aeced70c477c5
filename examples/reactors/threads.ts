import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Factory, Protocol, TCP4ClientEndpoint, connect, getReactor } from 'heddle';

const reactor = getReactor();
// Reserves a number for all of them, and takes no clients: it is stopped once they listen.
const first = reactor.listenTCP(0, Factory.forProtocol(Protocol), {
  interface: '127.0.0.1',
  reusePort: true,
});
const { port } = first.getHost();

const threads = [1, 2].map(
  () => new Worker(new URL('./echo-thread.js', import.meta.url), { workerData: port }),
);
await Promise.all(threads.map((thread) => once(thread, 'message')));
await first.stopListening();

const answers = new Set<string>();
for (let client = 0; client < 64; client += 1) {
  await using connection = await connect(new TCP4ClientEndpoint(reactor, '127.0.0.1', port));
  await connection.write(Buffer.from('who?'));
  answers.add(String(await connection.read()));
}
console.log(`${answers.size} threads have answered`);

for (const thread of threads) thread.postMessage('stop');
await Promise.all(threads.map((thread) => once(thread, 'exit')));
