import {
  Factory,
  type IConsumer,
  type IPullProducer,
  Protocol,
  TCP4ClientEndpoint,
  connect,
  getReactor,
} from 'heddle';

/** Writes one line each time it is asked, until there is none left. */
class Countdown implements IPullProducer {
  readonly #consumer: IConsumer;
  #left: number;

  constructor(consumer: IConsumer, from: number) {
    this.#consumer = consumer;
    this.#left = from;
  }

  resumeProducing() {
    this.#consumer.write(Buffer.from(`${this.#left}\n`));
    this.#left -= 1;
    if (this.#left < 0) this.#consumer.unregisterProducer();
  }

  stopProducing() {
    // The connection is gone. There is nothing here that would have to be closed.
  }
}

class Rocket extends Protocol {
  override connectionMade() {
    this.transport.registerProducer(new Countdown(this.transport, 3), false);
    this.transport.loseConnection(); // which waits until the producer has unregistered
  }
}

const reactor = getReactor();
await using server = reactor.listenTCP(0, Factory.forProtocol(Rocket), { interface: '127.0.0.1' });
const endpoint = new TCP4ClientEndpoint(reactor, '127.0.0.1', server.getHost().port);

await using connection = await connect(endpoint);
let text = '';
for await (const data of connection) text += data.toString();
console.log(text.trimEnd().split('\n').join(', '));
