// Decoder of JPEG 2000 codestreams (ITU-T T.800) for WebAssembly with 128-bit vectors; build.mjs compiles it into module.ts.
#pragma once
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t i32;
typedef int64_t i64;

// Whatever is broken, or of the kinds not taken here, ends the whole call: the instance is thrown away and another decoder asked.
#define need(condition) do { if (!(condition)) __builtin_trap(); } while (0)

static inline i32 least(i32 a, i32 b) { return a < b ? a : b; }
static inline i32 most(i32 a, i32 b) { return a > b ? a : b; }
// a / 2^shift, rounded up; a is not negative.
static inline i32 halved(i32 a, i32 shift) { return (i32)(((i64)a + ((i64)1 << shift) - 1) >> shift); }

// memory.c: memory is taken in order and given back all at once, down to a mark.
void *take(u32 count, u32 size);
void *takeZeroed(u32 count, u32 size);
u32 mark(void);
void release(u32 to);
void limitTo(u64 bytes);

// One run of a block's coded bytes; a block gets one from each layer that adds to it.
typedef struct Piece {
  const u8 *bytes;
  u32 length;
  struct Piece *next;
} Piece;

// Code block (B.7): place in its subband's samples, and what the packets said of it.
typedef struct {
  i32 x, y, width, height;
  i32 included, planes, passes, lengthBits;
  Piece *first, *last;
  u32 length;
} Block;

typedef struct Node {
  struct Node *parent;
  i32 value, low, known;
} Node;

// A subband's share of a precinct: a grid of blocks with two tag trees (B.10.2).
typedef struct {
  i32 across, down;
  Block *blocks;
  Node *inclusion, *empty;
} Cells;

typedef struct {
  Cells cells[3];
  i32 layers;
} Precinct;

typedef struct {
  i32 x0, y0, x1, y1;
  i32 orientation; // 0 LL, 1 HL, 2 LH, 3 HH
  i32 planes;      // Mb (E-2)
  float step;      // Delta b (E-3)
  i32 *samples;    // floats after the irreversible path
  i32 stride;
} Band;

typedef struct {
  i32 x0, y0, x1, y1;
  i32 wideBits, highBits; // PPx, PPy
  i32 across, down;
  i32 bands;
  Band band[3];
  Precinct *precincts;
} Resolution;

// COD and COC (A.6.1), QCD and QCC (A.6.4) of one component.
typedef struct {
  i32 levels, blockWide, blockHigh, reversible;
  u8 precincts[33];
  i32 quantisation, guards;
  u16 steps[97];
  i32 stepCount;
} Style;

typedef struct {
  i32 x0, y0, x1, y1;
  Style style;
  Resolution *resolutions;
  i32 *samples;
  i32 stride;
} Component;

typedef struct {
  i32 x0, y0, x1, y1;
  i32 order, layers, transform, sop, eph;
  i32 components, bits;
  Component *component;
} Tile;

// block.c
void decodeBlock(const Block *block, const Band *band, i32 reversible);
// layout.c: the resolutions, bands, precincts and blocks of a tile.
void layOut(Tile *tile);
// packets.c
void readPackets(Tile *tile, const u8 *from, const u8 *end);
// wavelet.c: the picture of a component, out of its bands.
void synthesise(Component *component);
