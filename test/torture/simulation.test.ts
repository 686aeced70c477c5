import { expect } from 'chai';
import { type LibcCall, LogCapture } from '../../src/testing/index.js';
import { type OddAnswer, OddLibc } from '../faults/odd-libc.js';
import { type SimulationResult, simulate } from './simulation.js';
import { StreamCheck, streamBytes } from './stream-pattern.js';

describe('Random simulations', () => {
  let log: LogCapture;
  before(() => {
    log = new LogCapture();
  });
  after(() => {
    log[Symbol.dispose]();
  });

  it('hold what heddle promises, whatever the seed', () => {
    const results = Array.from({ length: 25 }, (_, seed) => simulate(seed));
    expect(
      results.flatMap(({ seed, violations }) => violations.map((each) => `seed ${seed}: ${each}`)),
    ).to.deep.equal([]);
    const sum = (number: (result: SimulationResult) => number): number =>
      results.reduce((total, each) => total + number(each), 0);
    // And there was something to hold.
    expect(sum(({ connections }) => connections)).to.be.above(200);
    expect(sum(({ faults }) => faults)).to.be.above(50);
    expect(sum(({ shed }) => shed)).to.be.above(0);
    expect(results.some(({ calm }) => calm)).to.equal(true);
  }).timeout(60_000);

  it('repeat themselves to the last figure', () => {
    for (const seed of [3, 4]) expect(simulate(seed)).to.deep.equal(simulate(seed));
  });

  /** What is found on a server whose kernel does this call in its own way, with any of these seeds. */
  const violationsWith = (seeds: readonly number[], call: LibcCall, answer: OddAnswer): string =>
    seeds
      .flatMap((seed) => simulate(seed, { wrap: (libc) => new OddLibc(libc, call, answer) }).violations)
      .join();

  it('notice one wrong byte', () => {
    let calls = 0;
    const found = violationsWith([0, 1, 2, 3], 'recv', ([, buffer], make) => {
      const n = make();
      calls += 1;
      const bytes = buffer as Uint8Array;
      if (n > 0 && calls % 20 === 0) bytes[n - 1] = (bytes[n - 1] ?? 0) ^ 1;
      return n;
    });
    expect(found).to.contain('wrong byte');
  });

  it('notice a descriptor that is never closed', () => {
    let calls = 0;
    const found = violationsWith([0, 1, 2, 3], 'close', (_, make) => {
      calls += 1;
      return calls === 5 ? 0 : make();
    });
    // Or else that what is open, and watched still, wakes the reactor for ever.
    expect(found).to.match(/left descriptors open|spins/);
  });

  it('notice a port that serves nobody any more', () => {
    let calls = 0;
    const found = violationsWith([1], 'accept4', (_, make) => {
      calls += 1;
      return calls > 10 ? -11 : make();
    });
    expect(found).to.match(/doesn't serve|spins/);
  });
});

describe('The bytes of a simulation', () => {
  it('are checked whatever the pieces in which they come', () => {
    const bytes = streamBytes(4711, 0, 500);
    expect(bytes.readUInt32LE(0)).to.equal(4711);
    for (const size of [1, 3, 4, 499]) {
      const check = new StreamCheck();
      for (let at = 0; at < bytes.length; at += size) check.take(bytes.subarray(at, at + size));
      expect(check.place).to.equal(500);
    }
  });

  it('tell a lost, a doubled and a foreign piece', () => {
    const bytes = streamBytes(7, 0, 500);
    const wrong = [
      [bytes.subarray(0, 100), bytes.subarray(101)],
      [bytes.subarray(0, 100), bytes.subarray(99)],
      [bytes.subarray(0, 100), streamBytes(8, 100, 100)],
    ];
    for (const pieces of wrong) {
      const check = new StreamCheck(7);
      expect(() => {
        for (const piece of pieces) check.take(piece);
      }).to.throw('wrong byte at 100');
    }
  });
});
