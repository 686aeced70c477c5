/** Bytes that tell a place in the stream from all others: a piece that is lost, doubled or swapped shows. */
export function pattern(length: number, seed = 0): Buffer {
  // Each word is its own number, mixed by a multiplication that loses nothing (Knuth's multiplicative hash).
  const words = new Uint32Array(Math.ceil(length / 4));
  for (let i = 0; i < words.length; i += 1) words[i] = Math.imul(i + seed, 2_654_435_761);
  return Buffer.from(words.buffer, 0, length);
}
