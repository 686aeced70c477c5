import { expect } from 'chai';
import { IOV_MAX, MSG_MORE, MSG_NOSIGNAL, type Libc, errno } from '../../src/libc/index.js';
import { FileQueue } from '../../src/tcp/file-queue.js';
import { QueuedFile } from '../../src/tcp/queued-file.js';
import { SEND_SLAB_BYTES, sendQueue } from '../../src/tcp/send-queue.js';
import { WriteQueue } from '../../src/tcp/write-queue.js';

/** A call that was made, and the bytes that it was to send. */
interface Sent {
  readonly call: 'send' | 'sendmsg';
  readonly buffer: 'slab' | 'chunk' | 'chunks';
  readonly bytes: Buffer;
  readonly chunks: number;
  readonly flags: number;
}

/** A kernel that keeps what it is to send and answers as it is told. */
function makeSender(answer = 7): { sender: { libc: Libc; sendSlab: Buffer }; sent: Sent[] } {
  const sent: Sent[] = [];
  const sendSlab = Buffer.alloc(SEND_SLAB_BYTES);
  const libc = {
    send(_fd: number, buffer: Uint8Array, offset: number, length: number, flags: number): number {
      const bytes = Buffer.from(buffer.subarray(offset, offset + length));
      sent.push({ call: 'send', buffer: buffer === sendSlab ? 'slab' : 'chunk', bytes, chunks: 1, flags });
      return answer;
    },
    sendmsg(
      _fd: number,
      buffers: readonly Uint8Array[],
      first: number,
      count: number,
      offset: number,
      flags: number,
    ): number {
      const bytes = Buffer.concat(buffers.slice(first, first + count)).subarray(offset);
      sent.push({ call: 'sendmsg', buffer: 'chunks', bytes, chunks: count, flags });
      return answer;
    },
  };
  return { sender: { libc: libc as unknown as Libc, sendSlab }, sent };
}

function queueOf(...chunks: readonly Uint8Array[]): WriteQueue {
  const queue = new WriteQueue();
  for (const chunk of chunks) queue.push(chunk);
  return queue;
}

const bytes = (length: number, fill = 'x'): Buffer => Buffer.alloc(length, fill);

