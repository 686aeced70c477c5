// What is sent in bulk: the same 64 KiB again and again. ../c/piece.h makes the same.
const PIECE_BYTES = 64 * 1024;

export const PIECE = Uint8Array.from({ length: PIECE_BYTES }, (_, place) => place ^ (place >> 8));
