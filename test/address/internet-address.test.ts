import { expect } from 'chai';
import { internetAddress, IPv4Address, IPv6Address } from '../../src/address/index.js';

describe('internetAddress()', () => {
  it('makes an address of the family that the text is of', () => {
    expect(internetAddress('TCP', '1.2.3.4', 80)).to.deep.equal(new IPv4Address('TCP', '1.2.3.4', 80));
    expect(internetAddress('UDP', '::1', 80)).to.deep.equal(new IPv6Address('UDP', '::1', 80));
  });

  it('writes an IPv6 host in the usual form', () => {
    expect(internetAddress('TCP', '0:0:0:0:0:0:0:A', 80)?.host).to.equal('::a');
  });

  it('finds the number of a scope and keeps its name', () => {
    expect(internetAddress('TCP', 'fe80:0::1%lo', 80)).to.deep.equal(
      new IPv6Address('TCP', 'fe80::1%lo', 80, 0, 1),
    );
  });

  it('is undefined for names and for scopes that are not there', () => {
    expect(internetAddress('TCP', 'localhost', 80)).to.equal(undefined);
    expect(internetAddress('TCP', 'fe80::1%none0', 80)).to.equal(undefined);
  });
});
