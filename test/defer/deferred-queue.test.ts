import { inspect } from 'node:util';
import { expect } from 'chai';
import { CancelledError, DeferredQueue, QueueOverflow, QueueUnderflow } from '../../src/defer/index.js';
import { errorOf, expectNoUnhandledErrors, isDone, resultOf } from './results.js';

describe('DeferredQueue', () => {
  expectNoUnhandledErrors();

  // Twisted: OtherPrimitivesTests.testQueue
  it('serves those who wait in their order, and lets no more wait than its backlog allows', () => {
    const queue = new DeferredQueue<string>({ size: 2, backlog: 2 });
    const [first, second] = [queue.get(), queue.get()];
    expect(() => queue.get()).to.throw(QueueUnderflow);
    queue.put('a');
    expect([isDone(first), isDone(second)]).to.deep.equal([true, false]);
    queue.put('b');
    expect([resultOf(first), resultOf(second)]).to.deep.equal(['a', 'b']);
  });

  // Twisted: OtherPrimitivesTests.testQueue
  it('keeps objects in their order, and no more than its size allows', () => {
    const queue = new DeferredQueue<string | undefined>({ size: 2, backlog: 2 });
    queue.put('a');
    queue.put(undefined);
    expect(() => queue.put('c')).to.throw(QueueOverflow);
    expect(resultOf(queue.get())).to.equal('a');
    expect(resultOf(queue.get())).to.equal(undefined);
    expect(isDone(queue.get())).to.equal(false);
  });

  // Twisted: OtherPrimitivesTests.testQueue
  it('with a size or backlog of 0 nobody waits', () => {
    const direct = new DeferredQueue<number>({ size: 0 });
    expect(() => direct.put(1)).to.throw(QueueOverflow);
    const got = direct.get();
    direct.put(2);
    expect(resultOf(got)).to.equal(2);
    const impatient = new DeferredQueue<number>({ backlog: 0 });
    expect(() => impatient.get()).to.throw(QueueUnderflow);
    impatient.put(3);
    expect(resultOf(impatient.get())).to.equal(3);
  });

  // Twisted: OtherPrimitivesTests.testQueue
  it('has no limits unless they are given', () => {
    const queue = new DeferredQueue<number>();
    const waiting = [...Array(1000).keys()].map(() => queue.get());
    for (let i = 0; i < 2000; i += 1) queue.put(i);
    expect(waiting.map(resultOf)).to.deep.equal([...Array(1000).keys()]);
    expect(resultOf(queue.get())).to.equal(1000);
  });

  it('refuses limits that are negative or no numbers', () => {
    for (const limit of [-1, NaN]) {
      expect(() => new DeferredQueue({ size: limit })).to.throw(RangeError, 'The size of a queue');
      expect(() => new DeferredQueue({ backlog: limit })).to.throw(RangeError, 'The backlog of a queue');
    }
  });

  it('a `get()` whose signal is aborted fails and gets nothing; one that is aborted already takes nothing', () => {
    const queue = new DeferredQueue<number>();
    const controller = new AbortController();
    const { signal } = controller;
    const aborted = queue.get({ signal });
    const served = queue.get({ signal: new AbortController().signal });
    controller.abort('enough');
    queue.put(1);
    queue.put(2);
    const refused = queue.get({ signal });
    for (const failed of [aborted, refused]) {
      expect(errorOf(failed)).to.be.instanceOf(CancelledError).with.property('cause', 'enough');
    }
    expect([resultOf(served), resultOf(queue.get())]).to.deep.equal([1, 2]);
  });

  // Twisted: OtherPrimitivesTests.test_cancelQueueAfterGet
  it('a cancelled `get()` fails with CancelledError and gets nothing', () => {
    const queue = new DeferredQueue<number>();
    const [cancelled, next] = [queue.get(), queue.get()];
    cancelled.cancel();
    expect(errorOf(cancelled)).to.be.instanceOf(CancelledError);
    queue.put(1);
    expect(resultOf(next)).to.equal(1);
  });

  it('tells in one line how many objects it keeps and how many wait for one', () => {
    const queue = new DeferredQueue<string>();
    queue.put('a');
    expect(inspect(queue)).to.equal('<DeferredQueue, kept: 1, waiting: 0>');
    resultOf(queue.get());
    const waiting = queue.get();
    expect(String(queue)).to.equal('<DeferredQueue, kept: 0, waiting: 1>');
    queue.put('b');
    expect(resultOf(waiting)).to.equal('b');
  });
});
