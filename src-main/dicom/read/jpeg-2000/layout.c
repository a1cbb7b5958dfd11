// Where everything of a tile lies (annex B).
#include "decoder.h"

// Tag tree over a grid; its leaves come first, row by row.
static Node *plant(i32 across, i32 down) {
  i32 count = 0;
  for (i32 w = across, h = down;; w = (w + 1) >> 1, h = (h + 1) >> 1) {
    count += w * h;
    if (w <= 1 && h <= 1) break;
  }
  Node *tree = take((u32)count, sizeof(Node)), *level = tree;
  for (i32 i = 0; i < count; i++) tree[i] = (Node){0, 0x7fffffff, 0, 0};
  for (i32 w = across, h = down; w > 1 || h > 1; w = (w + 1) >> 1, h = (h + 1) >> 1) {
    Node *above = level + w * h;
    for (i32 y = 0; y < h; y++) for (i32 x = 0; x < w; x++) level[y * w + x].parent = above + (y >> 1) * ((w + 1) >> 1) + (x >> 1);
    level = above;
  }
  return tree;
}

// B.5: the samples of a subband that belong to a tile; `n` is its number of decompositions.
static void placeBand(Band *band, const Component *component, i32 n) {
  i64 right = n && (band->orientation & 1) ? (i64)1 << (n - 1) : 0, lower = n && (band->orientation & 2) ? (i64)1 << (n - 1) : 0;
  i64 round = ((i64)1 << n) - 1;
  band->x0 = (i32)((component->x0 - right + round) >> n);
  band->y0 = (i32)((component->y0 - lower + round) >> n);
  band->x1 = (i32)((component->x1 - right + round) >> n);
  band->y1 = (i32)((component->y1 - lower + round) >> n);
  band->stride = (band->x1 - band->x0 + 3) & ~3;
}

// E.1.1: exponent and mantissa, of which the derived kind gives those of the lowest subband alone.
static void quantise(Band *band, const Style *style, i32 resolution, i32 number, i32 bits) {
  i32 index = resolution ? 3 * (resolution - 1) + 1 + number : 0;
  i32 derived = style->quantisation == 1;
  need(derived || index < style->stepCount);
  u32 step = style->steps[derived ? 0 : index];
  i32 exponent = (i32)(step >> 11) - (derived ? most(0, resolution - 1) : 0);
  i32 gain = (band->orientation & 1) + (band->orientation >> 1);
  band->planes = style->guards + exponent - 1;
  i32 power = bits + gain - exponent;
  float scale = 1;
  for (; power > 0; power--) scale *= 2;
  for (; power < 0; power++) scale *= .5f;
  band->step = style->quantisation ? scale * (1 + (float)(step & 2047) / 2048) : 1;
}

static void cut(Cells *cells, const Band *band, i32 x0, i32 y0, i32 x1, i32 y1, i32 wide, i32 high) {
  x0 = most(x0, band->x0), y0 = most(y0, band->y0), x1 = least(x1, band->x1), y1 = least(y1, band->y1);
  if (x0 >= x1 || y0 >= y1) return;
  i32 left = x0 >> wide, top = y0 >> high;
  cells->across = halved(x1, wide) - left;
  cells->down = halved(y1, high) - top;
  cells->blocks = takeZeroed((u32)(cells->across * cells->down), sizeof(Block));
  cells->inclusion = plant(cells->across, cells->down);
  cells->empty = plant(cells->across, cells->down);
  for (i32 row = 0; row < cells->down; row++) {
    for (i32 column = 0; column < cells->across; column++) {
      Block *block = cells->blocks + row * cells->across + column;
      i32 bx0 = most(x0, (left + column) << wide), by0 = most(y0, (top + row) << high);
      block->width = least(x1, (left + column + 1) << wide) - bx0;
      block->height = least(y1, (top + row + 1) << high) - by0;
      block->x = bx0 - band->x0;
      block->y = by0 - band->y0;
      block->lengthBits = 3;
    }
  }
}

static void cutPrecincts(Resolution *resolution, i32 number, const Style *style) {
  i32 wideBits = resolution->wideBits, highBits = resolution->highBits;
  i32 left = resolution->x0 >> wideBits, top = resolution->y0 >> highBits;
  resolution->across = resolution->x1 > resolution->x0 ? halved(resolution->x1, wideBits) - left : 0;
  resolution->down = resolution->y1 > resolution->y0 ? halved(resolution->y1, highBits) - top : 0;
  need((i64)resolution->across * resolution->down < 1 << 24);
  resolution->precincts = takeZeroed((u32)(resolution->across * resolution->down), sizeof(Precinct));
  // Above the lowest resolution precincts are those of the subbands, of half the size.
  i32 half = number > 0, wide = wideBits - half, high = highBits - half;
  for (i32 row = 0; row < resolution->down; row++) {
    for (i32 column = 0; column < resolution->across; column++) {
      Precinct *precinct = resolution->precincts + row * resolution->across + column;
      i64 x = (i64)(left + column) << wide, y = (i64)(top + row) << high, x1 = x + ((i64)1 << wide), y1 = y + ((i64)1 << high);
      need(x1 < 0x7fffffff && y1 < 0x7fffffff);
      for (i32 i = 0; i < resolution->bands; i++) cut(precinct->cells + i, resolution->band + i, (i32)x, (i32)y, (i32)x1, (i32)y1, least(style->blockWide, wide), least(style->blockHigh, high));
    }
  }
}

static void layOutComponent(Component *component, i32 bits) {
  const Style *style = &component->style;
  component->resolutions = takeZeroed((u32)style->levels + 1, sizeof(Resolution));
  for (i32 number = 0; number <= style->levels; number++) {
    Resolution *resolution = component->resolutions + number;
    i32 levels = style->levels - number;
    resolution->x0 = halved(component->x0, levels), resolution->x1 = halved(component->x1, levels);
    resolution->y0 = halved(component->y0, levels), resolution->y1 = halved(component->y1, levels);
    resolution->wideBits = style->precincts[number] & 15, resolution->highBits = style->precincts[number] >> 4;
    need(number == 0 || (resolution->wideBits && resolution->highBits));
    resolution->bands = number ? 3 : 1;
    for (i32 i = 0; i < resolution->bands; i++) {
      Band *band = resolution->band + i;
      band->orientation = number ? i + 1 : 0;
      placeBand(band, component, number ? levels + 1 : levels);
      quantise(band, style, number, i, bits);
    }
    cutPrecincts(resolution, number, style);
  }
}

void layOut(Tile *tile) {
  for (i32 i = 0; i < tile->components; i++) layOutComponent(tile->component + i, tile->bits);
}
