import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { getDriver } from '../../src/libc/index.js';
import { Reactor, Waker } from '../../src/reactor/index.js';
import { FaultyLibc } from '../../src/testing/faulty-libc.js';

/** A thread that raises an eventfd's count by 1 as soon as it runs. */
function raiseFromThread(fd: number): Worker {
  const program = `
    const { workerData } = require('node:worker_threads');
    require('node:fs').writeSync(workerData, new BigUint64Array([1n]));
  `;
  return new Worker(program, { eval: true, execArgv: [], workerData: fd });
}

describe('Waker', () => {
  // Twisted: CallFromThreadStopsAndWakeUpTests.testWakeUp
  it('wakes a reactor that is blocked in `iterate()` from another thread', async () => {
    using reactor = new Reactor();
    const worker = raiseFromThread(reactor.waker.fileno());
    const before = reactor.seconds();
    reactor.iterate(10);
    expect(reactor.seconds() - before).to.be.lessThan(10);
    await once(worker, 'exit');
  });

  // Twisted: CallFromThreadTests.test_delayedCallFromThread
  it('is not needed in the reactor’s own thread: a call from a timer comes in the next turn', async () => {
    using reactor = new Reactor();
    await new Promise<void>((resolve) => {
      reactor.callLater(0, () => reactor.callFromThread(resolve));
    });
    expect(reactor.getDelayedCalls()).to.deep.equal([]);
  });

  // Twisted: CallFromThreadTests.test_wakerOverflow
  it('can be woken any number of times without blocking, and takes them all at once', () => {
    const libc = new FaultyLibc(getDriver().libc);
    const waker = new Waker(libc);
    const count = Buffer.alloc(8);
    // The highest count there is: one more would block if it weren't EAGAIN.
    count.writeBigUInt64LE(2n ** 64n - 2n);
    libc.write(waker.fileno(), count, 0, 8);
    waker.wakeUp();
    expect(libc.read(waker.fileno(), count, 0, 8)).to.equal(8);
    for (let i = 0; i < 1000; i += 1) waker.wakeUp();
    waker.doRead();
    expect(libc.read(waker.fileno(), count, 0, 8)).to.be.lessThan(0);
    waker.close();
  });

  it('closed, it has no number and wakes nobody', () => {
    const libc = new FaultyLibc(getDriver().libc);
    const waker = new Waker(libc);
    waker.connectionLost();
    waker.close();
    waker.wakeUp();
    expect([waker.fileno(), waker.logPrefix()]).to.deep.equal([-1, 'Waker']);
    expect([libc.count('close'), libc.count('write')]).to.deep.equal([1, 0]);
  });
});
