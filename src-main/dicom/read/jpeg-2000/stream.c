// The codestream (annex A): main header, tile-parts, and the samples of all tiles put together.
#include "decoder.h"

#define EXPORT(name) __attribute__((export_name(#name)))

void fillTables(void);

enum { MOST_COMPONENTS = 3, MOST_PARTS = 65536 };

// What the caller reads (decode.ts).
typedef struct { u32 columns, rows, components, bits, samples; } Picture;

typedef struct { i32 tile; const u8 *from, *end; } Part;

typedef struct {
  i32 x0, y0, x1, y1, tileX, tileY, tileWide, tileHigh, components, bits, isSigned;
  i32 order, layers, transform, sop, eph;
  Style style[MOST_COMPONENTS];
  i32 ownCoding[MOST_COMPONENTS], ownSteps[MOST_COMPONENTS];
} Header;

static Header header;
static Picture picture;
static const u8 *at, *end;

static u32 read(i32 bytes) {
  need(end - at >= bytes);
  u32 value = 0;
  while (bytes-- > 0) value = value << 8 | *at++;
  return value;
}
// A place on the reference grid; films are far smaller than half of it.
static i32 place(void) {
  u32 value = read(4);
  need(value < 1u << 30);
  return (i32)value;
}

static void readSize(void) {
  need(!(read(2) & 0xc000));
  header.x1 = place(), header.y1 = place(), header.x0 = place(), header.y0 = place();
  header.tileWide = (i32)read(4), header.tileHigh = (i32)read(4);
  header.tileX = place(), header.tileY = place();
  header.components = (i32)read(2);
  need(header.components >= 1 && header.components <= MOST_COMPONENTS && header.x0 < header.x1 && header.y0 < header.y1);
  need(header.tileWide > 0 && header.tileHigh > 0 && header.tileX <= header.x0 && header.tileY <= header.y0);
  need((i64)header.tileX + header.tileWide > header.x0 && (i64)header.tileY + header.tileHigh > header.y0);
  for (i32 i = 0; i < header.components; i++) {
    u32 depth = read(1);
    if (i == 0) header.bits = (i32)(depth & 127) + 1, header.isSigned = depth >> 7;
    need((i32)(depth & 127) + 1 == header.bits && (i32)(depth >> 7) == header.isSigned && header.bits <= 16);
    need(read(1) == 1 && read(1) == 1);
  }
}

// SPcod (table A.15).
static void readCoding(Style *style, i32 ownPrecincts) {
  style->levels = (i32)read(1);
  style->blockWide = (i32)read(1) + 2, style->blockHigh = (i32)read(1) + 2;
  need(style->levels <= 32 && style->blockWide <= 6 && style->blockHigh <= 6);
  need(read(1) == 0);
  u32 kind = read(1);
  need(kind <= 1);
  style->reversible = kind == 1;
  for (i32 i = 0; i <= style->levels; i++) style->precincts[i] = ownPrecincts ? (u8)read(1) : 0xff;
}

static void readSteps(Style *style, const u8 *until) {
  u32 kind = read(1);
  style->quantisation = kind & 31, style->guards = (i32)(kind >> 5);
  need(style->quantisation <= 2);
  i32 wide = style->quantisation ? 2 : 1;
  for (style->stepCount = 0; until - at >= wide && style->stepCount < 97; style->stepCount++) style->steps[style->stepCount] = (u16)(wide == 2 ? read(2) : read(1) >> 3 << 11);
  need(style->stepCount > 0);
}

static void copyCoding(Style *to, const Style *from) {
  Style kept = *to;
  *to = *from;
  to->quantisation = kept.quantisation, to->guards = kept.guards, to->stepCount = kept.stepCount;
  __builtin_memcpy(to->steps, kept.steps, sizeof kept.steps);
}
static void copySteps(Style *to, const Style *from) {
  to->quantisation = from->quantisation, to->guards = from->guards, to->stepCount = from->stepCount;
  __builtin_memcpy(to->steps, from->steps, sizeof from->steps);
}

static void readDefaults(u32 marker, const u8 *until) {
  Style style;
  __builtin_memset(&style, 0, sizeof style);
  if (marker == 0xff52) {
    u32 flags = read(1);
    header.sop = flags >> 1 & 1, header.eph = flags >> 2 & 1;
    header.order = (i32)read(1), header.layers = (i32)read(2), header.transform = (i32)read(1);
    need(flags < 8 && header.layers > 0 && header.transform <= 1);
    readCoding(&style, flags & 1);
    for (i32 i = 0; i < header.components; i++) if (!header.ownCoding[i]) copyCoding(header.style + i, &style);
  } else {
    readSteps(&style, until);
    for (i32 i = 0; i < header.components; i++) if (!header.ownSteps[i]) copySteps(header.style + i, &style);
  }
}

