// Code blocks (annex D). A plane of 16 columns by 4 rows is one word of 64 bits, in the order of the scan, so that whole words without work cost nothing
// and the samples of a pass are found by counting zeros.
#include "mq.h"

enum { MOST_WORDS = 64, MOST_FLAGS = 66 * 18 };

#define TOP 0x1111111111111111ull
#define BOTTOM 0x8888888888888888ull

// By word: samples inside the block, significant ones, those that the first pass of this plane visited, those refined before.
static u64 inside[MOST_WORDS], significant[MOST_WORDS], visited[MOST_WORDS], refined[MOST_WORDS];
// Sign and magnitude by word and bit.
static u32 values[MOST_WORDS * 64];
// By column of four, with a border: significance of 3 columns by 6 rows in bits 0 to 17, row by row; signs of the column's 6 rows in bits 18 to 23.
static u32 flags[MOST_FLAGS];
static i32 words, stripes, pitch;

static State contexts[CONTEXTS];
static Coder coder;
static const u8 *significanceOf;

enum { SIGMA = 0x3ffff };

static inline u64 spreadDown(u64 word) { return word | (word << 1 & ~TOP) | (word >> 1 & ~BOTTOM); }

// A word with its rows above and below.
static inline u64 spread(i32 stripe, i32 word) {
  i32 at = stripe * words + word;
  u64 all = spreadDown(significant[at]);
  if (stripe > 0) all |= significant[at - words] >> 3 & TOP;
  if (stripe + 1 < stripes) all |= significant[at + words] << 3 & BOTTOM;
  return all;
}

static inline u64 neighbours(i32 stripe, i32 word) {
  u64 all = spread(stripe, word);
  all |= all << 4 | all >> 4;
  if (word > 0) all |= spread(stripe, word - 1) >> 60;
  if (word + 1 < words) all |= spread(stripe, word + 1) << 60;
  return all;
}

// What a sample at the edge of its stripe is to the columns of the stripe beyond; by row. The rows between have none, and write nothing.
static const struct { i32 stripe; u32 leftward, own, sign, rightward; } EDGE[4] = {{-1, 1u << 17, 1u << 16, 23, 1u << 15}, {0, 0, 0, 31, 0}, {0, 0, 0, 31, 0}, {1, 1u << 2, 1u << 1, 18, 1}};

// Marks row `row` of a column of four as significant for all that see it; without branches, for rows come in no order that could be foreseen.
static inline __attribute__((always_inline)) void markFound(u32 *flag, i32 row, u32 sign) {
  i32 at = 3 * row;
  flag[-1] |= 0x20u << at;
  flag[1] |= 0x8u << at;
  flag[0] |= 0x10u << at | sign << (19 + row);
  u32 *beyond = flag + EDGE[row].stripe * pitch;
  beyond[-1] |= EDGE[row].leftward;
  beyond[0] |= EDGE[row].own | sign << EDGE[row].sign;
  beyond[1] |= EDGE[row].rightward;
}

static inline __attribute__((always_inline)) u32 decodeSign(Coder *mq, const u32 *flag, i32 row) {
  u32 around = *flag >> (3 * row), signs = *flag >> (18 + row);
  u32 left = flag[-1] >> (19 + row), right = flag[1] >> (19 + row);
  u32 key = (around >> 1 & 1) | (around >> 2 & 2) | (around >> 3 & 4) | (around >> 4 & 8) | (signs & 1) << 4 | (left & 1) << 5 | (right & 1) << 6 | (signs & 4) << 5;
  u32 found = signOf[key];
  return (u32)decide(mq, contexts + SIGN + (found & 7)) ^ found >> 3;
}

