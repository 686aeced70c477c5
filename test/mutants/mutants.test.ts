import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { mutants } from './mutants.js';

describe('The mutants', () => {
  it('each have one place in the source, and change it', () => {
    expect(mutants).not.to.have.lengthOf(0);
    for (const { what, file, from, to } of mutants) {
      const source = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
      expect(source.split(from).length - 1, what).to.equal(1);
      expect(to, what).not.to.equal(from);
    }
  });
});
