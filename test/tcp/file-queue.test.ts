import { expect } from 'chai';
import fc from 'fast-check';
import { Failure } from '../../src/defer/index.js';
import { FileQueue } from '../../src/tcp/file-queue.js';
import { QueuedFile } from '../../src/tcp/queued-file.js';
import { WriteQueue } from '../../src/tcp/write-queue.js';
import { contentOf, contentOfFile } from './fake-connection.js';

const bytes = (text: string): Buffer => Buffer.from(text);

function file(length: number, offset = 0): QueuedFile {
  return new QueuedFile(3, offset, length, () => undefined);
}

describe('FileQueue', () => {
  it('takes over what another queue has still to send, and how far it is', () => {
    const plain = new WriteQueue();
    for (const text of ['ab', 'cd', 'ef']) plain.push(bytes(text));
    plain.consume(3);
    const queue = FileQueue.from(plain);

    expect(contentOf(queue).toString()).to.equal('def');
    expect([queue.bytes, queue.chunkBytes, queue.memoryBytes]).to.deep.equal([3, 3, 3]);
    expect(FileQueue.from(queue)).to.equal(queue);
  });

  it('shows the chunks ahead of a file, then the file, then those behind it', () => {
    const queue = new FileQueue();
    const [first, second] = [file(10), file(5)];
    queue.push(bytes('ahead'));
    queue.pushFile(first);
    queue.push(bytes('one'));
    queue.push(new Uint8Array(0));
    queue.push(bytes('two'));
    queue.pushFile(second);
    queue.push(bytes('three'));

    expect([queue.bytes, queue.chunkBytes, queue.memoryBytes]).to.deep.equal([31, 5, 16]);
    expect(queue.file).to.equal(first);
    queue.consume(5);
    expect([queue.chunkBytes, queue.file]).to.deep.equal([0, first]);
    queue.consume(4);
    expect([first.position, first.bytes, queue.bytes]).to.deep.equal([4, 6, 22]);
    queue.consume(6);
    expect([contentOf(queue).toString(), queue.chunks.length, queue.file]).to.deep.equal([
      'onetwo',
      2,
      second,
    ]);
    queue.consume(6);
    queue.consume(5);
    expect([queue.single?.toString(), queue.file, queue.bytes]).to.deep.equal(['three', undefined, 5]);
    queue.push(bytes('!'));
    expect(contentOf(queue).toString()).to.equal('three!');
  });

  it('tells of files that are sent when it is told to, once', () => {
    const queue = new FileQueue();
    const sent = file(2);
    let fired = 0;
    sent.result.addCallback(() => void (fired += 1));
    queue.pushFile(sent);
    queue.consume(1);
    queue.tellSent();
    queue.consume(1);
    expect(fired).to.equal(0);
    queue.tellSent();
    queue.tellSent();
    expect(fired).to.equal(1);
    expect(queue.takeDropped()).to.deep.equal([]);
  });

  it('gives all files out when it is cleared, and may be used again', () => {
    const queue = new FileQueue();
    const files = [file(1), file(2)];
    queue.push(bytes('a'));
    for (const each of files) {
      queue.pushFile(each);
      queue.push(bytes('b'));
    }
    queue.clear();
    expect([queue.bytes, queue.chunkBytes, queue.memoryBytes, queue.file]).to.deep.equal([
      0,
      0,
      0,
      undefined,
    ]);
    expect(queue.takeDropped()).to.deep.equal(files);
    expect(queue.takeDropped()).to.deep.equal([]);
    queue.push(bytes('c'));
    expect(queue.single?.toString()).to.equal('c');
  });

  it('misses the bytes of a chunk that was transferred while it waited behind a file', () => {
    const queue = new FileQueue();
    const chunk = new Uint8Array(4);
    queue.pushFile(file(1));
    queue.push(chunk);
    structuredClone(chunk, { transfer: [chunk.buffer] });
    queue.consume(1);
    // What sendQueue takes for memory that is gone.
    expect([queue.single?.length, queue.chunkBytes, queue.bytes]).to.deep.equal([0, 4, 4]);
  });

  it('sends any mixture in order, whatever is taken at a time', () => {
    const piece = fc.oneof(
      fc.nat({ max: 5 }).map((length) => ({ kind: 'chunk' as const, length })),
      fc.integer({ min: 1, max: 9 }).map((length) => ({ kind: 'file' as const, length })),
      fc.integer({ min: 1, max: 7 }).map((length) => ({ kind: 'take' as const, length })),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        let queue: WriteQueue = new WriteQueue();
        let expected = '';
        let sent = '';
        const files: QueuedFile[] = [];
        const take = (most: number): void => {
          const next = queue.chunkBytes === 0 ? queue.file : undefined;
          const content = next === undefined ? contentOf(queue) : contentOfFile(next);
          const taken = content.subarray(0, most);
          sent += taken.toString('latin1');
          queue.consume(taken.length);
          queue.tellSent();
        };
        for (const { kind, length } of pieces) {
          if (kind === 'take') {
            if (queue.bytes > 0) take(length);
          } else if (kind === 'chunk') {
            const chunk = Buffer.alloc(length, 65 + (expected.length % 26));
            expected += chunk.toString('latin1');
            queue.push(chunk);
          } else {
            const next = file(length, expected.length);
            expected += contentOfFile(next).toString('latin1');
            const taking = FileQueue.from(queue);
            taking.pushFile(next);
            queue = taking;
            files.push(next);
          }
          expect(queue.bytes).to.equal(expected.length - sent.length);
        }
        while (queue.bytes > 0) take(3);
        expect(sent).to.equal(expected);
        expect([queue.chunkBytes, queue.memoryBytes, queue.file]).to.deep.equal([0, 0, undefined]);
        expect(files.every(({ result }) => result.called)).to.equal(true);
      }),
    );
  });
});

describe('QueuedFile', () => {
  it('keeps the first outcome that it has', () => {
    const outcomes: unknown[] = [];
    const cancelled = new QueuedFile({ fd: 3 }, 0, 1, () => void outcomes.push('asked'));
    cancelled.result.addBoth((result) => void outcomes.push((result as Failure).value));
    cancelled.result.cancel();
    expect(cancelled.isCancelled).to.equal(true);
    cancelled.succeed();
    cancelled.fail(new Failure(new Error('late')));
    expect(outcomes).to.have.length(2);
    expect(outcomes[1]).to.have.property('name', 'CancelledError');
  });
});