static void propagate(i32 plane) {
  Coder mq = coder;
  for (i32 stripe = 0, at = 0; stripe < stripes; stripe++) {
    u32 *row0 = flags + (stripe + 1) * pitch + 1;
    for (i32 word = 0; word < words; word++, at++) {
      u64 open = ~significant[at] & inside[at];
      u64 todo = neighbours(stripe, word) & open, seen = 0, found = 0;
      while (todo) {
        i32 bit = __builtin_ctzll(todo);
        u64 one = todo & -todo;
        todo ^= one;
        seen |= one;
        i32 row = bit & 3;
        u32 *flag = row0 + word * 16 + (bit >> 2);
        if (decide(&mq, contexts + significanceOf[*flag >> (3 * row) & 0x1ef])) {
          u32 sign = decodeSign(&mq, flag, row);
          values[at * 64 + bit] = 1u << plane | sign << 31;
          found |= one;
          markFound(flag, row, sign);
          u64 near = spreadDown(one);
          near |= near << 4 | near >> 4;
          todo |= near & open & ~seen & -(one << 1);
        }
      }
      visited[at] = seen;
      significant[at] |= found;
    }
  }
  coder = mq;
}

static void refine(i32 plane) {
  Coder mq = coder;
  for (i32 stripe = 0, at = 0; stripe < stripes; stripe++) {
    u32 *row0 = flags + (stripe + 1) * pitch + 1;
    for (i32 word = 0; word < words; word++, at++) {
      u64 all = significant[at] & ~visited[at], todo = all, old = refined[at];
      u32 *value = values + at * 64;
      while (todo) {
        i32 bit = __builtin_ctzll(todo);
        todo &= todo - 1;
        i32 context = REFINEMENT + 2;
        if (!(old >> bit & 1)) context = REFINEMENT + ((row0[word * 16 + (bit >> 2)] >> (3 * (bit & 3)) & 0x1ef) != 0);
        value[bit] |= (u32)decide(&mq, contexts + context) << plane;
      }
      refined[at] = old | all;
    }
  }
  coder = mq;
}

static void cleanUp(i32 plane) {
  Coder mq = coder;
  for (i32 stripe = 0, at = 0; stripe < stripes; stripe++) {
    u32 *row0 = flags + (stripe + 1) * pitch + 1;
    for (i32 word = 0; word < words; word++, at++) {
      u64 todo = inside[at] & ~significant[at] & ~visited[at], found = 0;
      visited[at] = 0;
      while (todo) {
        i32 bit = __builtin_ctzll(todo), column = bit >> 2;
        u32 *flag = row0 + word * 16 + column;
        if ((todo >> (column * 4) & 15) == 15 && !(*flag & SIGMA)) {
          todo &= ~(15ull << (column * 4));
          if (!decide(&mq, contexts + RUN)) continue;
          i32 row = decide(&mq, contexts + UNIFORM) << 1;
          row |= decide(&mq, contexts + UNIFORM);
          bit = column * 4 + row;
          todo |= (14ull << row & 15) << (column * 4);
        } else {
          todo &= todo - 1;
          if (!decide(&mq, contexts + significanceOf[*flag >> (3 * (bit & 3)) & 0x1ef])) continue;
        }
        u32 sign = decodeSign(&mq, flag, bit & 3);
        values[at * 64 + bit] = 1u << plane | sign << 31;
        found |= 1ull << bit;
        markFound(flag, bit & 3, sign);
      }
      significant[at] |= found;
    }
  }
  coder = mq;
}

// The bits of a block's pieces without those stuffed behind bytes of ones (C.3.4): one number, whose carries are added where they arise. Ones follow.
static void unstuff(const Block *block) {
  u8 *bits = take(block->length + 16, 1), *out = bits;
  u64 window = 0;
  i32 held = 0;
  u32 before = 0;
  for (const Piece *piece = block->first; piece; piece = piece->next) {
    const u8 *byte = piece->bytes, *end = byte + piece->length;
    for (; byte < end; byte++) {
      i32 width = 8;
      if (before == 0xff) {
        if (*byte > 0x8f) goto ended;
        width = 7;
      }
      before = *byte;
      u64 sum = (window << width) + before;
      held += width;
      if (sum >> held) for (u8 *carried = out; carried > bits && ++*--carried == 0;) {}
      window = sum & ((1ull << held) - 1);
      if (held >= 40) {
        u32 four = __builtin_bswap32((u32)(window >> (held - 32)));
        __builtin_memcpy(out, &four, 4);
        out += 4;
        held -= 32;
        window &= (1ull << held) - 1;
      }
    }
  }
ended:
  window = window << (48 - held) | ((1ull << (48 - held)) - 1);
  for (i32 shift = 40; shift >= 0; shift -= 8) *out++ = (u8)(window >> shift);
  coder.end = out;
  for (i32 i = 0; i < 8; i++) *out++ = 0xff;
  coder.a = (i64)0x8000 << 47;
  coder.c = (i64)load32(bits) << 30;
  coder.spare = 17;
  coder.next = bits + 4;
}

