import { expect } from 'chai';
import { AsyncLocalStorage } from 'node:async_hooks';
import { Deferred, keepContext } from '../../src/defer/index.js';

describe('keepContext()', () => {
  it('lets a callback see the stores of the place where it was added', () => {
    const request = new AsyncLocalStorage<string>();
    const deferred = new Deferred<number>();
    const seen: unknown[] = [];
    request.run('the adder', () => {
      deferred
        .addCallback(
          keepContext((n) => {
            seen.push(n, request.getStore());
            return n + 1;
          }),
        )
        .addCallback(() => void seen.push(request.getStore()));
    });
    request.run('the one who fires', () => {
      deferred.callback(1);
    });
    expect(seen).to.deep.equal([1, 'the adder', 'the one who fires']);
  });

  it('passes arguments, results and exceptions', () => {
    expect(keepContext((a: number, b: number) => a + b)(1, 2)).to.equal(3);
    expect(
      keepContext(() => {
        throw new RangeError('through');
      }),
    ).to.throw(RangeError, 'through');
  });
});
