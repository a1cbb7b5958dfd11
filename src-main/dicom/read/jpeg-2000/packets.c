// Packets (B.9 to B.12).
#include "decoder.h"

static const u8 *at, *last;
static u32 byte;
static i32 left;

static u32 bit(void) {
  if (!left) {
    i32 stuffed = byte == 0xff;
    need(at < last);
    byte = *at++;
    left = stuffed ? 7 : 8;
  }
  return byte >> --left & 1;
}

static u32 bits(i32 count) {
  u32 value = 0;
  while (count-- > 0) value = value << 1 | bit();
  return value;
}

// Whether the leaf's value is below the threshold (B.10.2).
static i32 below(Node *leaf, i32 threshold) {
  Node *path[32];
  i32 depth = 0, low = 0;
  for (Node *node = leaf; node; node = node->parent) path[depth++] = node;
  while (depth > 0) {
    Node *node = path[--depth];
    if (low > node->low) node->low = low;
    low = node->low;
    while (low < threshold && low < node->value) {
      if (bit()) node->value = low;
      else low++;
    }
    node->low = low;
  }
  return leaf->value < threshold;
}

// Table B.4.
static i32 passes(void) {
  if (!bit()) return 1;
  if (!bit()) return 2;
  u32 more = bits(2);
  if (more < 3) return (i32)(3 + more);
  more = bits(5);
  if (more < 31) return (i32)(6 + more);
  return (i32)(37 + bits(7));
}

// What a packet's header says of one block; its bytes follow behind the header.
static Piece *readBlock(Cells *cells, i32 index, i32 layer, i32 planes) {
  Block *block = cells->blocks + index;
  if (block->included ? !bit() : !below(cells->inclusion + index, layer + 1)) return 0;
  if (!block->included) {
    i32 empty = 1;
    while (!below(cells->empty + index, empty)) need(++empty < 64);
    block->planes = planes - (empty - 1);
    block->included = 1;
  }
  i32 count = passes();
  while (bit()) need(++block->lengthBits < 32);
  i32 wide = block->lengthBits + 31 - __builtin_clz((u32)count);
  need(wide <= 32);
  Piece *piece = take(1, sizeof(Piece));
  *piece = (Piece){0, bits(wide), 0};
  block->passes += count;
  if (block->last) block->last->next = piece;
  else block->first = piece;
  block->last = piece;
  need(piece->length <= (u32)(last - at));
  block->length += piece->length;
  return piece;
}

static void skipMarker(u32 second, i32 length) {
  if (last - at >= length && at[0] == 0xff && at[1] == second) at += length;
}

static void readPacket(const Tile *tile, Resolution *resolution, i32 index) {
  Precinct *precinct = resolution->precincts + index;
  i32 layer = precinct->layers++;
  if (tile->sop) skipMarker(0x91, 6);
  left = 0, byte = 0;
  Piece **pieces = 0;
  i32 count = 0, room = 0;
  if (bit()) {
    for (i32 i = 0; i < resolution->bands; i++) room += precinct->cells[i].across * precinct->cells[i].down;
    pieces = take((u32)room, sizeof(Piece *));
    for (i32 i = 0; i < resolution->bands; i++) {
      Cells *cells = precinct->cells + i;
      for (i32 k = 0; k < cells->across * cells->down; k++) {
        Piece *piece = readBlock(cells, k, layer, resolution->band[i].planes);
        if (piece) pieces[count++] = piece;
      }
    }
  }
  // A header that ends in a byte of ones is followed by a stuffed byte (B.10.1).
  if (byte == 0xff) need(at++ < last);
  if (tile->eph) skipMarker(0x92, 2);
  for (i32 i = 0; i < count; i++) {
    need(pieces[i]->length <= (u32)(last - at));
    pieces[i]->bytes = at;
    at += pieces[i]->length;
  }
}

// The precinct that begins at this place of the reference grid, or -1 (B.12.1.3).
static i32 beginning(const Tile *tile, const Component *component, i32 number, i32 x, i32 y) {
  const Resolution *resolution = component->resolutions + number;
  if (!resolution->across || !resolution->down) return -1;
  i32 levels = component->style.levels - number;
  i64 wide = (i64)1 << (resolution->wideBits + levels), high = (i64)1 << (resolution->highBits + levels);
  i64 startX = (i64)resolution->x0 << levels, startY = (i64)resolution->y0 << levels;
  if (y % high && !(y == tile->y0 && startY % high)) return -1;
  if (x % wide && !(x == tile->x0 && startX % wide)) return -1;
  i32 column = (halved(x, levels) >> resolution->wideBits) - (resolution->x0 >> resolution->wideBits);
  i32 row = (halved(y, levels) >> resolution->highBits) - (resolution->y0 >> resolution->highBits);
  return row * resolution->across + column;
}

typedef struct { i32 from, to; } Range;

// All layers of the precincts of these components and resolutions, by their places.
static void byPlace(const Tile *tile, Range components, Range resolutions) {
  i32 wide = 30, high = 30;
  for (i32 c = components.from; c < components.to; c++) {
    const Component *component = tile->component + c;
    for (i32 r = resolutions.from; r < least(resolutions.to, component->style.levels + 1); r++) {
      wide = least(wide, component->resolutions[r].wideBits + component->style.levels - r);
      high = least(high, component->resolutions[r].highBits + component->style.levels - r);
    }
  }
  for (i64 y = tile->y0; y < tile->y1; y = ((y >> high) + 1) << high) {
    for (i64 x = tile->x0; x < tile->x1; x = ((x >> wide) + 1) << wide) {
      for (i32 c = components.from; c < components.to; c++) {
        const Component *component = tile->component + c;
        for (i32 r = resolutions.from; r < least(resolutions.to, component->style.levels + 1); r++) {
          i32 index = beginning(tile, component, r, (i32)x, (i32)y);
          if (index >= 0) for (i32 layer = 0; layer < tile->layers; layer++) readPacket(tile, component->resolutions + r, index);
        }
      }
    }
  }
}

// One layer of all precincts of a resolution.
static void byLayer(const Tile *tile, i32 number) {
  for (i32 c = 0; c < tile->components; c++) {
    const Component *component = tile->component + c;
    if (number > component->style.levels) continue;
    Resolution *resolution = component->resolutions + number;
    for (i32 k = 0; k < resolution->across * resolution->down; k++) readPacket(tile, resolution, k);
  }
}

void readPackets(Tile *tile, const u8 *from, const u8 *end) {
  at = from, last = end;
  i32 highest = 0;
  for (i32 c = 0; c < tile->components; c++) highest = most(highest, tile->component[c].style.levels + 1);
  Range all = {0, tile->components}, every = {0, highest};
  switch (tile->order) {
    case 0:
      for (i32 layer = 0; layer < tile->layers; layer++) for (i32 r = 0; r < highest; r++) byLayer(tile, r);
      break;
    case 1:
      for (i32 r = 0; r < highest; r++) for (i32 layer = 0; layer < tile->layers; layer++) byLayer(tile, r);
      break;
    case 2:
      for (i32 r = 0; r < highest; r++) byPlace(tile, all, (Range){r, r + 1});
      break;
    case 3:
      byPlace(tile, all, every);
      break;
    case 4:
      for (i32 c = 0; c < tile->components; c++) byPlace(tile, (Range){c, c + 1}, every);
      break;
    default:
      need(0);
  }
}