static void readOwn(u32 marker, const u8 *until) {
  i32 component = (i32)read(1);
  need(component < header.components);
  if (marker == 0xff53) {
    header.ownCoding[component] = 1;
    readCoding(header.style + component, (i32)read(1) & 1);
  } else {
    header.ownSteps[component] = 1;
    readSteps(header.style + component, until);
  }
}

static void readHeader(void) {
  __builtin_memset(&header, 0, sizeof header);
  need(read(2) == 0xff4f);
  i32 seen = 0;
  for (;;) {
    u32 marker = read(2);
    if (marker == 0xff90) break;
    u32 length = read(2);
    need(length >= 2 && (i64)length - 2 <= end - at);
    const u8 *until = at + length - 2;
    need(seen & 1 || marker == 0xff51);
    if (marker == 0xff51) readSize(), seen |= 1;
    else if (marker == 0xff52) readDefaults(marker, until), seen |= 2;
    else if (marker == 0xff5c) readDefaults(marker, until), seen |= 4;
    else if (marker == 0xff53 || marker == 0xff5d) readOwn(marker, until);
    // COM, TLM and PLM tell nothing that is needed. POC, PPM, RGN and the like change what follows.
    else need(marker == 0xff64 || marker == 0xff55 || marker == 0xff57);
    need(at <= until);
    at = until;
  }
  need(seen == 7);
  for (i32 i = 0; i < header.components; i++) need(header.style[i].reversible || header.style[i].quantisation);
  for (i32 i = 0; i < header.components; i++) need(!header.style[i].reversible || !header.style[i].quantisation);
}

// A tile-part, from behind its SOT marker on (A.4.2).
static Part readPart(void) {
  const u8 *start = at - 2;
  need(read(2) == 10);
  Part part = {(i32)read(2), 0, 0};
  u32 length = read(4);
  read(2);
  need(length <= (u32)(end - start));
  for (;;) {
    u32 marker = read(2);
    if (marker == 0xff93) break;
    need(marker == 0xff64 || marker == 0xff58);
    u32 skipped = read(2);
    need(skipped >= 2 && (i64)skipped - 2 <= end - at);
    at += skipped - 2;
  }
  part.from = at;
  // A length of zero: up to the end of the codestream, which has a marker of its own.
  part.end = length ? start + length : end - 2;
  need(part.end >= part.from);
  at = part.end;
  return part;
}

// Rounded to even, as OpenJPEG does; far beyond 16 bits it matters no more.
static i32 whole(float value) { return (i32)__builtin_rintf(value < -1e6f ? -1e6f : value > 1e6f ? 1e6f : value); }

// The component transforms of annex G.
static void mixReversible(i32 *luma, i32 *u, i32 *v, i32 width) {
  for (i32 x = 0; x < width; x++) {
    i32 green = luma[x] - ((u[x] + v[x]) >> 2), red = v[x] + green, blue = u[x] + green;
    luma[x] = red, u[x] = green, v[x] = blue;
  }
}
static void mixIrreversible(float *luma, float *u, float *v, i32 width) {
  for (i32 x = 0; x < width; x++) {
    float red = luma[x] + 1.402f * v[x], green = luma[x] - .344136f * u[x] - .714136f * v[x], blue = luma[x] + 1.772f * u[x];
    luma[x] = red, u[x] = green, v[x] = blue;
  }
}

// One row of a component, back at its level (G.1.2), cut to its bits, to every `count`th sample.
static void writeRow(const i32 *from, i32 width, i32 count, u8 *bytes, u16 *words) {
  i32 low = header.isSigned ? -(1 << (header.bits - 1)) : 0, high = low + (1 << header.bits) - 1, shift = header.isSigned ? 0 : 1 << (header.bits - 1);
  if (header.bits > 8) for (i32 x = 0; x < width; x++) words[x * count] = (u16)most(low, least(high, from[x] + shift));
  else for (i32 x = 0; x < width; x++) bytes[x * count] = (u8)most(low, least(high, from[x] + shift));
}

static void writeTile(const Tile *tile) {
  i32 count = tile->components, width = tile->x1 - tile->x0, reversible = tile->component[0].style.reversible;
  need(!tile->transform || (count >= 3 && tile->component[1].style.reversible == reversible && tile->component[2].style.reversible == reversible));
  for (i32 y = 0; y < tile->y1 - tile->y0; y++) {
    u32 first = ((u32)(tile->y0 - header.y0 + y) * picture.columns + (u32)(tile->x0 - header.x0)) * (u32)count;
    i32 *row[MOST_COMPONENTS];
    for (i32 c = 0; c < count; c++) row[c] = tile->component[c].samples + y * tile->component[c].stride;
    if (tile->transform && reversible) mixReversible(row[0], row[1], row[2], width);
    else if (tile->transform) mixIrreversible((float *)row[0], (float *)row[1], (float *)row[2], width);
    for (i32 c = 0; c < count; c++) {
      if (!tile->component[c].style.reversible) for (i32 x = 0; x < width; x++) row[c][x] = whole(((float *)row[c])[x]);
      writeRow(row[c], width, count, (u8 *)picture.samples + first + c, (u16 *)picture.samples + first + c);
    }
  }
}

