/* What is sent in bulk: the same 64 KiB again and again. ../servers/piece.mjs makes the same. */
#ifndef BENCH_PIECE_H
#define BENCH_PIECE_H

#include <stddef.h>

enum { PIECE_BYTES = 64 * 1024 };

/* Byte i of the stream. */
static inline char piece_byte(size_t i) {
  size_t place = i % PIECE_BYTES;
  return (char)(place ^ place >> 8);
}

#endif
