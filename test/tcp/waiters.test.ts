import { expect } from 'chai';
import { Failure } from '../../src/defer/index.js';
import { Waiters } from '../../src/tcp/waiters.js';

describe('Waiters', () => {
  it('fires all who wait, in the order of asking, once', () => {
    const waiters = new Waiters();
    const order: string[] = [];
    waiters.add().addCallback(() => void order.push('first'));
    waiters.add().addCallback(() => void order.push('second'));

    waiters.fire();
    waiters.fire();

    expect(order).to.deep.equal(['first', 'second']);
  });

  it('lets who asks in between wait for the next time', () => {
    const waiters = new Waiters();
    const order: string[] = [];
    waiters.add().addCallback(() => {
      order.push('first');
      waiters.add().addCallback(() => void order.push('later'));
    });

    waiters.fire();
    expect(order).to.deep.equal(['first']);
    waiters.fire();

    expect(order).to.deep.equal(['first', 'later']);
  });

  it('fails all who wait', () => {
    const waiters = new Waiters();
    const reasons: unknown[] = [];
    for (let i = 0; i < 2; i += 1) waiters.add().addErrback((failure) => void reasons.push(failure.value));
    const reason = new Error('gone');
    waiters.fail(new Failure(reason));

    expect(reasons).to.deep.equal([reason, reason]);
  });

  it('takes no notice of who has cancelled', () => {
    const waiters = new Waiters();
    const cancelled = waiters.add();
    cancelled.addErrback(() => undefined);
    const other = waiters.add();
    cancelled.cancel();

    waiters.fire();

    expect(other.called).to.equal(true);
  });
});