static void start(const Block *block, i32 orientation) {
  words = (block->width + 15) >> 4;
  stripes = (block->height + 3) >> 2;
  pitch = block->width + 2;
  u32 count = (u32)(words * stripes);
  __builtin_memset(significant, 0, count * 8);
  __builtin_memset(visited, 0, count * 8);
  __builtin_memset(refined, 0, count * 8);
  __builtin_memset(values, 0, count * 256);
  __builtin_memset(flags, 0, (u32)(pitch * (stripes + 2)) * 4);
  i32 lastWide = block->width - (words - 1) * 16, lastHigh = block->height - (stripes - 1) * 4;
  for (i32 stripe = 0, at = 0; stripe < stripes; stripe++) {
    u64 rows = stripe + 1 < stripes ? ~0ull : TOP * ((1u << lastHigh) - 1);
    for (i32 word = 0; word < words; word++, at++) inside[at] = word + 1 < words || lastWide == 16 ? rows : rows & ((1ull << (lastWide * 4)) - 1);
  }
  for (i32 i = 0; i < CONTEXTS; i++) contexts[i] = states[i == 0 ? 8 : i == RUN ? 6 : i == UNIFORM ? 92 : 0];
  significanceOf = significanceIn[orientation];
}

// Samples into the subband: whole numbers, or floats in units of the step, with half of the last plane decoded added (E.1.1.2).
static void store(const Block *block, const Band *band, i32 plane, i32 passes, i32 reversible) {
  // Where the first pass of a plane was the last one, samples it did not find end one plane higher.
  i32 partial = passes % 3 == 2;
  float scale = .5f * band->step;
  for (i32 stripe = 0, at = 0; stripe < stripes; stripe++) {
    i32 rows = least(4, block->height - stripe * 4);
    for (i32 word = 0; word < words; word++, at++) {
      i32 columns = least(16, block->width - word * 16);
      const u32 *value = values + at * 64;
      i32 *to = band->samples + (block->y + stripe * 4) * band->stride + block->x + word * 16;
      u64 late = partial ? ~visited[at] : 0;
      for (i32 row = 0; row < rows; row++, to += band->stride) {
        for (i32 column = 0; column < columns; column++) {
          i32 bit = column * 4 + row;
          u32 sign = value[bit] >> 31, twice = value[bit] << 1;
          twice |= (u32)(twice != 0) << (plane + (late >> bit & 1));
          if (reversible) to[column] = (i32)((twice >> 1) ^ -sign) + (i32)sign;
          else ((float *)to)[column] = (sign ? -scale : scale) * (float)twice;
        }
      }
    }
  }
}

void decodeBlock(const Block *block, const Band *band, i32 reversible) {
  u32 before = mark();
  start(block, band->orientation);
  unstuff(block);
  i32 plane = block->planes - 1, kind = 2;
  need(plane < 30 && block->passes <= 3 * block->planes - 2);
  for (i32 pass = 0; pass < block->passes; pass++) {
    if (kind == 0) propagate(plane);
    else if (kind == 1) refine(plane);
    else cleanUp(plane);
    if (++kind == 3 && pass + 1 < block->passes) kind = 0, plane--;
  }
  store(block, band, plane, block->passes, reversible);
  release(before);
}
