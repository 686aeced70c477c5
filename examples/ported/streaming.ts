/**
 * A push producer: who sends a number gets so many random integers, one on a line, as fast as he reads them. Twisted: streaming.py.
 *
 *     node --import tsx examples/ported/streaming.ts                  on 127.0.0.1, port 1234
 *     echo 1000000 | nc -C 127.0.0.1 1234 | pv > /dev/null
 *
 * However many they are, and however slowly they are read, no more than the transport's mark (64 KiB) waits in memory.
 */
import { randomInt } from 'node:crypto';
import {
  Factory,
  type IConsumer,
  type IPushProducer,
  LineReceiver,
  runApplication,
  strports,
} from '../../src/index.js'; // 'heddle', in a program of yours

/** Writes `count` random integers to a consumer, but while it is paused. */
export class RandomIntegers implements IPushProducer {
  readonly #consumer: IConsumer;
  readonly #done: () => void;
  #left: number;
  #paused = false;
  /** How often the consumer had enough. */
  pauses = 0;

  /** `done` is called after the last integer, unless the consumer is gone before. */
  constructor(consumer: IConsumer, count: number, done: () => void) {
    this.#consumer = consumer;
    this.#left = count;
    this.#done = done;
  }

  get paused(): boolean {
    return this.#paused;
  }

  get left(): number {
    return this.#left;
  }

  resumeProducing(): void {
    this.#paused = false;
    // The consumer pauses us from within write().
    while (!this.paused && this.#left > 0) {
      this.#left -= 1;
      this.#consumer.write(Buffer.from(`${randomInt(10_000)}\r\n`));
    }
    if (this.#left > 0) return;
    this.#consumer.unregisterProducer();
    this.#done();
  }

  pauseProducing(): void {
    this.#paused = true;
    this.pauses += 1;
  }

  /** The consumer is gone. */
  stopProducing(): void {
    this.#paused = true;
  }
}

export class IntegerServer extends LineReceiver {
  producer: RandomIntegers | undefined;

  override connectionMade(): void {
    this.sendLine(Buffer.from('How many?'));
  }

  override lineReceived(line: Buffer): void {
    const count = Number(line.toString());
    if (!Number.isSafeInteger(count) || count < 0) {
      this.sendLine(Buffer.from('That is no number of integers'));
      this.transport.loseConnection();
      return;
    }
    // One wish for each connection: what follows it isn't looked at.
    this.setRawMode();
    this.producer = new RandomIntegers(this.transport, count, () => this.transport.loseConnection());
    this.transport.registerProducer(this.producer, true);
    this.producer.resumeProducing();
  }

  override rawDataReceived(): void {}
}

if (process.argv[1] === import.meta.filename) {
  const description = process.argv[2] ?? 'tcp:1234:interface=127.0.0.1';
  await runApplication(strports.service(description, Factory.forProtocol(IntegerServer)));
}
