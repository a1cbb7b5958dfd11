// Inverse wavelet transform (annex F). A level reads four bands and writes rows side by side; lifting goes by whole vectors.
#include "decoder.h"

typedef i32 Whole __attribute__((vector_size(16)));
typedef float Real __attribute__((vector_size(16)));
typedef Whole WholeAt __attribute__((aligned(4)));
typedef Real RealAt __attribute__((aligned(4)));

#define LOAD(at) (*(const WholeAt *)(at))
#define LOADF(at) (*(const RealAt *)(at))

static i32 *even, *odd; // one row, split; each with four samples before and eight behind it

// target[i] -= (a[i] + b[i] + 2) >> 2, and target[i] += (a[i] + b[i]) >> 1 (F-5, F-6).
static void lower53(i32 *target, const i32 *a, const i32 *b, i32 count) {
  for (i32 i = 0; i < count; i += 4) *(WholeAt *)(target + i) = LOAD(target + i) - ((LOAD(a + i) + LOAD(b + i) + 2) >> 2);
}
static void raise53(i32 *target, const i32 *a, const i32 *b, i32 count) {
  for (i32 i = 0; i < count; i += 4) *(WholeAt *)(target + i) = LOAD(target + i) + ((LOAD(a + i) + LOAD(b + i)) >> 1);
}
// target[i] -= factor (a[i] + b[i]) (F-7).
static void lift97(float *target, const float *a, const float *b, float factor, i32 count) {
  for (i32 i = 0; i < count; i += 4) *(RealAt *)(target + i) = LOADF(target + i) - (LOADF(a + i) + LOADF(b + i)) * factor;
}
static void scale97(float *target, float factor, i32 count) {
  for (i32 i = 0; i < count; i += 4) *(RealAt *)(target + i) = LOADF(target + i) * factor;
}

// Table F.4. One over K as OpenJPEG rounds it, 3 in 100,000 too small, so that lossy films are the same by either decoder.
static const float ALPHA = -1.586134342f, BETA = -.052980118f, GAMMA = .882911075f, DELTA = .443506852f, K = 1.230174105f, PER_K = 1.625732422f / 2;

// Beyond its ends a row goes on as in a mirror (F.3.7), which for each step is its outermost sample again.
static void extend(i32 *row, i32 count) {
  row[-1] = row[0];
  row[count] = row[count - 1];
}

static void row53(i32 lows, i32 highs, i32 late) {
  extend(odd, highs);
  lower53(even, odd + late - 1, odd + late, lows);
  extend(even, lows);
  raise53(odd, even - late, even - late + 1, highs);
}

static void row97(i32 lows, i32 highs, i32 late) {
  float *e = (float *)even, *o = (float *)odd;
  scale97(e, K, lows);
  scale97(o, PER_K, highs);
  for (i32 step = 0; step < 2; step++) {
    extend(odd, highs);
    lift97(e, o + late - 1, o + late, step ? BETA : DELTA, lows);
    extend(even, lows);
    lift97(o, e - late, e - late + 1, step ? ALPHA : GAMMA, highs);
  }
}

static void copy(i32 *to, const i32 *from, i32 count) {
  for (i32 i = 0; i < count; i += 4) *(WholeAt *)(to + i) = LOAD(from + i);
}

// A row out of its low and high half; `late` where its first sample has an odd place, so that the high half comes first.
static void synthesiseRow(const i32 *low, const i32 *high, i32 *to, i32 count, i32 late, i32 reversible) {
  if (count == 1) {
    if (!late) to[0] = low[0];
    else if (reversible) to[0] = high[0] / 2;
    else ((float *)to)[0] = ((const float *)high)[0] * .5f;
    return;
  }
  i32 lows = (count + 1 - late) >> 1, highs = count - lows;
  copy(even, low, lows);
  copy(odd, high, highs);
  if (reversible) row53(lows, highs, late);
  else row97(lows, highs, late);
  const i32 *first = late ? odd : even, *second = late ? even : odd;
  i32 i = 0;
  for (; 2 * i + 8 <= count; i += 4) {
    Whole a = LOAD(first + i), b = LOAD(second + i);
    *(WholeAt *)(to + 2 * i) = __builtin_shufflevector(a, b, 0, 4, 1, 5);
    *(WholeAt *)(to + 2 * i + 4) = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  }
  for (; 2 * i < count; i++) {
    to[2 * i] = first[i];
    if (2 * i + 1 < count) to[2 * i + 1] = second[i];
  }
}

