import { inspect } from 'node:util';
import { expect } from 'chai';
import { IPv4Address, IPv6Address } from '../../src/address/index.js';

describe('IPv4Address', () => {
  for (const type of ['TCP', 'UDP'] as const) {
    // Twisted: AddressTestCaseMixin.test_addressComparison
    it(`${type} addresses with the same fields are equal, in text too`, () => {
      const one = new IPv4Address(type, '127.0.0.1', 80);
      const other = new IPv4Address(type, '127.0.0.1', 80);
      expect(one.equals(other)).to.equal(true);
      expect(one.toString()).to.equal(other.toString());
    });
  }

  it('differs from one with any other field, and from other things', () => {
    const one = new IPv4Address('TCP', '127.0.0.1', 80);
    const others = [
      new IPv4Address('UDP', '127.0.0.1', 80),
      new IPv4Address('TCP', '127.0.0.2', 80),
      new IPv4Address('TCP', '127.0.0.1', 81),
      new IPv6Address('TCP', '127.0.0.1', 80),
      '127.0.0.1:80',
      null,
      undefined,
    ];
    for (const other of others) expect(one.equals(other), String(other)).to.equal(false);
  });

  it('shows its fields', () => {
    const address = new IPv4Address('TCP', '127.0.0.1', 80);
    expect(String(address)).to.equal('IPv4Address(TCP, 127.0.0.1, 80)');
    expect(inspect({ address })).to.equal('{ address: IPv4Address(TCP, 127.0.0.1, 80) }');
  });

  it('`fromNumber()` writes the number, however they follow each other', () => {
    const numbers = [0, 0x7f000001, 0x7f000001, 0xffffffff, 0, 0x7f000001];
    expect(numbers.map((number) => IPv4Address.fromNumber('TCP', number, 1).host)).to.deep.equal([
      '0.0.0.0',
      '127.0.0.1',
      '127.0.0.1',
      '255.255.255.255',
      '0.0.0.0',
      '127.0.0.1',
    ]);
    expect(
      IPv4Address.fromNumber('UDP', 0x01020304, 99).equals(new IPv4Address('UDP', '1.2.3.4', 99)),
    ).to.equal(true);
  });
});
