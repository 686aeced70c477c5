import { expect } from 'chai';
import fc from 'fast-check';
import { WriteQueue, requireBytes } from '../../src/tcp/write-queue.js';
import { contentOf } from './fake-connection.js';

const bytes = (text: string): Buffer => Buffer.from(text);

describe('WriteQueue', () => {
  it('is empty at first, and stays so when nothing is pushed', () => {
    const queue = new WriteQueue();
    queue.push(new Uint8Array(0));

    expect(queue.bytes).to.equal(0);
    expect(queue.single).to.equal(undefined);
    expect(queue.chunks).to.deep.equal([]);
  });

  it('keeps a lone chunk without a list, by reference', () => {
    const queue = new WriteQueue();
    const chunk = bytes('abc');
    queue.push(chunk);
    queue.push(new Uint8Array(0));

    expect(queue.single).to.equal(chunk);
    expect(queue.chunks).to.deep.equal([]);
    queue.consume(2);
    expect(queue.single).to.equal(chunk);
    expect(queue.offset).to.equal(2);
    expect(queue.bytes).to.equal(1);
  });

  it('lists what joins a lone chunk, and knows how far that one was sent', () => {
    const queue = new WriteQueue();
    queue.push(bytes('abc'));
    queue.consume(2);
    queue.push(bytes('de'));

    expect(queue.single).to.equal(undefined);
    expect(queue.chunks).to.have.length(2);
    expect([queue.first, queue.offset, queue.bytes]).to.deep.equal([0, 2, 3]);
    expect(contentOf(queue).toString()).to.equal('cde');
  });

  it('moves on to the next chunk exactly at its edge', () => {
    const queue = new WriteQueue();
    for (const text of ['ab', 'c', 'def']) queue.push(bytes(text));

    queue.consume(2);
    expect([queue.first, queue.offset]).to.deep.equal([1, 0]);
    queue.consume(2);
    expect([queue.first, queue.offset]).to.deep.equal([2, 1]);
  });

  it('lets go of chunks that are sent', () => {
    const queue = new WriteQueue();
    const sent = bytes('ab');
    queue.push(sent);
    queue.push(bytes('cd'));
    queue.consume(3);

    expect(queue.chunks).not.to.include(sent);
  });

  it('can keep a lone chunk again once it has been empty', () => {
    const queue = new WriteQueue();
    queue.push(bytes('a'));
    queue.push(bytes('b'));
    queue.consume(2);
    const chunk = bytes('c');
    queue.push(chunk);

    expect(queue.single).to.equal(chunk);
    expect([queue.first, queue.offset]).to.deep.equal([0, 0]);
  });

  it('forgets everything when it is cleared', () => {
    const queue = new WriteQueue();
    for (const text of ['ab', 'c']) queue.push(bytes(text));
    queue.consume(1);
    queue.clear();

    expect(queue.bytes).to.equal(0);
    expect(contentOf(queue)).to.have.length(0);
  });

  it('gives the places of many sent chunks back while it never gets empty', () => {
    const queue = new WriteQueue();
    for (let i = 0; i < 10_000; i += 1) {
      queue.push(bytes('x'));
      if (i >= 10) queue.consume(1);
    }

    expect(queue.bytes).to.equal(10);
    expect(queue.chunks.length).to.be.below(4096);
  });

  // Twisted: WriteBufferingTests.test_writeBuffering
  it('holds what was pushed and not yet consumed, in order, under any program', () => {
    const step = fc.oneof(
      fc.record({ push: fc.uint8Array({ maxLength: 9 }) }),
      fc.record({ consume: fc.nat({ max: 12 }) }),
      fc.record({ pushMany: fc.nat({ max: 2500 }) }),
      fc.constant({ clear: true }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = new WriteQueue();
        let model = Buffer.alloc(0);
        for (const action of steps) {
          if ('push' in action) {
            queue.push(action.push);
            model = Buffer.concat([model, action.push]);
          } else if ('pushMany' in action) {
            for (let i = 0; i < action.pushMany; i += 1) queue.push(Uint8Array.of(i % 251));
            model = Buffer.concat([
              model,
              Buffer.from(Array.from({ length: action.pushMany }, (_, i) => i % 251)),
            ]);
          } else if ('consume' in action) {
            const count = Math.min(action.consume ** 3, model.length);
            queue.consume(count);
            model = model.subarray(count);
          } else {
            queue.clear();
            model = Buffer.alloc(0);
          }
          expect(queue.bytes).to.equal(model.length);
          expect(Buffer.compare(contentOf(queue), model)).to.equal(0);
          if (queue.single === undefined && queue.bytes > 0)
            expect(queue.chunks[queue.first]).to.have.length.above(queue.offset);
        }
      }),
    );
  });

  it('takes bytes of every kind and nothing else', () => {
    for (const good of [Buffer.from('a'), new Uint8Array(1), new Uint8Array(0)]) {
      expect(() => requireBytes(good)).not.to.throw();
    }
    for (const bad of ['a', 1, null, undefined, {}, [1], new ArrayBuffer(1), new Uint16Array(1)]) {
      expect(() => requireBytes(bad)).to.throw(TypeError, 'Data must be bytes');
    }
  });
});
