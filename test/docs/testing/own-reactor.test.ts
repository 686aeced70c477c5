import { Reactor, getDriver } from '../../../src/index.js';
import { ConformanceEnvironment, allCases, runCase } from '../../../src/testing/index.js';

describe('My reactor', () => {
  const driver = getDriver();
  const makeReactor = () => new Reactor({ driver });

  for (const { title, cases } of allCases.filter((group) => group.title === 'echo')) {
    for (const testCase of cases.filter(({ needs = [] }) => needs.length === 0)) {
      it(`${title}: ${testCase.name}`, () =>
        runCase(testCase, ({ needs }) => new ConformanceEnvironment({ driver, makeReactor, needs })));
    }
  }
});
