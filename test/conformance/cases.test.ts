import { expect } from 'chai';
import { allCases } from '../../src/testing/index.js';

describe('the conformance cases', () => {
  it('have a name of their own within their group, and groups too', () => {
    const names = allCases.flatMap(({ title, cases }) => cases.map(({ name }) => `${title}: ${name}`));
    expect(new Set(names).size).to.equal(names.length);
    expect(new Set(allCases.map(({ title }) => title)).size).to.equal(allCases.length);
  });

  it('cite rows by class and test, or by number', () => {
    const cites = allCases.flatMap(({ cases }) => cases.flatMap(({ cites = [] }) => cites));
    expect(cites).not.to.be.empty;
    for (const cite of cites) expect(cite).to.match(/^(\w+\.test\w+( \(overridden\))?|[A-Z]\d+)$/);
  });
});
