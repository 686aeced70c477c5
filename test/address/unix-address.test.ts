import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect } from 'chai';
import { UNIXAddress } from '../../src/address/index.js';

describe('UNIXAddress', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'heddle-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  // Twisted: AddressTestCaseMixin.test_addressComparison
  it('with the same name are equal, as text or bytes; with another not', () => {
    const one = new UNIXAddress('/run/one.sock');
    expect(one.equals(new UNIXAddress(Buffer.from('/run/one.sock')))).to.equal(true);
    expect(one.equals(new UNIXAddress('/run/two.sock'))).to.equal(false);
    expect(one.equals('/run/one.sock')).to.equal(false);
  });

  // Twisted: UNIXAddressTests.test_comparisonOfLinkedFiles, UNIXAddressTests.test_hashOfLinkedFiles
  it('is equal to that of a link to its file, and has the same text', () => {
    const file = join(folder, 'file');
    const link = join(folder, 'link');
    writeFileSync(file, '');
    symlinkSync(file, link);
    const one = new UNIXAddress(file);
    const other = new UNIXAddress(link);
    expect(one.equals(other)).to.equal(true);
    expect(one.toString()).to.equal(other.toString());
  });

  // Twisted: EmptyUNIXAddressTests.test_comparisonOfLinkedFiles
  it('without a name is equal only to another without', () => {
    const unnamed = new UNIXAddress(null);
    expect(unnamed.equals(new UNIXAddress(null))).to.equal(true);
    expect(unnamed.equals(new UNIXAddress('/run/one.sock'))).to.equal(false);
    expect(new UNIXAddress('/run/one.sock').equals(unnamed)).to.equal(false);
  });

  // Twisted: EmptyUNIXAddressTests.test_emptyHash
  it('without a name has a text', () => {
    expect(String(new UNIXAddress(null))).to.equal('UNIXAddress(null)');
    expect(inspect(new UNIXAddress(null))).to.equal('UNIXAddress(null)');
  });

  // Twisted: UNIXAddressTests.test_repr
  it('shows its path', () => {
    expect(inspect(new UNIXAddress('/run/one.sock'))).to.equal("UNIXAddress('/run/one.sock')");
  });

  it('takes an abstract name for what it is, not for a path', () => {
    const abstract = new UNIXAddress(Buffer.from('\0name'));
    expect(abstract.equals(new UNIXAddress('\0name'))).to.equal(true);
    expect(abstract.equals(new UNIXAddress('\0other'))).to.equal(false);
    expect(inspect(abstract)).to.equal("UNIXAddress('\\x00name')");
  });

  it('keeps its name when the bytes it was made of change', () => {
    const bytes = Buffer.from('/run/one.sock');
    const address = new UNIXAddress(bytes);
    bytes.fill(0);
    expect(address.name?.toString()).to.equal('/run/one.sock');
  });
});
