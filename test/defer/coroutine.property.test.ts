import { expect } from 'chai';
import fc from 'fast-check';
import { Deferred, fail, inlineCallbacks, succeed } from '../../src/defer/index.js';
import { isDone, resultOf } from './results.js';

/** One `yield`: of what, and whether it stands in a generator of its own. `later` ones are fired by the test. */
interface Item {
  readonly what: 'plain' | 'fired' | 'failed' | 'later' | 'failing later';
  readonly inside: 'nothing' | 'a generator' | 'inlineCallbacks';
}

const items = fc.array(
  fc.record<Item>({
    what: fc.constantFrom('plain', 'fired', 'failed', 'later', 'failing later'),
    inside: fc.constantFrom('nothing', 'a generator', 'inlineCallbacks'),
  }),
  { maxLength: 12 },
);

/** What a coroutine that yields these sees, one after the other. */
function expected(list: readonly Item[]): string[] {
  return list.map(({ what }, index) => (what.startsWith('fail') ? `error ${index}` : `result ${index}`));
}

function yielded({ what }: Item, index: number, pending: Map<number, Deferred<string>>): unknown {
  switch (what) {
    case 'plain':
      return `result ${index}`;
    case 'fired':
      return succeed(`result ${index}`);
    case 'failed':
      return fail(`error ${index}`);
    case 'later':
    case 'failing later': {
      const deferred = new Deferred<string>();
      pending.set(index, deferred);
      return deferred;
    }
  }
}

function wrapped(value: unknown, inside: Item['inside']): unknown {
  function* waiting(): Generator<unknown, unknown, unknown> {
    return yield value;
  }
  switch (inside) {
    case 'nothing':
      return value;
    case 'a generator':
      return waiting();
    case 'inlineCallbacks':
      return inlineCallbacks(waiting)();
  }
}

describe('coroutines, at random', () => {
  it('see results and errors in the order of their yields, whatever order they are fired in', () => {
    fc.assert(
      fc.property(items, fc.infiniteStream(fc.nat(99)), (list, choices) => {
        const pending = new Map<number, Deferred<string>>();
        const values = list.map((item, index) => wrapped(yielded(item, index, pending), item.inside));
        const run = inlineCallbacks(function* () {
          const seen: unknown[] = [];
          for (const value of values) {
            try {
              seen.push(yield value);
            } catch (error) {
              seen.push(error);
            }
          }
          return seen;
        })();
        const first = list.findIndex(({ what }) => what.endsWith('later'));
        expect(isDone(run)).to.equal(first < 0);
        while (pending.size > 0) {
          const [index, deferred] = [...pending][choices.next().value % pending.size]!;
          pending.delete(index);
          if (list[index]!.what === 'later') deferred.callback(`result ${index}`);
          else deferred.errback(`error ${index}`);
        }
        expect(resultOf(run)).to.deep.equal(expected(list));
      }),
    );
  });
});
