import { expect } from 'chai';
import fc from 'fast-check';
import { Unparsed } from '../../src/protocols/index.js';

/** What one may do, with a number that says how much. */
const step = fc.tuple(
  fc.constantFrom('push', 'join', 'gather', 'take', 'skip', 'takeAll', 'peekAll', 'settle'),
  fc.oneof(fc.nat(8), fc.nat(3000)),
);

describe('Unparsed', () => {
  it('is a queue of bytes, whatever is done in whatever order', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const input = new Unparsed();
        let model = Buffer.alloc(0);
        const taken: [Buffer, Buffer][] = [];
        let next = 0;
        for (const [what, count] of steps) {
          const here = input.end - input.start;
          if (what === 'push') {
            const data = Buffer.from(Array.from({ length: count }, () => (next += 1)));
            model = Buffer.concat([model, data]);
            input.push(data);
          } else if (what === 'join') {
            input.join(count);
          } else if (what === 'gather') {
            expect(input.gather(count)).to.equal(model.length >= count);
          } else if (what === 'take' || what === 'skip') {
            const some = Math.min(count, here);
            if (what === 'take') taken.push([input.take(some), model.subarray(0, some)]);
            else input.skip(some);
            model = model.subarray(some);
          } else if (what === 'takeAll') {
            taken.push([input.takeAll(), model]);
            model = Buffer.alloc(0);
          } else if (what === 'peekAll') {
            expect(input.peekAll().equals(model)).to.equal(true);
          } else {
            input.settle();
          }
          expect(input.length).to.equal(model.length);
          const seen = Buffer.concat([input.bytes.subarray(input.start, input.end), input.later]);
          expect(seen.equals(model)).to.equal(true);
        }
        // Nothing that was taken has been written to since.
        for (const [view, expected] of taken) expect(view.equals(expected)).to.equal(true);
      }),
      { numRuns: 500 },
    );
  });

  it('has its store no bigger than the most that will be needed', () => {
    const input = new Unparsed();
    input.push(Buffer.alloc(100));
    input.push(Buffer.alloc(1));
    input.join(1, 110);
    expect(input.bytes).to.have.length(110);
  });
});
