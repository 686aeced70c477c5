import { expect } from 'chai';
import { CancelledError, Failure } from '../../src/defer/index.js';
import { ReadQueue } from '../../src/endpoints/read-queue.js';
import { ConnectionLost } from '../../src/errors/index.js';
import { errorOf, expectNoUnhandledErrors, isDone, resultOf } from '../defer/results.js';

class Source {
  readonly calls: string[] = [];
  pauseProducing(): void {
    this.calls.push('pause');
  }
  resumeProducing(): void {
    this.calls.push('resume');
  }
}

function queueOf(limitBytes: number): { queue: ReadQueue; calls: string[] } {
  const source = new Source();
  const queue = new ReadQueue(source, limitBytes);
  queue.start();
  return { queue, calls: source.calls };
}

const bytes = (text: string): Buffer => Buffer.from(text);
const next = (queue: ReadQueue): string | undefined => resultOf(queue.read())?.toString();

describe('ReadQueue', () => {
  expectNoUnhandledErrors();

  it('gives chunks in their order, whoever comes first', () => {
    const { queue } = queueOf(100);
    queue.push(bytes('a'));
    queue.push(bytes('b'));
    expect([next(queue), next(queue)]).to.deep.equal(['a', 'b']);
    const [first, second] = [queue.read(), queue.read()];
    queue.push(bytes('c'));
    expect(isDone(second)).to.equal(false);
    queue.push(bytes('d'));
    expect([resultOf(first), resultOf(second)].map(String)).to.deep.equal(['c', 'd']);
  });

  it('pauses the source when the limit is reached, and resumes it below', () => {
    const { queue, calls } = queueOf(4);
    queue.push(bytes('abc'));
    expect(calls).to.deep.equal([]);
    queue.push(bytes('d'));
    expect(calls).to.deep.equal(['pause']);
    queue.push(bytes('e'));
    expect(next(queue)).to.equal('abc');
    expect(calls).to.deep.equal(['pause', 'resume']);
  });

  it('does not resume while there is still too much', () => {
    const { queue, calls } = queueOf(1);
    queue.push(bytes('a'));
    queue.push(bytes('bc'));
    next(queue);
    expect(calls).to.deep.equal(['pause']);
    next(queue);
    expect(calls).to.deep.equal(['pause', 'resume']);
  });

  it('with a limit of 0 takes what was asked for and no more', () => {
    const { queue, calls } = queueOf(0);
    expect(calls).to.deep.equal(['pause']);
    const first = queue.read();
    expect(calls).to.deep.equal(['pause', 'resume']);
    queue.push(bytes('a'));
    expect(calls).to.deep.equal(['pause', 'resume', 'pause']);
    expect(String(resultOf(first))).to.equal('a');
    const cancelled = queue.read();
    cancelled.cancel();
    expect(errorOf(cancelled)).to.be.instanceOf(CancelledError);
    expect(calls.slice(3)).to.deep.equal(['resume', 'pause']);
  });

  it('loses nothing when a read is cancelled', () => {
    const { queue } = queueOf(100);
    const cancelled = queue.read();
    cancelled.cancel();
    expect(errorOf(cancelled)).to.be.instanceOf(CancelledError);
    queue.push(bytes('a'));
    expect(next(queue)).to.equal('a');
  });

  it('ends after all has been read, again and again', () => {
    const { queue } = queueOf(100);
    queue.push(bytes('a'));
    queue.end();
    queue.end(new Failure(new ConnectionLost()));
    expect([next(queue), next(queue), next(queue)]).to.deep.equal(['a', undefined, undefined]);
  });

  it('fails after all has been read, if it ended with a reason', () => {
    const { queue } = queueOf(100);
    const reason = new Failure(new ConnectionLost());
    queue.push(bytes('a'));
    queue.end(reason);
    expect(next(queue)).to.equal('a');
    expect(errorOf(queue.read())).to.equal(reason.value);
    expect(errorOf(queue.read())).to.equal(reason.value);
  });

  it('tells those who wait of the end', () => {
    const orderly = queueOf(1);
    const reads = [orderly.queue.read(), orderly.queue.read()];
    orderly.queue.end();
    expect(reads.map((read) => resultOf(read))).to.deep.equal([undefined, undefined]);
    const broken = queueOf(1);
    const read = broken.queue.read();
    broken.queue.end(new Failure(new ConnectionLost()));
    expect(errorOf(read)).to.be.instanceOf(ConnectionLost);
  });

  it('leaves the source alone after the end', () => {
    const { queue, calls } = queueOf(1);
    queue.push(bytes('a'));
    queue.end();
    expect(next(queue)).to.equal('a');
    expect(next(queue)).to.equal(undefined);
    expect(calls).to.deep.equal(['pause']);
  });

  it('drops what it keeps', () => {
    const { queue } = queueOf(1);
    queue.push(bytes('a'));
    queue.clear();
    queue.end();
    expect(next(queue)).to.equal(undefined);
  });

  it('takes time in proportion to the number of chunks', () => {
    const { queue } = queueOf(Infinity);
    const chunk = bytes('a');
    const count = 300_000;
    for (let i = 0; i < count; i += 1) queue.push(chunk);
    let read = 0;
    queue.end();
    while (next(queue) !== undefined) read += 1;
    expect(read).to.equal(count);
  });
});