describe('sendQueue()', () => {
  it('copies a small lone chunk into the slab, whose address is known', () => {
    const { sender, sent } = makeSender();
    sendQueue(sender, 5, queueOf(bytes(1024)));

    expect(sent).to.deep.equal([
      { call: 'send', buffer: 'slab', bytes: bytes(1024), chunks: 1, flags: MSG_NOSIGNAL },
    ]);
  });

  it('says that more follows ahead of a file, so that both share a segment', () => {
    const { sender, sent } = makeSender();
    for (const chunks of [[bytes(5)], [bytes(5), bytes(6)], [bytes(SEND_SLAB_BYTES), bytes(6)]]) {
      const queue = FileQueue.from(queueOf(...chunks));
      queue.pushFile(new QueuedFile(3, 0, 1, () => undefined));
      queue.push(bytes(1000, 'behind'));
      sendQueue(sender, 5, queue);
      expect(sent.at(-1)?.flags).to.equal(MSG_NOSIGNAL | MSG_MORE);
      expect(sent.at(-1)?.bytes.equals(Buffer.concat(chunks))).to.equal(true);
    }
  });

  it('hands a large lone chunk over by reference', () => {
    const { sender, sent } = makeSender();
    sendQueue(sender, 5, queueOf(bytes(1025)));

    expect(sent).to.deep.equal([
      { call: 'send', buffer: 'chunk', bytes: bytes(1025), chunks: 1, flags: MSG_NOSIGNAL },
    ]);
  });

  it('sends the rest of a lone chunk from where it was left, without copying', () => {
    const { sender, sent } = makeSender();
    const queue = queueOf(Buffer.from('abcdef'));
    queue.consume(2);
    sendQueue(sender, 5, queue);

    expect(sent[0]).to.include({ call: 'send', buffer: 'chunk' });
    expect(sent[0]?.bytes.toString()).to.equal('cdef');
  });

  it('gathers many small chunks in the slab, up to its size', () => {
    const { sender, sent } = makeSender();
    sendQueue(sender, 5, queueOf(bytes(SEND_SLAB_BYTES - 1, 'a'), bytes(1, 'b')));

    expect(sent[0]).to.include({ call: 'send', buffer: 'slab' });
    expect(sent[0]?.bytes.equals(Buffer.concat([bytes(SEND_SLAB_BYTES - 1, 'a'), bytes(1, 'b')]))).to.equal(
      true,
    );
  });

  it('gathers from the middle of the first chunk that is not wholly sent', () => {
    const { sender, sent } = makeSender();
    const queue = queueOf(Buffer.from('abc'), Buffer.from('def'), Buffer.from('ghi'));
    queue.consume(4);
    sendQueue(sender, 5, queue);

    expect(sent[0]?.bytes.toString()).to.equal('efghi');
  });

  it('sends more than the slab holds in one sendmsg, by reference', () => {
    const { sender, sent } = makeSender();
    const queue = queueOf(bytes(100, 'a'), bytes(SEND_SLAB_BYTES, 'b'), bytes(1, 'c'));
    queue.consume(99);
    sendQueue(sender, 5, queue);

    expect(sent[0]).to.include({ call: 'sendmsg', chunks: 3, flags: MSG_NOSIGNAL });
    expect(
      sent[0]?.bytes.equals(Buffer.concat([bytes(1, 'a'), bytes(SEND_SLAB_BYTES, 'b'), bytes(1, 'c')])),
    ).to.equal(true);
  });

  it('gives sendmsg no more chunks than the kernel takes (IOV_MAX)', () => {
    const { sender, sent } = makeSender();
    const queue = queueOf(...Array.from({ length: IOV_MAX + 2 }, () => bytes(100)));
    queue.consume(150);
    sendQueue(sender, 5, queue);

    expect(sent[0]).to.include({ call: 'sendmsg', chunks: IOV_MAX });
    expect(sent[0]?.bytes).to.have.length(IOV_MAX * 100 - 50);
  });

  describe('of a chunk that was transferred to somebody else after it was queued', () => {
    for (const sizes of [[100], [5000], [100, 100], [100, SEND_SLAB_BYTES], [SEND_SLAB_BYTES, 100]]) {
      for (const which of sizes.keys()) {
        it(`fails in the end (number ${which + 1} of ${sizes.join(', ')} bytes)`, () => {
          const { sender } = makeSender();
          const takingAll = {
            sendSlab: sender.sendSlab,
            libc: {
              send: (_fd, buffer, offset, length) =>
                offset + length > buffer.length ? -errno.EFAULT : length,
              sendmsg: (_fd, buffers, first, count, offset) =>
                buffers.slice(first, first + count).reduce((sum, { length }) => sum + length, -offset),
            } as Partial<Libc> as Libc,
          };
          const chunks = sizes.map((size) => new Uint8Array(size));
          const queue = queueOf(...chunks);
          const transferred = chunks[which] as Uint8Array<ArrayBuffer>;
          structuredClone(transferred, { transfer: [transferred.buffer] });
          let taken = sendQueue(takingAll, 5, queue);
          while (taken >= 0 && queue.bytes > 0) {
            queue.consume(taken);
            taken = sendQueue(takingAll, 5, queue);
          }

          expect(taken).to.equal(-errno.EFAULT);
        });
      }
    }

    it('fails as well when it stands where sending was left', () => {
      const { sender } = makeSender();
      const first = new Uint8Array(10);
      const queue = queueOf(first, bytes(10));
      queue.consume(5);
      structuredClone(first, { transfer: [first.buffer] });

      expect(sendQueue(sender, 5, queue)).to.equal(-errno.EFAULT);
    });
  });

  it('fails when a chunk has grown since it was queued', () => {
    for (const rest of [0, 10]) {
      const { sender, sent } = makeSender();
      const chunk = { length: 10 };
      const queue = queueOf(chunk as Uint8Array, bytes(rest));
      chunk.length = SEND_SLAB_BYTES * 2;

      expect(sendQueue(sender, 5, queue)).to.equal(-errno.EFAULT);
      expect(sent).to.deep.equal([]);
    }
  });

  it('answers what the kernel answers and leaves the queue as it is', () => {
    for (const answer of [3, 0, -11]) {
      const { sender } = makeSender(answer);
      for (const queue of [
        queueOf(bytes(5)),
        queueOf(bytes(5000)),
        queueOf(bytes(5), bytes(5)),
        queueOf(bytes(20_000), bytes(5)),
      ]) {
        const { bytes: before } = queue;
        expect(sendQueue(sender, 5, queue)).to.equal(answer);
        expect(queue.bytes).to.equal(before);
      }
    }
  });
});
