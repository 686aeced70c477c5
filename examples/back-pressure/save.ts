import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { Factory, Protocol, TCP4ClientEndpoint, connect, getReactor } from 'heddle';

/** Writes what comes to a stream of Node's, and reads no faster than that can take it. */
class Save extends Protocol {
  readonly #to: Writable;

  constructor(to: Writable) {
    super();
    this.#to = to;
  }

  override dataReceived(data: Buffer) {
    if (this.#to.write(data)) return;
    this.transport.pauseProducing();
    this.#to.once('drain', () => this.transport.resumeProducing());
  }

  override connectionLost() {
    this.#to.end();
  }
}

const file = createWriteStream('/dev/null');

class SaveFactory extends Factory<Save> {
  override buildProtocol() {
    return new Save(file);
  }
}

const reactor = getReactor();
await using server = reactor.listenTCP(0, new SaveFactory(), { interface: '127.0.0.1' });
const endpoint = new TCP4ClientEndpoint(reactor, '127.0.0.1', server.getHost().port);

const connection = await connect(endpoint);
for (let piece = 0; piece < 160; piece += 1) await connection.write(Buffer.alloc(65_536));
await connection.end();
await once(file, 'finish');
console.log(`${file.bytesWritten} bytes were written`);
