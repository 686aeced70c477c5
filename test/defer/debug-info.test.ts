import { expect } from 'chai';
import {
  AlreadyCalledError,
  Deferred,
  DeferredList,
  fail,
  getDebugging,
  setDebugging,
} from '../../src/defer/index.js';
import { errorOf, expectNoUnhandledErrors, resultOf } from './results.js';

/** The message with which a second firing of `deferred` is refused. */
function refusalOf(deferred: Deferred<unknown>): string {
  try {
    deferred.callback(2);
  } catch (error) {
    if (error instanceof AlreadyCalledError) return error.message;
    throw error;
  }
  throw new Error('an AlreadyCalledError was expected');
}

describe('setDebugging()', () => {
  expectNoUnhandledErrors();
  afterEach(() => {
    setDebugging(false);
  });

  it('is off at first', () => {
    expect(getDebugging()).to.equal(false);
    setDebugging(true);
    expect(getDebugging()).to.equal(true);
  });

  // Twisted: AlreadyCalledTests.testAlreadyCalledDebug_CC, AlreadyCalledTests.testAlreadyCalledDebug_CE,
  // AlreadyCalledTests.testAlreadyCalledDebug_EC,
  // AlreadyCalledTests.testAlreadyCalledDebug_EE
  it('makes AlreadyCalledError tell where the Deferred was made and first fired', () => {
    setDebugging(true);
    function creates(): Deferred<unknown> {
      return new Deferred<unknown>();
    }
    function fires(deferred: Deferred<unknown>, how: 'callback' | 'errback'): void {
      deferred[how](1);
    }
    for (const how of ['callback', 'errback'] as const) {
      const deferred = creates();
      fires(deferred, how);
      expect(refusalOf(deferred))
        .to.match(/created:\n\s+at creates .*debug-info\.test/)
        .and.to.match(/fired:\n(?:.*\n)?\s+at fires .*debug-info\.test/);
      expect(how === 'callback' ? resultOf(deferred) : errorOf(deferred)).to.equal(1);
    }
  });

  it('tells where Deferreds of derived classes were made', () => {
    setDebugging(true);
    const list = (function creates() {
      return new DeferredList([]);
    })();
    expect(refusalOf(list)).to.match(/created:\n\s+at creates .*debug-info\.test/);
  });

  // Twisted: AlreadyCalledTests.testNoDebugging
  it('off, AlreadyCalledError has no such details', () => {
    const deferred = new Deferred<unknown>();
    deferred.callback(1);
    expect(refusalOf(deferred)).to.equal('The Deferred has already been fired');
    expect(new AlreadyCalledError().message).to.equal('The Deferred has already been fired');
  });

  // Twisted: AlreadyCalledTests.testSwitchDebugging
  it('can be switched in the middle of a Deferred’s life', () => {
    const before = new Deferred<unknown>();
    setDebugging(true);
    before.callback(1);
    expect(refusalOf(before)).to.equal('The Deferred has already been fired');
    const during = new Deferred<unknown>();
    setDebugging(false);
    during.callback(1);
    expect(refusalOf(during)).to.contain('created:').and.not.to.contain('was fired:');
    const failed = fail(new Error('boom'));
    setDebugging(true);
    expect(errorOf(failed)).to.have.property('message', 'boom');
  });
});
