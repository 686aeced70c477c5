import fc from 'fast-check';
import { isIP } from 'node:net';
import { expect } from 'chai';
import {
  formatIPv4,
  formatIPv6,
  isIPAddress,
  isIPv6Address,
  parseIPAddress,
} from '../../src/address/index.js';

const ipv6Bytes = fc
  .array(fc.oneof({ weight: 2, arbitrary: fc.constant([0, 0]) }, fc.tuple(fc.nat(255), fc.nat(255))), {
    minLength: 8,
    maxLength: 8,
  })
  .map((groups) => Uint8Array.from(groups.flat()));

describe('isIPAddress()', () => {
  // Twisted: AddressTests.test_decimalDotted
  it('is true for four decimal numbers', () => {
    for (const text of ['0.1.2.3', '252.253.254.255']) expect(isIPAddress(text), text).to.equal(true);
  });

  // Twisted: AddressTests.test_shortDecimalDotted
  it('is false for fewer or more than four', () => {
    for (const text of ['0', '0.1', '0.1.2', '0.1.2.3.4']) expect(isIPAddress(text), text).to.equal(false);
  });

  // Twisted: AddressTests.test_invalidLetters
  it('is false with letters', () => {
    for (const text of ['a.2.3.4', '1.b.3.4', '0x1.2.3.4']) expect(isIPAddress(text), text).to.equal(false);
  });

  // Twisted: AddressTests.test_invalidPunctuation
  it('is false with odd punctuation', () => {
    for (const text of [',', '1,2', '1,2,3', '1.,.3,4', '1.2.3.', '.1.2.3', '1.2.3.4.', '1..2.3']) {
      expect(isIPAddress(text), text).to.equal(false);
    }
  });

  // Twisted: AddressTests.test_emptyString
  it('is false for nothing', () => {
    expect(isIPAddress('')).to.equal(false);
  });

  // Twisted: AddressTests.test_invalidPositive
  it('is false for numbers above 255 in any position', () => {
    for (const text of ['256.0.0.0', '0.256.0.0', '0.0.256.0', '0.0.0.256', '0.0.0.1000']) {
      expect(isIPAddress(text), text).to.equal(false);
    }
  });

  // Twisted: AddressTests.test_nonASCII
  it('is false beyond ASCII', () => {
    for (const text of ['\u0661.2.3.4', '1.2.3.4\u00e9', '\uff11.2.3.4'])
      expect(isIPAddress(text), text).to.equal(false);
  });

  it('is false for leading zeros, signs and blanks, which inet_pton refuses', () => {
    for (const text of [
      '01.2.3.4',
      '1.2.3.04',
      '+1.2.3.4',
      '-1.2.3.4',
      ' 1.2.3.4',
      '1.2.3.4 ',
      '1.2.3.4\n',
    ]) {
      expect(isIPAddress(text), text).to.equal(false);
    }
  });

  it('is true for IPv6', () => {
    expect(isIPAddress('::1')).to.equal(true);
  });
});

describe('isIPv6Address()', () => {
  // Twisted: IPv6AddressTests.test_empty, IPv6AddressTests.test_colon
  it('is false for nothing and for a colon', () => {
    expect(isIPv6Address('')).to.equal(false);
    expect(isIPv6Address(':')).to.equal(false);
  });

  // Twisted: IPv6AddressTests.test_loopback
  it('is true for ::1, and false for 127.0.0.1', () => {
    expect(isIPv6Address('::1')).to.equal(true);
    expect(isIPv6Address('127.0.0.1')).to.equal(false);
  });

  // Twisted: IPv6AddressTests.test_scopeID
  it('takes a scope', () => {
    for (const text of ['fe80::1%eth0', 'fe80::2%1', 'fe80::3%en2'])
      expect(isIPv6Address(text), text).to.equal(true);
  });

  it('is false for an empty scope and for two', () => {
    for (const text of ['fe80::1%', 'fe80::1%a%b', '%eth0'])
      expect(isIPv6Address(text), text).to.equal(false);
  });

  // Twisted: IPv6AddressTests.test_unicodeAndBytes (its part about text)
  it('is false for other words', () => {
    for (const text of ['hello', 'hello%eth0', '\u4321', 'hello%\u4321']) {
      expect(isIPv6Address(text), text).to.equal(false);
    }
  });

  it('is false for a wrong IPv4 part', () => {
    for (const text of ['::ffff:1.2.3.256', '::ffff:01.2.3.4', '::ffff:0x1.2.3.4', '::ffff:1.2.3']) {
      expect(isIPv6Address(text), text).to.equal(false);
    }
  });
});

describe('parseIPAddress()', () => {
  it('gives the bytes in network order', () => {
    expect(parseIPAddress('1.2.3.4')).to.deep.equal({ family: 4, bytes: Uint8Array.of(1, 2, 3, 4) });
    const ipv6 = parseIPAddress('2001:db8::ffff:1.2.3.4');
    expect(ipv6).to.deep.equal({
      family: 6,
      bytes: Uint8Array.of(0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 1, 2, 3, 4),
    });
  });

  it('gives the scope', () => {
    expect(parseIPAddress('fe80::1%eth0')?.scope).to.equal('eth0');
    expect(parseIPAddress('fe80::1')).not.to.have.property('scope');
  });

  it("agrees with node's isIP about any text", () => {
    const piece = fc.constantFrom(
      '0',
      '1',
      '255',
      '256',
      '01',
      'f',
      'ffff',
      '12345',
      '.',
      ':',
      '::',
      '%',
      'eth0',
      ' ',
      'g',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
          fc.ipV4(),
          fc.ipV6(),
          fc.ipV4Extended(),
        ),
        (text) => {
          expect(parseIPAddress(text)?.family ?? 0, text).to.equal(isIP(text));
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('formatIPv4()', () => {
  it('writes what parseIPAddress() reads', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (address) => {
        const { bytes } = parseIPAddress(formatIPv4(address)) ?? {};
        expect(Buffer.from(bytes ?? []).readUInt32BE(0)).to.equal(address);
      }),
    );
  });
});

describe('formatIPv6()', () => {
  // RFC 5952 section 4: no leading zeros, the longest run of zeros shortened (the first of equals, never a single
  // group), small letters.
  const forms: readonly (readonly [string, string])[] = [
    ['2001:0db8:0000:0000:0001:0000:0000:0001', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:DB8::ABCD', '2001:db8::abcd'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['fe80:0:0:0:0:0:0:0', 'fe80::'],
  ];
  for (const [long, short] of forms) {
    it(`writes ${short}`, () => {
      expect(formatIPv6(parseIPAddress(long)?.bytes ?? new Uint8Array())).to.equal(short);
    });
  }

  it('puts the scope behind %', () => {
    expect(formatIPv6(Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1), 'eth0')).to.equal(
      'fe80::1%eth0',
    );
  });

  it('writes what parseIPAddress() reads', () => {
    fc.assert(
      fc.property(ipv6Bytes, (bytes) => {
        expect(parseIPAddress(formatIPv6(bytes))?.bytes).to.deep.equal(bytes);
      }),
    );
  });
});
