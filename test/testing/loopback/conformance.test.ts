import { expect } from 'chai';
import { runTransportCase, transportCases } from '../../../src/testing/index.js';
import { MemoryGround } from './memory-ground.js';

describe('Conformance of the connection in memory', () => {
  let givenUp: AbortController;

  beforeEach(() => {
    givenUp = new AbortController();
  });

  // A case that mocha has given up is told so.
  afterEach(() => {
    givenUp.abort();
  });

  it('is of most themes of a connection', () => {
    expect(transportCases.map(({ title }) => title)).to.include.members([
      'echo',
      'writing',
      'the write queue',
      'producers',
      'half-close',
      'abort',
      'closing',
      'pausing',
      'what protocols throw',
    ]);
  });

  for (const { title, cases } of transportCases) {
    describe(title, () => {
      for (const testCase of cases) {
        for (const side of ['server', 'client'] as const) {
          it(`${testCase.name} (${side})`, () =>
            runTransportCase(testCase, () => new MemoryGround(side, givenUp.signal)));
        }
      }
    });
  }
});
