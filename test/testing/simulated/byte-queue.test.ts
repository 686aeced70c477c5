import { expect } from 'chai';
import fc from 'fast-check';
import { ByteQueue } from '../../../src/testing/simulated/byte-queue.js';

describe('ByteQueue', () => {
  it('gives out what came in, in order, whatever the pieces', () => {
    const steps = fc.array(fc.oneof(fc.uint8Array({ maxLength: 12 }), fc.integer({ min: 0, max: 15 })));
    fc.assert(
      fc.property(steps, (all) => {
        const queue = new ByteQueue();
        let expected = Buffer.alloc(0);
        for (const step of all) {
          if (typeof step !== 'number') {
            queue.push(step);
            expected = Buffer.concat([expected, step]);
            continue;
          }
          const [peeked, taken] = [Buffer.alloc(step), Buffer.alloc(step)];
          const count = Math.min(step, expected.length);
          expect([queue.peek(peeked), queue.take(taken)]).to.deep.equal([count, count]);
          expect(peeked.equals(taken)).to.equal(true);
          expect(taken.subarray(0, count).equals(expected.subarray(0, count))).to.equal(true);
          expected = expected.subarray(count);
          expect(queue.length).to.equal(expected.length);
        }
        expect(queue.takeBytes(1000).equals(expected)).to.equal(true);
        expect(queue.length).to.equal(0);
      }),
    );
  });

  it('keeps bytes of its own', () => {
    const queue = new ByteQueue();
    const bytes = Buffer.from('abc');
    queue.push(bytes);
    bytes.fill(0);
    expect(queue.takeBytes(3).toString()).to.equal('abc');
  });

  it('is empty after `clear()`, in the middle of a piece too', () => {
    const queue = new ByteQueue();
    queue.push(Buffer.from('abcdef'));
    queue.takeBytes(2);
    queue.clear();
    queue.push(Buffer.from('x'));
    expect(queue.takeBytes(9).toString()).to.equal('x');
  });
});
