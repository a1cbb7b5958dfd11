// The arithmetic decoder (annex C) without a branch that a symbol decides: half of the symbols of a noisy film cannot be guessed, and each wrong guess
// costs as much as the rest of a symbol.
#pragma once
#include "decoder.h"

// Chigh and A lie in bits 62 to 47; below are the next `spare` bits of the code, already freed of their stuffing.
typedef struct {
  i64 a, c;
  i32 spare;
  const u8 *next, *end;
} Coder;

enum { SIGNIFICANCE = 0, SIGN = 9, REFINEMENT = 14, RUN = 17, UNIFORM = 18, CONTEXTS = 19 };

// A state of a context: Qe in bits 62 to 47; the places in `states` of the state itself, of what follows the more probable symbol and of what follows the
// less probable one in 16 bits each from bit 0 on, with the more probable symbol as lowest bit of a place.
typedef u64 State;
extern State states[94];
// By the eight neighbours' significance (bits 0 to 8 row by row, without 4), for each orientation of a subband (table D.1).
extern u8 significanceIn[4][512];
// By significance of the samples above, left, right and below, then their signs: the context behind SIGN, and in bit 3 whether its symbol is turned (table D.3).
extern u8 signOf[256];

#define QE(state) ((i64)((state) & 0x7fff800000000000ull))

static inline __attribute__((always_inline)) u32 load32(const u8 *at) {
  u32 word;
  __builtin_memcpy(&word, at, 4);
  return __builtin_bswap32(word);
}

static inline __attribute__((always_inline)) i32 decide(Coder *coder, State *context) {
  State state = *context;
  i64 qe = QE(state);
  i64 a = coder->a - qe, c = coder->c - qe;
  i64 lower = c >> 63, exchange = (a - qe) >> 63;
  c += qe & lower;
  a += (qe - a) & lower;
  i32 less = (i32)(lower ^ exchange);
  i32 renormalised = (i32)((u64)~a >> 62) & 1;
  i32 shift = __builtin_clzll((u64)a) - 1;
  *context = states[(state >> ((renormalised << 4) + (less & 16))) & 127];
  coder->a = a << shift;
  coder->c = c << shift;
  coder->spare -= shift;
  if (__builtin_expect(coder->spare < 0, 0)) {
    coder->c += (i64)((u64)load32(coder->next) << (15 - coder->spare));
    coder->spare += 32;
    coder->next = coder->next < coder->end ? coder->next + 4 : coder->end;
  }
  return (i32)(state & 1) ^ (less & 1);
}
