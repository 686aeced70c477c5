import { expect } from 'chai';
import type { Failure } from '../../src/defer/index.js';
import {
  Deferred,
  fail,
  flushUnhandledErrors,
  setDebugging,
  setUnhandledErrorReporter,
  succeed,
} from '../../src/defer/index.js';

const boom = new Error('boom');

/** Collects garbage until `enough()`, giving up after some rounds. */
async function collect(enough: () => boolean): Promise<void> {
  for (let round = 0; round < 50 && !enough(); round += 1) {
    gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function flushed(): unknown[] {
  return flushUnhandledErrors().map((failure) => failure.value);
}

describe('unhandled errors', () => {
  let reports: { failure: Failure; origin: string }[] = [];
  let reporterBefore: ReturnType<typeof setUnhandledErrorReporter>;

  beforeEach(() => {
    flushUnhandledErrors();
    reports = [];
    reporterBefore = setUnhandledErrorReporter((failure, origin) => void reports.push({ failure, origin }));
  });
  afterEach(() => {
    setUnhandledErrorReporter(reporterBefore);
    flushUnhandledErrors();
  });

  // Twisted: LogTests.test_errorLog
  it('are reported once, when nobody can reach the Deferred any more', async () => {
    (() => void succeed(0).addCallback(() => fail(boom)))();
    await collect(() => reports.length > 0);
    expect(reports.map(({ failure, origin }) => [failure.value, origin])).to.deep.equal([[boom, '']]);
    await collect(() => reports.length > 1);
    expect(reports).to.have.lengthOf(1);
    expect(flushed()).to.deep.equal([]);
  });

  it('are not reported while somebody may still handle them', async () => {
    const deferred = fail(boom);
    await collect(() => reports.length > 0);
    expect(reports).to.deep.equal([]);
    deferred.addErrback(() => {});
    expect(flushed()).to.deep.equal([]);
  });

  it('are not reported once they were handled', async () => {
    let gone = false;
    const witness = new FinalizationRegistry(() => (gone = true));
    (() => {
      const deferred = fail(boom);
      deferred.addErrback(() => 'mended');
      witness.register(deferred, 0);
    })();
    await collect(() => gone);
    expect(gone).to.equal(true);
    expect(reports).to.deep.equal([]);
  });

  it('`flushUnhandledErrors()` gives them at once and once, and they are not reported again', async () => {
    (() => void fail(boom))();
    expect(flushed()).to.deep.equal([boom]);
    expect(flushed()).to.deep.equal([]);
    await collect(() => reports.length > 0);
    expect(reports).to.deep.equal([]);
  });

  it('a failure that was flushed is not told again when a later step lets it pass', () => {
    const deferred = fail(boom);
    expect(flushed()).to.deep.equal([boom]);
    deferred.addCallback(() => {});
    expect(flushed()).to.deep.equal([]);
  });

  it('a new failure of the same Deferred is told', () => {
    const second = new Error('second');
    const deferred = fail(boom);
    flushUnhandledErrors();
    deferred.addErrback(() => Promise.reject(second)).cancel();
    expect(flushed()[0]).to.have.property('name', 'CancelledError');
  });

  // Twisted: LogTests.test_errorClearedByChaining
  it('a failure that moved to another Deferred is told for that one only', () => {
    const inner = fail(boom);
    const outer = fail(new Error('first')).addErrback(() => inner);
    expect(flushed()).to.deep.equal([boom]);
    outer.addErrback(() => {});
    const next = fail(boom);
    next.addErrback(() => succeed(1));
    expect(flushed()).to.deep.equal([]);
  });

  it('a failure that is held by a paused Deferred counts', () => {
    const deferred = new Deferred<number>();
    deferred.addErrback(() => 0);
    deferred.pause();
    deferred.errback(boom);
    expect(flushed()).to.deep.equal([boom]);
  });

  it('a failure that a running errback is about to handle does not count', () => {
    const seen: unknown[] = [];
    const deferred = new Deferred<number>();
    deferred.addErrback(() => {
      deferred.addCallback((n) => n);
      seen.push(...flushed());
      return 1;
    });
    deferred.errback(boom);
    expect(seen).to.deep.equal([]);
  });

  // Twisted: LogTests.test_errorLogDebugInfo
  it('are reported with the places of creation and firing in debug mode', async () => {
    setDebugging(true);
    try {
      (function makesAndFires() {
        new Deferred().errback(boom);
      })();
    } finally {
      setDebugging(false);
    }
    await collect(() => reports.length > 0);
    expect(reports[0]?.origin)
      .to.match(/Deferred was created:\n.*makesAndFires/)
      .and.to.match(/Deferred was fired:\n.*makesAndFires/s);
  });

  it('go to the console unless somebody else wants them', async () => {
    const written: string[] = [];
    const error = console.error;
    console.error = (...parts: unknown[]) => void written.push(parts.join(' '));
    try {
      setUnhandledErrorReporter();
      (() => void fail(boom))();
      await collect(() => written.length > 0);
    } finally {
      console.error = error;
    }
    expect(written).to.have.lengthOf(1);
    expect(written[0])
      .to.match(/^Unhandled error in Deferred:/)
      .and.to.contain('Error: boom');
  });
});
