/**
 * The two kinds of producers, each of which sends random integers for as long as somebody takes them. Twisted: "Producers and
 * Consumers"; streaming.ts is a whole program with a push producer.
 *
 *     node --import tsx examples/ported/howto/producers.ts push           on 127.0.0.1, port 1234
 *     node --import tsx examples/ported/howto/producers.ts pull tcp:9000
 *     nc 127.0.0.1 1234 | head
 */
import { randomInt } from 'node:crypto';
import {
  type IConsumer,
  type IPullProducer,
  type IPushProducer,
  Factory,
  Protocol,
  runApplication,
  strports,
} from '../../../src/index.js'; // 'heddle', in a program of yours

const PIECE_INTEGERS = 1000;

function piece(): Buffer {
  return Buffer.from(Array.from({ length: PIECE_INTEGERS }, () => `${randomInt(10_000)}\r\n`).join(''));
}

/**
 * Is asked for each piece, when the one before is sent. It is the simpler kind, and keeps a fast reader waiting a moment for each
 * piece.
 */
export class PullIntegers implements IPullProducer {
  readonly #consumer: IConsumer;
  stopped = false;

  constructor(consumer: IConsumer) {
    this.#consumer = consumer;
  }

  resumeProducing(): void {
    this.#consumer.write(piece());
  }

  stopProducing(): void {
    this.stopped = true;
  }
}

/** Goes on by itself, until it is told to pause. */
export class PushIntegers implements IPushProducer {
  readonly #consumer: IConsumer;
  stopped = false;
  #paused = true;

  constructor(consumer: IConsumer) {
    this.#consumer = consumer;
  }

  get paused(): boolean {
    return this.#paused;
  }

  resumeProducing(): void {
    this.#paused = false;
    // The consumer calls pauseProducing from within write(), or else this would never end.
    while (!this.paused) this.#consumer.write(piece());
  }

  pauseProducing(): void {
    this.#paused = true;
  }

  stopProducing(): void {
    this.#paused = true;
    this.stopped = true;
  }
}

export class Pulled extends Protocol {
  producer: PullIntegers | undefined;

  override connectionMade(): void {
    this.producer = new PullIntegers(this.transport);
    this.transport.registerProducer(this.producer, false); // asks for the first piece
  }
}

export class Pushed extends Protocol {
  producer: PushIntegers | undefined;

  override connectionMade(): void {
    this.producer = new PushIntegers(this.transport);
    this.transport.registerProducer(this.producer, true);
    this.producer.resumeProducing();
  }
}

if (process.argv[1] === import.meta.filename) {
  const [kind = 'push', description = 'tcp:1234:interface=127.0.0.1'] = process.argv.slice(2);
  const factory = new Factory();
  factory.protocol = kind === 'pull' ? Pulled : Pushed;
  await runApplication(strports.service(description, factory));
}
