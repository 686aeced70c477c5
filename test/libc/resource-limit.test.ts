import { expect } from 'chai';
import fc from 'fast-check';
import { decodeResourceLimit, encodeResourceLimit } from '../../src/libc/resource-limit.js';

describe('struct rlimit', () => {
  it('is two 64-bit numbers, the soft limit first', () => {
    const bytes = Buffer.alloc(16);
    encodeResourceLimit({ soft: 64, hard: 2 ** 32 + 1 }, bytes);
    expect(bytes.toString('hex')).to.equal('40000000000000000100000001000000');
  });

  it('has Infinity for RLIM_INFINITY, all bits set', () => {
    const bytes = Buffer.alloc(16);
    encodeResourceLimit({ soft: 1, hard: Infinity }, bytes);
    expect(bytes.toString('hex', 8)).to.equal('ffffffffffffffff');
    const limit = { soft: 0, hard: 0 };
    decodeResourceLimit(bytes, limit);
    expect(limit).to.deep.equal({ soft: 1, hard: Infinity });
  });

  it('reads back what was written', () => {
    const number = fc.oneof(fc.maxSafeNat(), fc.constant(Infinity));
    const bytes = Buffer.alloc(16);
    fc.assert(
      fc.property(number, number, (soft, hard) => {
        encodeResourceLimit({ soft, hard }, bytes);
        const limit = { soft: 0, hard: 0 };
        decodeResourceLimit(bytes, limit);
        expect(limit).to.deep.equal({ soft, hard });
      }),
    );
  });
});
