import { expect } from 'chai';
import fc from 'fast-check';
import type { Deferred } from '../../src/defer/index.js';
import { ReadQueue } from '../../src/endpoints/read-queue.js';

type Step = { readonly do: 'push'; readonly bytes: number } | { readonly do: 'read' | 'cancel' | 'end' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('push' as const), bytes: fc.integer({ min: 1, max: 5 }) }),
  },
  { weight: 4, arbitrary: fc.constant({ do: 'read' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'cancel' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'end' as const }) },
);

/** A queue, and all that it should be by simple arithmetic. */
class World {
  readonly limit: number;
  readonly queue: ReadQueue;
  paused = false;
  pushed = '';
  given = '';
  ends = 0;
  cancelled = 0;
  over = false;
  readonly #pending = new Set<Deferred<unknown>>();
  #next = 0;

  constructor(limit: number) {
    this.limit = limit;
    this.queue = new ReadQueue(
      {
        pauseProducing: () => {
          expect(this.paused, 'paused twice').to.equal(false);
          this.paused = true;
        },
        resumeProducing: () => {
          expect(this.paused, 'resumed twice').to.equal(true);
          this.paused = false;
        },
      },
      limit,
    );
    this.queue.start();
  }

  take(what: Step): void {
    if (what.do === 'push') this.#push(what.bytes);
    else if (what.do === 'read') this.#read();
    else if (what.do === 'cancel') this.#cancel();
    else this.#end();
    if (this.over) return;
    const kept = this.pushed.length - this.given.length;
    expect(this.paused).to.equal(this.#pending.size === 0 && kept >= this.limit);
  }

  /** Reads on to the end: by then every byte has been given, in order, and every read has been answered once. */
  finish(): void {
    this.#end();
    while (this.given.length < this.pushed.length) this.#read();
    expect(this.given).to.equal(this.pushed);
    expect(this.#pending.size).to.equal(0);
  }

  #push(bytes: number): void {
    if (this.over) return;
    let chunk = '';
    for (let i = 0; i < bytes; i += 1) chunk += String.fromCharCode(97 + (this.#next++ % 26));
    this.pushed += chunk;
    this.queue.push(Buffer.from(chunk));
  }

  #read(): void {
    const read = this.queue.read();
    this.#pending.add(read);
    read.addCallbacks(
      (data) => {
        this.#pending.delete(read);
        if (data === undefined) this.ends += 1;
        else this.given += data.toString();
      },
      () => {
        this.#pending.delete(read);
        this.cancelled += 1;
      },
    );
  }

  #cancel(): void {
    for (const read of this.#pending) {
      read.cancel();
      return;
    }
  }

  #end(): void {
    this.over = true;
    this.queue.end();
  }
}

describe('ReadQueue, in random programs', () => {
  it('gives every byte once and in order, and pauses its source exactly while there is enough', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 8 }), fc.array(step, { maxLength: 60 }), (limit, steps) => {
        const world = new World(limit);
        for (const what of steps) world.take(what);
        world.finish();
      }),
      { numRuns: 500 },
    );
  });
});
