import { inspect } from 'node:util';
import { expect } from 'chai';
import { HostnameAddress } from '../../src/address/index.js';

describe('HostnameAddress', () => {
  // Twisted: AddressTestCaseMixin.test_addressComparison
  it('with the same fields are equal, with others not', () => {
    const one = new HostnameAddress('example.com', 80);
    expect(one.equals(new HostnameAddress('example.com', 80))).to.equal(true);
    expect(one.equals(new HostnameAddress('example.com', 81))).to.equal(false);
    expect(one.equals(new HostnameAddress('example.org', 80))).to.equal(false);
    expect(one.equals('example.com')).to.equal(false);
  });

  it('shows its fields', () => {
    expect(inspect(new HostnameAddress('example.com', 80))).to.equal('HostnameAddress(example.com, 80)');
  });
});
