import { inspect } from 'node:util';
import { expect } from 'chai';
import { IPv4Address, IPv6Address } from '../../src/address/index.js';

describe('IPv6Address', () => {
  // Twisted: AddressTestCaseMixin.test_addressComparison
  it('with the same fields are equal, in text too', () => {
    const one = new IPv6Address('TCP', 'fe80::1%eth0', 80, 1, 2);
    const other = new IPv6Address('TCP', 'fe80::1%eth0', 80, 1, 2);
    expect(one.equals(other)).to.equal(true);
    expect(one.toString()).to.equal(other.toString());
  });

  it('differs from one with any other field, and from other things', () => {
    const one = new IPv6Address('TCP', '::1', 80);
    const others = [
      new IPv6Address('UDP', '::1', 80),
      new IPv6Address('TCP', '::2', 80),
      new IPv6Address('TCP', '::1', 81),
      new IPv6Address('TCP', '::1', 80, 1),
      new IPv6Address('TCP', '::1', 80, 0, 1),
      new IPv4Address('TCP', '::1', 80),
      null,
    ];
    for (const other of others) expect(one.equals(other), String(other)).to.equal(false);
  });

  it('has no flow info and no scope unless given', () => {
    expect(new IPv6Address('TCP', '::1', 80)).to.include({ flowInfo: 0, scopeId: 0 });
  });

  it('shows its fields', () => {
    const address = new IPv6Address('TCP', '::1', 80);
    expect(String(address)).to.equal('IPv6Address(TCP, ::1, 80, 0, 0)');
    expect(inspect(address)).to.equal('IPv6Address(TCP, ::1, 80, 0, 0)');
  });
});
