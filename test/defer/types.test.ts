/** The types are checked by the compiler; what these tests run is only there to be compiled. */
import { expect } from 'chai';
import { expectTypeOf } from 'expect-type';
import {
  Deferred,
  DeferredList,
  ensureDeferred,
  execute,
  fail,
  gatherResults,
  inlineCallbacks,
  logError,
  maybeDeferred,
  passthru,
  race,
  succeed,
  type DeferredOutcome,
  type Failure,
} from '../../src/defer/index.js';
import type { IReactorTime } from '../../src/interfaces/reactor-time.js';
import { Clock } from '../../src/time/index.js';

/** Compiles `example` and never runs it. */
function typesOnly(example: () => void): void {
  expect(example).to.be.a('function');
}

class Refused extends Error {}

describe('the types of Deferred', () => {
  it('the result of a step is the type of the chain', () => {
    typesOnly(() => {
      const number = new Deferred<number>();
      expectTypeOf(number.addCallback((n) => n.toFixed())).toEqualTypeOf<Deferred<string>>();
      expectTypeOf(number.addCallback(() => {})).toEqualTypeOf<Deferred<void>>();
      expectTypeOf(number.addCallback<boolean>(() => true)).toEqualTypeOf<Deferred<boolean>>();
      number.addCallback((n) => {
        expectTypeOf(n).toEqualTypeOf<number>();
      });
      // @ts-expect-error the result is not a string
      number.addCallback((text: string) => text);
    });
  });

  it('a step may return a Deferred, a promise, or one of several things', () => {
    typesOnly(() => {
      const number = new Deferred<number>();
      expectTypeOf(number.addCallback(() => new Deferred<string>())).toEqualTypeOf<Deferred<string>>();
      expectTypeOf(number.addCallback(() => Promise.resolve('x'))).toEqualTypeOf<Deferred<string>>();
      expectTypeOf(number.addCallback(async (n) => [await Promise.resolve(n)])).toEqualTypeOf<
        Deferred<number[]>
      >();
      expectTypeOf(number.addCallback((n) => (n > 1 ? succeed('x') : 'y'))).toEqualTypeOf<Deferred<string>>();
    });
  });

  it('a step that only fails adds nothing to the type', () => {
    typesOnly(() => {
      const number = new Deferred<number>();
      expectTypeOf(number.addErrback((failure) => failure)).toEqualTypeOf<Deferred<number>>();
      expectTypeOf(
        number.addErrback(() => {
          throw new Refused();
        }),
      ).toEqualTypeOf<Deferred<number>>();
      expectTypeOf(number.addCallback((n): string | Failure => `${n}`)).toEqualTypeOf<Deferred<string>>();
    });
  });

  it('an errback adds what it returns, for it may not be called', () => {
    typesOnly(() => {
      const number = new Deferred<number>();
      expectTypeOf(number.addErrback(() => 'none')).toEqualTypeOf<Deferred<number | string>>();
      expectTypeOf(number.addErrback((failure) => void failure.trap(Refused))).toEqualTypeOf<
        Deferred<number | undefined>
      >();
      expectTypeOf(
        number.addCallbacks(
          (n) => n > 0,
          (failure) => failure.getErrorMessage(),
        ),
      ).toEqualTypeOf<Deferred<boolean | string>>();
      expectTypeOf(number.addCallbacks((n) => n > 0)).toEqualTypeOf<Deferred<boolean>>();
    });
  });

  it('`addBoth()` gets either', () => {
    typesOnly(() => {
      const number = new Deferred<number>();
      const both = number.addBoth((result) => {
        expectTypeOf(result).toEqualTypeOf<number | Failure>();
        return result;
      });
      expectTypeOf(both).toEqualTypeOf<Deferred<number>>();
    });
  });

  it('the type flows through generic code', () => {
    typesOnly(() => {
      function logged<T>(deferred: Deferred<T>): Deferred<T> {
        return deferred.addCallback((result) => result).addErrback((failure) => failure);
      }
      expectTypeOf(logged(succeed(1))).toEqualTypeOf<Deferred<number>>();
    });
  });

  it('`callback()` takes the result’s type, and nothing for void', () => {
    typesOnly(() => {
      new Deferred<void>().callback();
      new Deferred<number>().callback(1);
      // @ts-expect-error a string is not a number
      new Deferred<number>().callback('1');
    });
  });

  it('`await` unwraps', () => {
    typesOnly(() => {
      expectTypeOf<Awaited<Deferred<number>>>().toEqualTypeOf<number>();
      expectTypeOf<Awaited<Promise<Deferred<string>>>>().toEqualTypeOf<string>();
      expectTypeOf(succeed(1).toPromise()).toEqualTypeOf<Promise<number>>();
      expectTypeOf(Deferred.fromPromise(Promise.resolve(1))).toEqualTypeOf<Deferred<number>>();
      expectTypeOf(Deferred.fromPromise(() => Promise.resolve(1))).toEqualTypeOf<Deferred<number>>();
    });
  });

  it('a time limit takes any clock, and adds what `onTimeoutCancel` returns', () => {
    typesOnly(() => {
      const reactor: IReactorTime = new Clock();
      expectTypeOf(succeed(1).addTimeout(1, reactor)).toEqualTypeOf<Deferred<number>>();
      expectTypeOf(succeed(1).addTimeout(1, reactor, () => 'late')).toEqualTypeOf<
        Deferred<number | string>
      >();
    });
  });

  it('the functions around it keep the types', () => {
    typesOnly(() => {
      expectTypeOf(succeed('x')).toEqualTypeOf<Deferred<string>>();
      expectTypeOf(fail(new Refused())).toEqualTypeOf<Deferred<never>>();
      expectTypeOf(maybeDeferred((n: number) => n, 1)).toEqualTypeOf<Deferred<number>>();
      expectTypeOf(maybeDeferred(() => succeed('x'))).toEqualTypeOf<Deferred<string>>();
      expectTypeOf(maybeDeferred(async () => Promise.resolve('x'))).toEqualTypeOf<Deferred<string>>();
      expectTypeOf(execute((n: number) => n, 1)).toEqualTypeOf<Deferred<number>>();
      expectTypeOf(ensureDeferred(Promise.resolve(1))).toEqualTypeOf<Deferred<number>>();
      // @ts-expect-error the argument is missing
      maybeDeferred((n: number) => n);
    });
  });

  it('a generator knows the results of `yield*`, and its return type is the Deferred’s', () => {
    typesOnly(() => {
      const fetched = inlineCallbacks(function* (id: number) {
        const n = yield* succeed(id);
        expectTypeOf(n).toEqualTypeOf<number>();
        const text = yield* succeed('x').addCallback((x) => [x]);
        expectTypeOf(text).toEqualTypeOf<string[]>();
        expectTypeOf(yield succeed(1)).toEqualTypeOf<unknown>();
        expectTypeOf(yield* fetchedByClass.get('a')).toEqualTypeOf<boolean>();
        return text.length > n;
      });
      expectTypeOf(fetched).toEqualTypeOf<(this: unknown, id: number) => Deferred<boolean>>();
      expectTypeOf(
        inlineCallbacks(function* () {
          yield 0;
          return succeed('x');
        })(),
      ).toEqualTypeOf<Deferred<string>>();
      expectTypeOf(
        ensureDeferred(
          (function* () {
            return yield* succeed(1);
          })(),
        ),
      ).toEqualTypeOf<Deferred<number>>();
      // @ts-expect-error the argument is no number
      fetched('1');
      // @ts-expect-error a plain function is no generator function
      inlineCallbacks(() => 5);
    });
    class Fetching {
      readonly known = true;
      readonly get = inlineCallbacks(function* (this: Fetching, key: string) {
        yield* succeed(key);
        return this.known;
      });
    }
    const fetchedByClass = new Fetching();
  });

  it('an async function gives the Deferred its type', () => {
    typesOnly(() => {
      expectTypeOf(ensureDeferred(async () => Promise.resolve(1))).toEqualTypeOf<Deferred<number>>();
      expectTypeOf(ensureDeferred(async (signal) => Promise.resolve(signal))).toEqualTypeOf<
        Deferred<AbortSignal>
      >();
      expectTypeOf(succeed(1).addCallbacks(passthru, logError)).toEqualTypeOf<Deferred<number>>();
    });
  });

  it('lists know each place', () => {
    typesOnly(() => {
      expectTypeOf(gatherResults([succeed(1), succeed('x')])).toEqualTypeOf<Deferred<[number, string]>>();
      const many: Deferred<number>[] = [];
      expectTypeOf(gatherResults(many)).toEqualTypeOf<Deferred<number[]>>();
      expectTypeOf(race(many)).toEqualTypeOf<Deferred<[index: number, result: number]>>();
      new DeferredList(many).addCallback((outcomes) => {
        expectTypeOf(outcomes).toEqualTypeOf<readonly DeferredOutcome<number>[]>();
        for (const [success, result] of outcomes) {
          if (success) expectTypeOf(result).toEqualTypeOf<number>();
          else expectTypeOf(result).toEqualTypeOf<Failure>();
        }
      });
      new DeferredList(many, { fireOnOneCallback: true }).addCallback((first) => {
        expectTypeOf(first).toEqualTypeOf<readonly [number, number] | readonly DeferredOutcome<number>[]>();
      });
    });
  });

  it('a Deferred of something is a Deferred of unknown', () => {
    typesOnly(() => {
      expectTypeOf<Deferred<number>>().toExtend<Deferred<unknown>>();
      expectTypeOf<Deferred<number>>().toExtend<PromiseLike<number>>();
      // @ts-expect-error a Deferred of numbers is none of strings
      expectTypeOf<Deferred<string>>(new Deferred<number>());
    });
  });
});
