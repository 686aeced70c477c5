import { expect } from 'chai';
import { InvalidAddressError, MessageLengthError } from '../../src/errors/index.js';

describe('InvalidAddressError', () => {
  // Twisted: SubclassingTests.test_invalidAddressErrorSubclassOfValueError. RangeError is what ValueError is in JavaScript.
  it('is a kind of RangeError that shows the address', () => {
    const error = new InvalidAddressError('example.com');
    expect(error).to.be.instanceOf(RangeError).and.include({ address: 'example.com' });
    expect(error.message).to.equal('Invalid address "example.com": not an IP address');
  });
});

describe('MessageLengthError', () => {
  it('can say more', () => {
    expect(new MessageLengthError().message).to.equal('The message is too long');
    expect(new MessageLengthError('65,536 bytes').message).to.equal('65,536 bytes');
  });
});
