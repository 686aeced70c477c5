import { expect } from 'chai';
import { IOV_MAX } from '../../src/libc/index.js';
import { GatherList } from '../../src/libc/gather-list.js';

/** Memory with made-up addresses, so that the records can be read without reading memory. */
class Addresses {
  readonly #known = new Map<ArrayBufferView, number>();
  first: ArrayBufferView | undefined;

  readonly of = (bytes: ArrayBufferView): number => {
    this.first ??= bytes;
    const known = this.#known.get(bytes);
    if (known !== undefined) return known;
    // Above 32 bits, so that both halves of the address count.
    const made = 0x7f_0000_0000 + this.#known.size * 0x1_0000;
    this.#known.set(bytes, made);
    return made;
  };
}

function setUp(): { addresses: Addresses; list: GatherList; header: DataView; vectors: () => DataView } {
  const addresses = new Addresses();
  const list = new GatherList(addresses.of);
  const viewOf = (bytes: ArrayBufferView): DataView => new DataView(bytes.buffer, bytes.byteOffset);
  return { addresses, list, header: viewOf(list.header), vectors: () => viewOf(addresses.first!) };
}

const word = (view: DataView, offset: number): number => Number(view.getBigUint64(offset, true));

describe('GatherList', () => {
  it('is a msghdr of 56 bytes that points at its vectors and has neither name nor control data', () => {
    const { addresses, list, header } = setUp();
    expect(list.header.byteLength).to.equal(56);
    expect(word(header, 16)).to.equal(addresses.of(addresses.first!));
    for (const offset of [0, 8, 32, 40, 48]) expect(word(header, offset), `offset ${offset}`).to.equal(0);
  });

  it('has room for the longest list that the kernel takes', () => {
    expect(setUp().addresses.first!.byteLength).to.equal(IOV_MAX * 16);
  });

  it('lists address and length of the buffers that are asked for', () => {
    const { addresses, list, header, vectors } = setUp();
    const buffers = [Buffer.alloc(1), Buffer.alloc(10), Buffer.alloc(20), Buffer.alloc(5)];
    list.fill(buffers, 1, 2, 0);
    expect(word(header, 24)).to.equal(2);
    const listed = [0, 16].map((at) => [word(vectors(), at), word(vectors(), at + 8)]);
    expect(listed).to.deep.equal([
      [addresses.of(buffers[1]!), 10],
      [addresses.of(buffers[2]!), 20],
    ]);
  });

  it('leaves the first bytes out that were sent before, of the first buffer only', () => {
    const { addresses, list, vectors } = setUp();
    const buffers = [Buffer.alloc(10), Buffer.alloc(20)];
    list.fill(buffers, 0, 2, 7);
    const listed = [0, 16].map((at) => [word(vectors(), at), word(vectors(), at + 8)]);
    expect(listed).to.deep.equal([
      [addresses.of(buffers[0]!) + 7, 3],
      [addresses.of(buffers[1]!), 20],
    ]);
  });
});