// The bytes of all parts of a tile, one behind the other.
static void joinParts(i32 number, const Part *parts, i32 count, const u8 **from, const u8 **last) {
  u32 length = 0;
  i32 found = 0;
  for (i32 i = 0; i < count; i++) if (parts[i].tile == number) *from = parts[i].from, *last = parts[i].end, length += (u32)(*last - *from), found++;
  need(found);
  if (found == 1) return;
  u8 *joined = take(length, 1);
  *from = joined, *last = joined + length;
  for (i32 i = 0; i < count; i++) {
    if (parts[i].tile != number) continue;
    u32 bytes = (u32)(parts[i].end - parts[i].from);
    __builtin_memcpy(joined, parts[i].from, bytes);
    joined += bytes;
  }
}

static void decodeCells(const Cells *cells, const Band *band, i32 reversible) {
  for (i32 i = 0; i < cells->across * cells->down; i++) if (cells->blocks[i].passes) decodeBlock(cells->blocks + i, band, reversible);
}

static void decodeComponent(Component *component) {
  for (i32 r = 0; r <= component->style.levels; r++) {
    Resolution *resolution = component->resolutions + r;
    for (i32 b = 0; b < resolution->bands; b++) {
      Band *band = resolution->band + b;
      // Blocks that no packet brought are zero.
      band->samples = takeZeroed((u32)(band->stride * (band->y1 - band->y0) + 4), 4);
      for (i32 k = 0; k < resolution->across * resolution->down; k++) decodeCells(resolution->precincts[k].cells + b, band, component->style.reversible);
    }
  }
  synthesise(component);
}

static i32 tilesAcross(void) { return (i32)(((i64)header.x1 - header.tileX + header.tileWide - 1) / header.tileWide); }

static void decodeTile(i32 number, const Part *parts, i32 count) {
  u32 before = mark();
  i32 across = tilesAcross();
  i64 x = header.tileX + (i64)(number % across) * header.tileWide, y = header.tileY + (i64)(number / across) * header.tileHigh;
  Tile tile = {0};
  tile.x0 = (i32)(x > header.x0 ? x : header.x0), tile.y0 = (i32)(y > header.y0 ? y : header.y0);
  tile.x1 = (i32)(x + header.tileWide < header.x1 ? x + header.tileWide : header.x1), tile.y1 = (i32)(y + header.tileHigh < header.y1 ? y + header.tileHigh : header.y1);
  tile.order = header.order, tile.layers = header.layers, tile.transform = header.transform, tile.sop = header.sop, tile.eph = header.eph;
  tile.components = header.components, tile.bits = header.bits;
  tile.component = takeZeroed((u32)tile.components, sizeof(Component));
  for (i32 c = 0; c < tile.components; c++) {
    Component *component = tile.component + c;
    component->x0 = tile.x0, component->y0 = tile.y0, component->x1 = tile.x1, component->y1 = tile.y1;
    component->style = header.style[c];
  }
  layOut(&tile);
  const u8 *from = 0, *last = 0;
  joinParts(number, parts, count, &from, &last);
  readPackets(&tile, from, last);
  for (i32 c = 0; c < tile.components; c++) decodeComponent(tile.component + c);
  writeTile(&tile);
  release(before);
}

static u32 base;

// Where the caller puts a codestream of so many bytes; everything else may take `limit` bytes.
EXPORT(room) u8 *room(u32 length, double limit) {
  if (!base) fillTables(), base = mark();
  release(base);
  limitTo((u64)limit);
  return take(length, 1);
}

EXPORT(decode) Picture *decode(const u8 *stream, u32 length) {
  at = stream, end = stream + length;
  readHeader();
  picture = (Picture){(u32)(header.x1 - header.x0), (u32)(header.y1 - header.y0), (u32)header.components, (u32)header.bits, 0};
  u64 bytes = (u64)picture.columns * picture.rows * picture.components * (header.bits > 8 ? 2 : 1);
  need(bytes < 1u << 31);
  picture.samples = (u32)take((u32)bytes, 1);
  i32 across = tilesAcross();
  i64 down = ((i64)header.y1 - header.tileY + header.tileHigh - 1) / header.tileHigh;
  need(across * down <= MOST_PARTS);
  Part *parts = take(MOST_PARTS, sizeof(Part));
  i32 count = 0;
  u32 marker = 0xff90;
  for (; marker == 0xff90; marker = read(2)) {
    need(count < MOST_PARTS);
    parts[count++] = readPart();
  }
  need(marker == 0xffd9);
  for (i32 i = 0; i < across * (i32)down; i++) decodeTile(i, parts, count);
  return &picture;
}
