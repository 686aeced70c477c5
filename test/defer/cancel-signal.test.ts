import { expect } from 'chai';
import { CancelledError, Deferred, DeferredList, succeed } from '../../src/defer/index.js';
import { errorOf, expectNoUnhandledErrors, resultOf } from './results.js';

const boom = new Error('boom');

describe('Deferred.signal', () => {
  expectNoUnhandledErrors();

  it('is aborted when the Deferred is cancelled, before its canceller is called, with the CancelledError', () => {
    const seen: unknown[] = [];
    const deferred = new Deferred<void>(() => void seen.push('canceller'));
    const { signal } = deferred;
    signal.addEventListener('abort', () => seen.push('signal'));
    expect(signal.aborted).to.equal(false);
    deferred.cancel(boom);
    expect(seen).to.deep.equal(['signal', 'canceller']);
    expect(signal.reason).to.equal(errorOf(deferred)).and.to.be.instanceOf(CancelledError);
    expect(signal.reason).to.have.property('cause', boom);
  });

  it('is the same each time', () => {
    const deferred = new Deferred<void>();
    expect(deferred.signal).to.equal(deferred.signal);
    expect(deferred.signal).not.to.equal(new Deferred().signal);
  });

  it('may be asked for too late: it is aborted then', () => {
    const deferred = new Deferred<void>();
    deferred.cancel();
    expect(deferred.signal.aborted).to.equal(true);
    expect(errorOf(deferred)).to.be.instanceOf(CancelledError);
  });

  it('is not aborted by a result, nor by a cancellation that comes after it', () => {
    const deferred = new Deferred<number>();
    const { signal } = deferred;
    deferred.callback(1);
    deferred.cancel();
    expect(signal.aborted).to.equal(false);
    expect(succeed(1).signal.aborted).to.equal(false);
  });

  it('whoever listens may fire the Deferred: then its canceller is not called', () => {
    const deferred = new Deferred<string>(() => expect.fail('this must not be called'));
    deferred.signal.addEventListener('abort', () => deferred.callback('what there was'));
    deferred.cancel();
    expect(resultOf(deferred)).to.equal('what there was');
  });

  it('of the one that is waited for is aborted, not of those that wait', () => {
    const inner = new Deferred<number>();
    const outer = succeed(0).addCallback(() => inner);
    const signals = [inner.signal, outer.signal];
    outer.cancel();
    expect(signals.map(({ aborted }) => aborted)).to.deep.equal([true, false]);
    expect(errorOf(outer)).to.be.instanceOf(CancelledError);
  });

  it('forgives the one who hears of it by the signal and fires all the same, as without', () => {
    const deferred = new Deferred<string>();
    const { signal } = deferred;
    deferred.cancel();
    deferred.errback(signal.reason);
    expect(errorOf(deferred)).to.equal(signal.reason);
  });

  it('works for a list, too', () => {
    const list = new DeferredList([new Deferred<number>()], { consumeErrors: true });
    const { signal } = list;
    list.cancel();
    expect(signal.aborted).to.equal(true);
    expect(resultOf(list)).to.have.lengthOf(1);
  });
});
