import fc from 'fast-check';
import { FileDescriptor } from '../../src/reactor/index.js';
import { FakeFDSet } from './fake-fd-set.js';

/** A descriptor whose kernel takes no more than it was told to, and which offers it little. */
class MeanDescriptor extends FileDescriptor {
  protected override readonly sendLimit = 5;
  readonly written: Buffer[] = [];
  room = 0;

  fileno(): number {
    return 3;
  }

  doRead(): undefined {
    return undefined;
  }

  protected writeSomeData(data: Uint8Array): number {
    if (data.length === 0 || data.length > this.sendLimit) throw new RangeError(`${data.length} bytes given`);
    const taken = Math.min(this.room, data.length);
    this.written.push(Buffer.from(data.subarray(0, taken)));
    return taken;
  }
}

type Step =
  | { readonly write: readonly Uint8Array[] }
  /** The kernel has so much room, once. */
  | { readonly room: number };

const pieces = fc.array(fc.uint8Array({ maxLength: 12 }), { maxLength: 4 });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(fc.record({ write: pieces }), fc.record({ room: fc.nat(10) })),
  { maxLength: 60 },
);

/** Takes the steps, then lets the kernel take the rest; throws unless just what was written has arrived. */
function checkWrites(taken: readonly Step[]): void {
  const set = new FakeFDSet();
  const descriptor = new MeanDescriptor(set);
  const expected: Uint8Array[] = [];
  const turn = (): void => {
    if (set.writers.has(descriptor)) descriptor.doWrite();
  };
  for (const step of taken) {
    if ('room' in step) {
      descriptor.room = step.room;
      turn();
    } else {
      expected.push(...step.write);
      if (step.write.length === 1) descriptor.write(step.write[0]!);
      else descriptor.writeSequence(step.write);
    }
  }
  descriptor.room = Infinity;
  while (set.writers.has(descriptor)) turn();
  const [got, wanted] = [Buffer.concat(descriptor.written), Buffer.concat(expected)];
  if (!got.equals(wanted))
    throw new Error(`${got.toString('hex')} was written for ${wanted.toString('hex')}`);
  if (descriptor.bytesQueued !== 0) throw new Error(`${descriptor.bytesQueued} bytes are still queued`);
}

describe('FileDescriptor (property)', () => {
  // Twisted: WriteBufferingTests.test_writeBuffering
  it('writes just what it was given, in order, however little the kernel takes', () => {
    const abcdef = Buffer.from('abcdef');
    fc.assert(fc.property(steps, checkWrites), {
      examples: [[[{ write: [abcdef] }, { room: 0 }, { write: [Buffer.from('g')] }]]],
    });
  });
});
