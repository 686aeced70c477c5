import { mkdtempSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { CancelledError, TimeoutError } from '../../src/defer/index.js';
import { getReactor } from '../../src/reactor/index.js';
import { AlreadyTryingToLockError, DeferredFilesystemLock, FilesystemLock } from '../../src/task/index.js';
import { Clock } from '../../src/time/index.js';
import { errorOf, expectNoUnhandledErrors, isDone } from '../defer/results.js';

describe('DeferredFilesystemLock', () => {
  expectNoUnhandledErrors();
  let folder = '';
  let name = '';
  let clock = new Clock();
  let lock: DeferredFilesystemLock;
  let holder: FilesystemLock;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'heddle-lock-'));
    name = join(folder, 'lock');
    clock = new Clock();
    lock = new DeferredFilesystemLock(name, { clock });
    holder = new FilesystemLock(name);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  // Twisted: DeferredFilesystemLockTests.test_waitUntilLockedWithNoLock
  it('is had at once when it is free', () => {
    expect(isDone(lock.deferUntilLocked({ timeout: 5 }))).to.equal(true);
    expect(lock.locked).to.equal(true);
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });

  // Twisted: DeferredFilesystemLockTests.test_waitUntilLockedWithTimeoutLocked
  it('fails with TimeoutError when it isn’t free in time', () => {
    holder.lock();
    const locked = lock.deferUntilLocked({ timeout: 5.5 });
    clock.pump(Array<number>(10).fill(0.5));
    expect(isDone(locked)).to.equal(false);
    clock.advance(0.5);
    expect(errorOf(locked))
      .to.be.instanceOf(TimeoutError)
      .with.property('message', `The lock ${name} could not be taken within 5.5 s`);
    expect([lock.locked, clock.getDelayedCalls()]).to.deep.equal([false, []]);
  });

  // Twisted: DeferredFilesystemLockTests.test_waitUntilLockedWithTimeoutUnlocked
  it('is had when it becomes free in time', () => {
    holder.lock();
    const locked = lock.deferUntilLocked({ timeout: 10 });
    clock.advance(0.5);
    holder.unlock();
    expect(isDone(locked)).to.equal(false);
    clock.advance(0.5);
    expect([isDone(locked), lock.locked]).to.deep.equal([true, true]);
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });

  // Twisted: DeferredFilesystemLockTests.test_defaultScheduler
  it('waits on the default reactor unless it is given a clock', () => {
    using reactor = getReactor();
    holder.lock();
    const other = new DeferredFilesystemLock(name);
    const locked = other.deferUntilLocked({ timeout: 1000 });
    expect(reactor.getDelayedCalls()).to.have.lengthOf(2);
    locked.cancel();
    expect(reactor.getDelayedCalls()).to.have.lengthOf(0);
    expect(errorOf(locked)).to.be.instanceOf(CancelledError);
  });

  // Twisted: DeferredFilesystemLockTests.test_concurrentUsage
  it('can’t be waited for twice at a time', () => {
    holder.lock();
    const locked = lock.deferUntilLocked();
    expect(errorOf(lock.deferUntilLocked())).to.be.instanceOf(AlreadyTryingToLockError);
    holder.unlock();
    clock.advance(1);
    expect(isDone(locked)).to.equal(true);
  });

  // Twisted: DeferredFilesystemLockTests.test_multipleUsages
  it('can be had again and again', () => {
    for (let times = 0; times < 3; times += 1) {
      holder.lock();
      const locked = lock.deferUntilLocked({ timeout: 5 });
      clock.advance(1);
      holder.unlock();
      clock.advance(1);
      expect([isDone(locked), lock.locked]).to.deep.equal([true, true]);
      lock.unlock();
    }
  });

  // Twisted: DeferredFilesystemLockTests.test_cancelDeferUntilLocked, DeferredFilesystemLockTests.test_cancelDeferUntilLockedWithTimeout
  it('cancelled, it gives up, and leaves no timer', () => {
    holder.lock();
    for (const options of [{}, { timeout: 100 }]) {
      const locked = lock.deferUntilLocked(options);
      expect(isDone(locked)).to.equal(false);
      locked.cancel();
      expect(errorOf(locked)).to.be.instanceOf(CancelledError);
      expect(clock.getDelayedCalls()).to.deep.equal([]);
    }
    holder.unlock();
    expect(isDone(lock.deferUntilLocked())).to.equal(true);
  });

  it('gives up when its signal is aborted, and doesn’t try if it was before', () => {
    holder.lock();
    const abort = new AbortController();
    const locked = lock.deferUntilLocked({ signal: abort.signal });
    abort.abort(new Error('enough'));
    expect(errorOf(locked)).to.be.instanceOf(CancelledError).with.nested.property('cause.message', 'enough');
    holder.unlock();
    expect(errorOf(lock.deferUntilLocked({ signal: abort.signal }))).to.be.instanceOf(CancelledError);
    expect([lock.locked, clock.getDelayedCalls()]).to.deep.equal([false, []]);
  });

  it('fails with what an attempt throws', () => {
    holder.lock();
    const locked = lock.deferUntilLocked({ timeout: 5 });
    unlinkSync(name);
    symlinkSync('elsewhere', name);
    clock.advance(1);
    expect(errorOf(locked)).to.be.instanceOf(Error).with.property('message').that.includes('not a lock');
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });

  it('tries as often as it is told to', () => {
    const eager = new DeferredFilesystemLock(name, { clock, intervalMs: 10 });
    holder.lock();
    const locked = eager.deferUntilLocked();
    holder.unlock();
    clock.advance(0.01);
    expect(isDone(locked)).to.equal(true);
  });

  it('throws a RangeError for a time that is none', () => {
    expect(() => new DeferredFilesystemLock(name, { intervalMs: 0 })).to.throw(RangeError);
    expect(() => lock.deferUntilLocked({ timeout: -1 })).to.throw(RangeError);
    expect(isDone(lock.deferUntilLocked())).to.equal(true);
  });
});
