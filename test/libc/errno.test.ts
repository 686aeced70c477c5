import { expect } from 'chai';
import { constants } from 'node:os';
import { errno, errnoName } from '../../src/libc/index.js';

describe('errno', () => {
  it("agrees with every name that Node's headers know", () => {
    const mine: Readonly<Record<string, number>> = errno;
    // Linux has two names for these three numbers; heddle uses one of each.
    const synonyms = new Set(['EWOULDBLOCK', 'ENOTSUP', 'EDEADLOCK']);
    const known = Object.entries(constants.errno).filter(([name]) => !synonyms.has(name));
    expect(known).to.have.length.above(70);
    for (const [name, number] of known) expect(mine[name], name).to.equal(number);
  });

  it('has one name for each number', () => {
    const numbers = Object.values(errno);
    expect(new Set(numbers).size).to.equal(numbers.length);
  });
});

describe('errnoName()', () => {
  it('gives the name of each number', () => {
    for (const [name, number] of Object.entries(errno)) expect(errnoName(number)).to.equal(name);
  });

  it('calls a number without a name by the number', () => {
    expect(errnoName(4711)).to.equal('errno 4711');
  });
});
