import { expect } from 'chai';
import { errno } from '../../../src/libc/index.js';
import { WriteQueue } from '../../../src/tcp/write-queue.js';
import { MemorySocket } from '../../../src/testing/loopback/memory-socket.js';
import { type Socket, kernelPair } from './kernel-socket-pair.js';

function queueOf(...chunks: readonly string[]): WriteQueue {
  const queue = new WriteQueue();
  for (const chunk of chunks) queue.push(Buffer.from(chunk));
  return queue;
}

/** Everything that recv gives without waiting: texts and answers. */
function readAll(socket: Pick<MemorySocket, 'receive'>, most = 100): (string | number)[] {
  const all: (string | number)[] = [];
  for (;;) {
    const data = socket.receive(most);
    if (data === -errno.EAGAIN) return all;
    all.push(typeof data === 'number' ? data : data.toString());
    if (data === 0) return all;
  }
}

describe('MemorySocket', () => {
  let one: MemorySocket;
  let other: MemorySocket;

  beforeEach(() => {
    [one, other] = MemorySocket.pair([10, 10]);
  });

  it('is writable and not readable at first', () => {
    expect([one.writable, one.readable, one.hungUp, one.failed]).to.deep.equal([true, false, false, false]);
    expect(one.receive(1)).to.equal(-errno.EAGAIN);
  });

  it('carries what one end sends to the other, whatever the pieces', () => {
    expect(one.send(queueOf('ab', 'cd', 'e'))).to.equal(5);
    expect(one.send(queueOf('fg'))).to.equal(2);
    expect(other.readable).to.equal(true);
    expect(readAll(other, 3)).to.deep.equal(['abc', 'def', 'g']);
    expect(other.readable).to.equal(false);
  });

  it('takes from a queue what is still to be sent of it', () => {
    for (const chunks of [['abcdef'], ['abc', 'def']]) {
      const queue = queueOf(...chunks);
      queue.consume(2);
      expect(one.send(queue)).to.equal(4);
      expect(queue.bytes).to.equal(4);
    }
    expect(readAll(other)).to.deep.equal(['cdefcdef']);
  });

  it('takes as much as there is room for, then says EAGAIN, until some is read', () => {
    expect(one.send(queueOf('01234', '56789', 'abc'))).to.equal(10);
    expect(one.writable).to.equal(false);
    expect(one.send(queueOf('abc'))).to.equal(-errno.EAGAIN);
    expect(other.receive(4)).to.deep.equal(Buffer.from('0123'));
    expect(one.writable).to.equal(true);
    expect(one.send(queueOf('abcdefg'))).to.equal(4);
    expect(readAll(other)).to.deep.equal(['456789abcd']);
  });

  it('is writable without room when send has something else to say', () => {
    const full = (): void => {
      [one, other] = MemorySocket.pair([1, 1]);
      one.send(queueOf('x'));
      expect(one.writable).to.equal(false);
    };
    full();
    one.shutdownWrite();
    expect(one.writable).to.equal(true);
    full();
    one.fail('ENETDOWN');
    expect(one.writable).to.equal(true);
    full();
    other.close(false);
    expect(one.writable).to.equal(true);
    expect(one.send(queueOf('y'))).to.equal(-errno.ECONNRESET);
  });

  it('hands out memory that is the reader’s alone', () => {
    const memory = Buffer.from('first');
    const queue = new WriteQueue();
    queue.push(memory);
    one.send(queue);
    memory.fill('x');
    const read = other.receive(100) as Buffer;
    expect(read.toString()).to.equal('first');
  });

  it('fails for one end only when the network does', () => {
    one.fail('ETIMEDOUT');
    expect([one.readable, one.writable, one.failed]).to.deep.equal([true, true, true]);
    expect(readAll(one)).to.deep.equal([-errno.ETIMEDOUT, 0]);
    expect(other.hungUp).to.equal(false);
  });
});

const pairs: Readonly<Record<string, () => [Socket, Socket]>> = {
  'in memory': () => MemorySocket.pair([100, 100]),
  'of the kernel': kernelPair,
};

for (const [where, makeNewPair] of Object.entries(pairs)) {
  describe(`A pair of sockets ${where}`, () => {
    let one: Socket;
    let other: Socket;
    const made: Socket[] = [];
    const makePair = (): [Socket, Socket] => {
      const pair = makeNewPair();
      made.push(...pair);
      return pair;
    };

    beforeEach(() => {
      [one, other] = makePair();
    });

    afterEach(() => {
      for (const socket of made.splice(0)) socket.close(false);
    });

    it('ends after what was sent, and goes the other way still', () => {
      one.send(queueOf('bye'));
      one.shutdownWrite();
      expect([other.hungUp, other.failed]).to.deep.equal([true, false]);
      expect(readAll(other)).to.deep.equal(['bye', 0]);
      expect(one.send(queueOf('more'))).to.equal(-errno.EPIPE);
      other.send(queueOf('answer'));
      expect(readAll(one)).to.deep.equal(['answer']);
    });

    it('closes with FIN if nothing is unread, and with RST if something is', () => {
      one.close(false);
      expect(readAll(other)).to.deep.equal([0]);
      [one, other] = makePair();
      other.send(queueOf('unread'));
      one.send(queueOf('last'));
      one.close(false);
      expect(readAll(other)).to.deep.equal(['last', -errno.ECONNRESET, 0]);
    });

    it('resets when it is told to: what was received is read first, and the error told once', () => {
      one.send(queueOf('received'));
      one.close(true);
      expect([other.hungUp, other.failed]).to.deep.equal([true, true]);
      expect(readAll(other)).to.deep.equal(['received', -errno.ECONNRESET, 0]);
      expect(other.failed).to.equal(false);
      expect(other.send(queueOf('x'))).to.equal(-errno.EPIPE);
    });

    it('tells a reset to whichever call comes first', () => {
      one.close(true);
      expect(other.send(queueOf('x'))).to.equal(-errno.ECONNRESET);
      expect(readAll(other)).to.deep.equal([0]);
    });

    it('answers with RST when it is sent to after it was closed', () => {
      one.close(false);
      expect(other.send(queueOf('too late'))).to.equal(8);
      expect(other.failed).to.equal(true);
      expect(other.receive(1)).to.equal(0);
      expect(other.send(queueOf('x'))).to.equal(-errno.EPIPE);
    });

    it('closes once', () => {
      one.close(false);
      one.close(true);
      expect(readAll(other)).to.deep.equal([0]);
      expect(other.failed).to.equal(false);
    });
  });
}
