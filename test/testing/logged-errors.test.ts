import { AssertionError } from 'node:assert/strict';
import { expect } from 'chai';
import { Failure, fail } from '../../src/defer/index.js';
import { getLog } from '../../src/logger/index.js';
import { LogCapture, assertNoLoggedErrors, flushLoggedErrors } from '../../src/testing/index.js';

const log = getLog('test');

describe('Logged errors', () => {
  let capture: LogCapture;

  beforeEach(() => {
    capture = new LogCapture();
  });

  afterEach(() => {
    capture[Symbol.dispose]();
  });

  it('`flushLoggedErrors()` takes out those of its classes, as failures', () => {
    const [far, wrong] = [new RangeError('too far'), new TypeError('wrong')];
    log.failure('It threw', new Failure(far));
    log.failure('It threw', new Failure(wrong));
    expect(flushLoggedErrors(SyntaxError)).to.deep.equal([]);
    expect(flushLoggedErrors(RangeError, SyntaxError).map(({ value }) => value)).to.deep.equal([far]);
    expect(flushLoggedErrors().map(({ value }) => value)).to.deep.equal([wrong]);
    assertNoLoggedErrors();
    expect(capture.records).to.have.length(2);
  });

  it('`flushLoggedErrors()` makes an Error of a record that has only a text', () => {
    log.error('{what} is broken', { what: 'it' });
    expect(flushLoggedErrors(Error).map(String)).to.deep.equal(['[Failure Error: it is broken]']);
  });

  it('failures of Deferreds that nobody has handled are among them', () => {
    const deferred = fail(new RangeError('nobody listens'));
    expect(flushLoggedErrors(TypeError)).to.have.length(0);
    expect(flushLoggedErrors(RangeError)).to.have.length(1);
    expect(capture.messages).to.have.length(1);
    expect(capture.messages[0]).to.match(/^Unhandled error in Deferred: .*nobody listens/);
    expect(deferred.called).to.equal(true);
  });

  it('`assertNoLoggedErrors()` lists what is left, once', () => {
    log.warn('only a warning');
    assertNoLoggedErrors();
    log.failure('It threw', new Failure(new RangeError('too far')));
    expect(() => assertNoLoggedErrors()).to.throw(AssertionError, /did not expect/);
    assertNoLoggedErrors();
  });

  it('belong to the innermost LogCapture', () => {
    log.error('outside');
    {
      using inner = new LogCapture();
      expect(LogCapture.current).to.equal(inner);
      log.error('inside');
      expect(flushLoggedErrors().map((failure) => failure.getErrorMessage())).to.deep.equal(['inside']);
    }
    expect(LogCapture.current).to.equal(capture);
    expect(flushLoggedErrors().map((failure) => failure.getErrorMessage())).to.deep.equal(['outside']);
  });

  it('can’t be looked at without a LogCapture', () => {
    capture[Symbol.dispose]();
    expect(() => flushLoggedErrors()).to.throw('No LogCapture is in use');
    expect(() => assertNoLoggedErrors()).to.throw('No LogCapture is in use');
  });
});
