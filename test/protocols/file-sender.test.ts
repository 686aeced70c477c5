import { closeSync, openSync } from 'node:fs';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { CancelledError } from '../../src/defer/index.js';
import type { IConsumer, IPullProducer, IPushProducer } from '../../src/interfaces/producer.js';
import { FileSender, type SendableFile, TransferStoppedError } from '../../src/protocols/index.js';

/** Takes one piece at a time, and asks for the next one when a test says so, or at once. */
class Consumer implements IConsumer {
  readonly pieces: string[] = [];
  producer: IPullProducer | undefined;
  #wrote: (() => void) | undefined;

  constructor(readonly asksAtOnce = false) {}

  registerProducer(producer: IPushProducer | IPullProducer, streaming: boolean): void {
    expect(streaming).to.equal(false);
    if (this.producer !== undefined) throw new Error('There is one already');
    this.producer = producer;
    producer.resumeProducing();
  }

  unregisterProducer(): void {
    this.producer = undefined;
    this.#wrote?.();
  }

  write(data: Uint8Array): boolean {
    if (!(data instanceof Uint8Array)) throw new TypeError('Not bytes');
    this.pieces.push(Buffer.from(data).toString());
    this.#wrote?.();
    if (this.asksAtOnce) this.producer?.resumeProducing();
    return true;
  }

