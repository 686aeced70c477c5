import { parentPort, threadId, workerData } from 'node:worker_threads';
import { Factory, Protocol, getReactor } from 'heddle';

class Echo extends Protocol {
  override dataReceived() {
    this.transport.write(Buffer.from(`thread ${threadId}\n`));
  }
}

const reactor = getReactor(); // this thread's own
reactor.listenTCP(workerData as number, Factory.forProtocol(Echo), {
  interface: '127.0.0.1',
  reusePort: true,
});
parentPort!.postMessage('listening');
parentPort!.once('message', () => reactor.stop());
await reactor.run();
parentPort!.close();