typedef struct {
  i32 *samples;
  i32 stride, width, height, late, lows, highs;
} Rows;

static i32 *lowRow(const Rows *rows, i32 i) { return rows->samples + (2 * most(0, least(i, rows->lows - 1)) + rows->late) * rows->stride; }
static i32 *highRow(const Rows *rows, i32 i) { return rows->samples + (2 * most(0, least(i, rows->highs - 1)) + 1 - rows->late) * rows->stride; }

static void columns97(const Rows *rows) {
  for (i32 i = 0; i < rows->lows; i++) scale97((float *)lowRow(rows, i), K, rows->width);
  for (i32 i = 0; i < rows->highs; i++) scale97((float *)highRow(rows, i), PER_K, rows->width);
  for (i32 step = 0; step < 2; step++) {
    for (i32 i = 0; i < rows->lows; i++) lift97((float *)lowRow(rows, i), (float *)highRow(rows, i + rows->late - 1), (float *)highRow(rows, i + rows->late), step ? BETA : DELTA, rows->width);
    for (i32 i = 0; i < rows->highs; i++) lift97((float *)highRow(rows, i), (float *)lowRow(rows, i - rows->late), (float *)lowRow(rows, i - rows->late + 1), step ? ALPHA : GAMMA, rows->width);
  }
}

// One level (F.3.2): rows first, each straight to its place; columns follow behind, as soon as the rows they need are there.
static void level(const Resolution *resolution, const i32 *low, i32 lowStride, i32 *to, i32 stride, i32 reversible) {
  const Band *hl = resolution->band, *lh = resolution->band + 1, *hh = resolution->band + 2;
  Rows rows = {to, stride, resolution->x1 - resolution->x0, resolution->y1 - resolution->y0, resolution->y0 & 1, 0, 0};
  rows.lows = (rows.height + 1 - rows.late) >> 1, rows.highs = rows.height - rows.lows;
  i32 late = resolution->x0 & 1;
  for (i32 i = 0; i <= most(rows.lows, rows.highs); i++) {
    if (i < rows.lows) synthesiseRow(low + i * lowStride, hl->samples + i * hl->stride, lowRow(&rows, i), rows.width, late, reversible);
    if (i < rows.highs) synthesiseRow(lh->samples + i * lh->stride, hh->samples + i * hh->stride, highRow(&rows, i), rows.width, late, reversible);
    if (!reversible || rows.height == 1) continue;
    i32 e = i - rows.late, o = i - 1;
    if (e >= 0 && e < rows.lows) lower53(lowRow(&rows, e), highRow(&rows, e + rows.late - 1), highRow(&rows, e + rows.late), rows.width);
    if (o >= 0 && o < rows.highs) raise53(highRow(&rows, o), lowRow(&rows, o - rows.late), lowRow(&rows, o - rows.late + 1), rows.width);
  }
  if (rows.height == 1) {
    for (i32 x = 0; rows.late && x < rows.width; x++) {
      if (reversible) to[x] /= 2;
      else ((float *)to)[x] *= .5f;
    }
  } else if (!reversible) columns97(&rows);
}

void synthesise(Component *component) {
  const Style *style = &component->style;
  Band *lowest = component->resolutions[0].band;
  i32 *samples = lowest->samples, stride = lowest->stride;
  even = (i32 *)take((u32)(component->x1 - component->x0) / 2 + 24, 4) + 4;
  odd = (i32 *)take((u32)(component->x1 - component->x0) / 2 + 24, 4) + 4;
  for (i32 number = 1; number <= style->levels; number++) {
    const Resolution *resolution = component->resolutions + number;
    i32 width = resolution->x1 - resolution->x0, height = resolution->y1 - resolution->y0, wide = (width + 3) & ~3;
    i32 *to = take((u32)(wide * height + 4), 4);
    if (width > 0 && height > 0) level(resolution, samples, stride, to, wide, style->reversible);
    samples = to, stride = wide;
  }
  component->samples = samples, component->stride = stride;
}
