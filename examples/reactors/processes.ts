import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Factory, Protocol, TCP4ClientEndpoint, connect, getReactor } from 'heddle';

class Echo extends Protocol {
  override dataReceived() {
    this.transport.write(Buffer.from(`process ${process.pid}\n`));
  }
}

/** What each process does: listens on its own socket, on the number that all have. */
async function serve(number: number) {
  const reactor = getReactor();
  reactor.listenTCP(number, Factory.forProtocol(Echo), { interface: '127.0.0.1', reusePort: true });
  process.once('disconnect', () => reactor.stop());
  process.send?.('listening');
  await reactor.run();
}

async function main() {
  const reactor = getReactor();
  const options = { interface: '127.0.0.1', reusePort: true };
  const first = reactor.listenTCP(0, Factory.forProtocol(Protocol), options);
  const { port } = first.getHost();
  const processes = [1, 2].map(() => fork(new URL(import.meta.url), [String(port)]));
  await Promise.all(processes.map((child) => once(child, 'message')));
  await first.stopListening();

  const answers = new Set<string>();
  for (let client = 0; client < 64; client += 1) {
    await using connection = await connect(new TCP4ClientEndpoint(reactor, '127.0.0.1', port));
    await connection.write(Buffer.from('who?'));
    answers.add(String(await connection.read()));
  }
  console.log(`${answers.size} processes have answered`);
  for (const child of processes) child.disconnect();
}

const [, , number] = process.argv;
await (number === undefined ? main() : serve(Number(number)));