  /** Waits until there is another piece, or the producer has gone. */
  async next(): Promise<void> {
    await new Promise<void>((resolve) => (this.#wrote = resolve));
  }

  get text(): string {
    return this.pieces.join('');
  }
}

class SmallSender extends FileSender {
  override CHUNK_SIZE = 4;
}

/** A file in memory, whose reads take a while. */
function memoryFile(text: string): SendableFile {
  const content = Buffer.from(text);
  let position = 0;
  return {
    async read(buffer, offset, length) {
      await Promise.resolve();
      const bytesRead = content.copy(buffer, offset, position, position + length);
      position += bytesRead;
      return { bytesRead };
    },
  };
}

const CONTENT = 'Test content';

describe('FileSender', () => {
  // Twisted: FileSenderTests.test_transferMultipleChunks
  it('sends at most CHUNK_SIZE bytes each time it is asked, and ends with an empty read', async () => {
    const consumer = new Consumer();
    const done = new SmallSender().beginFileTransfer(memoryFile(CONTENT), consumer);
    const seen: string[] = [];
    for (let i = 0; i < 3; i += 1) {
      await consumer.next();
      seen.push(consumer.text);
      expect(done.called).to.equal(false);
      consumer.producer?.resumeProducing();
    }
    expect(seen).to.deep.equal(['Test', 'Test con', 'Test content']);
    expect((await done).toString()).to.equal('t');
    expect(consumer.producer).to.equal(undefined);
  });

  it('reads nothing until it is asked again', async () => {
    const consumer = new Consumer();
    const done = new SmallSender().beginFileTransfer(memoryFile(CONTENT), consumer);
    await consumer.next();
    await new Promise((resolve) => setImmediate(resolve));
    expect(consumer.pieces).to.deep.equal(['Test']);
    done.addErrback(() => undefined);
    consumer.producer?.stopProducing();
  });

  // Twisted: FileSenderTests.test_transferWithTransform
  it('sends what `transform` makes of each piece; the result is the last byte of that', async () => {
    const consumer = new Consumer(true);
    const transform = (piece: Buffer): Buffer => Buffer.from(piece.toString().toUpperCase());
    const last = await new SmallSender().beginFileTransfer(memoryFile(CONTENT), consumer, { transform });
    expect([consumer.text, last.toString()]).to.deep.equal(['TEST CONTENT', 'T']);
  });

  it('goes on when `transform` leaves nothing of a piece', async () => {
    const consumer = new Consumer(true);
    const transform = (piece: Buffer): Buffer => (piece.toString() === ' con' ? Buffer.alloc(0) : piece);
    await new SmallSender().beginFileTransfer(memoryFile(CONTENT), consumer, { transform });
    expect(consumer.pieces).to.deep.equal(['Test', 'tent']);
  });

  // Twisted: FileSenderTests.test_abortedTransfer
  it('fails when the consumer wants no more', async () => {
    const consumer = new Consumer();
    const done = new SmallSender().beginFileTransfer(memoryFile(CONTENT), consumer);
    await consumer.next();
    consumer.producer?.stopProducing();
    const error = await done.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(TransferStoppedError);
    expect(error).to.have.property('message', 'Consumer asked us to stop producing');
  });

  it('sends nothing that was being read when the consumer ended', async () => {
    const consumer = new Consumer();
    const done = new SmallSender().beginFileTransfer(memoryFile(CONTENT), consumer);
    done.addErrback(() => undefined);
    consumer.producer?.stopProducing();
    await new Promise((resolve) => setImmediate(resolve));
    expect(consumer.pieces).to.deep.equal([]);
  });

  it('can be cancelled, which leaves the consumer to others', async () => {
    const consumer = new Consumer();
    const done = new SmallSender().beginFileTransfer(memoryFile(CONTENT), consumer);
    await consumer.next();
    done.cancel();
    expect(consumer.producer).to.equal(undefined);
    expect(
      await done.then(
        () => undefined,
        (reason: unknown) => reason,
      ),
    ).to.be.instanceOf(CancelledError);
  });

  it('fails with what the file throws, and what `transform` throws, and unregisters', async () => {
    const mine = new Error('mine');
    const broken: SendableFile = { read: () => Promise.reject(mine) };
    const throwing = {
      transform: (): Buffer => {
        throw mine;
      },
    };
    for (const [file, options] of [
      [broken, {}],
      [memoryFile('a'), throwing],
    ] as const) {
      const consumer = new Consumer(true);
      const done = new FileSender().beginFileTransfer(file, consumer, options);
      expect(
        await done.then(
          () => undefined,
          (reason: unknown) => reason,
        ),
      ).to.equal(mine);
      expect(consumer.producer).to.equal(undefined);
    }
  });

  it('does one transfer at a time, and another one after it', async () => {
    const sender = new SmallSender();
    const consumer = new Consumer(true);
    const done = sender.beginFileTransfer(memoryFile('one'), consumer);
    expect(() => sender.beginFileTransfer(memoryFile('two'), new Consumer())).to.throw(Error, 'under way');
    await done;
    expect((await sender.beginFileTransfer(memoryFile(''), consumer)).length).to.equal(0);
    await sender.beginFileTransfer(memoryFile('three'), consumer);
    expect(consumer.text).to.equal('onethree');
  });

  it('begins anew while a read of a cancelled transfer is under way, which is nothing to the new one', async () => {
    const sender = new SmallSender();
    const reads: ((result: { bytesRead: number }) => void)[] = [];
    const slow: SendableFile = {
      read(buffer) {
        buffer.fill('x');
        return new Promise((resolve) => reads.push(resolve));
      },
    };
    const first = sender.beginFileTransfer(slow, new Consumer());
    first.addErrback(() => undefined).cancel();
    const consumer = new Consumer(true);
    const second = sender.beginFileTransfer(slow, consumer);
    expect(reads).to.have.length(2);
    reads[0]?.({ bytesRead: 0 });
    await new Promise((resolve) => setImmediate(resolve));
    expect(second.called).to.equal(false);
    reads[1]?.({ bytesRead: 4 });
    await consumer.next();
    await new Promise((resolve) => setImmediate(resolve));
    reads[2]?.({ bytesRead: 0 });
    expect((await second).length).to.equal(1);
    expect(consumer.text).to.equal('xxxx');
  });

  it('leaves alone a consumer that has another producer', () => {
    const consumer = new Consumer();
    const other = { resumeProducing: () => undefined, stopProducing: () => undefined };
    consumer.registerProducer(other, false);
    const sender = new FileSender();
    for (let i = 0; i < 2; i += 1)
      expect(() => sender.beginFileTransfer(memoryFile('a'), consumer)).to.throw('There is one already');
    expect(consumer.producer).to.equal(other);
  });

  it('sends what an AsyncIterable gives, and ends it when it is stopped', async () => {
    const consumer = new Consumer(true);
    const last = await new FileSender().beginFileTransfer(
      Readable.from([Buffer.from('one'), Buffer.from('two')]),
      consumer,
    );
    expect([consumer.pieces, last.toString()]).to.deep.equal([['one', 'two'], 'o']);

    let ended = false;
    async function* endless(): AsyncGenerator<Buffer> {
      try {
        for (;;) yield await Promise.resolve(Buffer.from('more'));
      } finally {
        ended = true;
      }
    }
    const slow = new Consumer();
    const done = new FileSender().beginFileTransfer(endless(), slow);
    await slow.next();
    done.addErrback(() => undefined);
    slow.producer?.stopProducing();
    await new Promise((resolve) => setImmediate(resolve));
    expect(ended).to.equal(true);
  });

  it('fails for pieces that are not bytes, and throws for what is no file', async () => {
    const error = await new FileSender()
      .beginFileTransfer(Readable.from(['text']) as AsyncIterable<Buffer>, new Consumer())
      .then(undefined, (reason: unknown) => reason);
    expect(error).to.be.instanceOf(TypeError).with.property('message').that.includes('not string');
    expect(() => new FileSender().beginFileTransfer({} as SendableFile, new Consumer())).to.throw(
      TypeError,
      'FileHandle',
    );
  });

  it('sends an open file, by its FileHandle or its descriptor, and leaves it open', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'heddle-'));
    const path = join(folder, 'letter');
    const text = 'A letter. '.repeat(5000);
    await writeFile(path, text);
    const handle = await open(path);
    const fd = openSync(path, 'r');
    for (const file of [handle, fd]) {
      const consumer = new Consumer(true);
      await new FileSender().beginFileTransfer(file, consumer);
      expect(consumer.text).to.equal(text);
      expect(consumer.pieces[0]).to.have.length(16_384);
    }
    await handle.close();
    closeSync(fd);
    await rm(folder, { recursive: true });
  });
});
