import { expect } from 'chai';
import {
  Failure,
  fail,
  flushUnhandledErrors,
  logError,
  passthru,
  setUnhandledErrorReporter,
  succeed,
} from '../../src/defer/index.js';
import { errorOf, resultOf } from './results.js';

const boom = new Error('boom');

describe('logError()', () => {
  let reported: Failure[] = [];
  let reporterBefore: ReturnType<typeof setUnhandledErrorReporter>;
  beforeEach(() => {
    flushUnhandledErrors();
    reported = [];
    reporterBefore = setUnhandledErrorReporter((failure) => void reported.push(failure));
  });
  afterEach(() => {
    setUnhandledErrorReporter(reporterBefore);
  });

  // Twisted: UtilTests.test_logErrorReturnsError, UtilTests.test_logErrorLogsError
  it('reports exactly that failure, and returns it', () => {
    const failure = new Failure(boom);
    expect(logError(failure)).to.equal(failure);
    expect(reported).to.have.lengthOf(1);
    expect(reported[0]).to.equal(failure);
  });

  it('as an errback lets the failure pass, which is not told a second time', () => {
    const deferred = fail(boom).addErrback(logError);
    const outer = succeed(0).addCallback(() => deferred);
    expect(flushUnhandledErrors()).to.deep.equal([]);
    expect(errorOf(outer)).to.equal(boom);
    expect(reported).to.have.lengthOf(1);
  });
});

describe('passthru()', () => {
  it('is a callback that changes nothing', () => {
    expect(resultOf(succeed(5).addCallbacks(passthru, () => 0))).to.equal(5);
    const failure = new Failure(boom);
    expect(passthru(failure)).to.equal(failure);
  });
});
