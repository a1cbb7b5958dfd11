// The inner loops of a reduction (rows.ts), for WebAssembly with 128-bit vectors; build.mjs compiles them into module.ts.
#include <stdint.h>
#include <wasm_simd128.h>

#define EXPORT(name) __attribute__((export_name(#name)))

// How often each cell occurs, on top of what was counted before.
EXPORT(count) void count(const uint16_t *cells, int count, uint32_t *histogram) {
  for (int i = 0; i < count; i++) histogram[cells[i]]++;
}

// grey[i] = table[cells[i]]; `count` is rounded up to four.
EXPORT(shade) void shade(const uint16_t *cells, int count, const uint8_t *table, uint8_t *grey) {
  for (int i = 0; i < count; i += 4) {
    uint64_t four = *(const uint64_t *)(cells + i);
    grey[i] = table[four & 0xffff];
    grey[i + 1] = table[four >> 16 & 0xffff];
    grey[i + 2] = table[four >> 32 & 0xffff];
    grey[i + 3] = table[four >> 48];
  }
}

// Each row of `width` greys to `to` weighted sums of 22 fractional bits, rounded. A weight comes as its low 15 bits and the bits above them, in turns of
// eight: 8 low halves, 8 high ones. Sums of low halves may wrap; the whole sum does not, so that it is right modulo 2^32.
EXPORT(reduce) void reduce(const uint8_t *grey, int rows, int width, int to, int turns, const int32_t *starts, const int16_t *weights, uint8_t *out) {
  for (; rows > 0; rows--, grey += width, out += to) {
    const int16_t *weight = weights;
    for (int x = 0; x < to; x++) {
      const uint8_t *from = grey + starts[x];
      v128_t low = wasm_i32x4_const_splat(0), high = low;
      for (int turn = 0; turn < turns; turn++, from += 8, weight += 16) {
        v128_t eight = wasm_u16x8_load8x8(from);
        low = wasm_i32x4_add(low, wasm_i32x4_dot_i16x8(eight, wasm_v128_load(weight)));
        high = wasm_i32x4_add(high, wasm_i32x4_dot_i16x8(eight, wasm_v128_load(weight + 8)));
      }
      v128_t four = wasm_i32x4_add(low, wasm_i32x4_shl(high, 15));
      uint32_t sum = 1u << 21;
      sum += wasm_i32x4_extract_lane(four, 0);
      sum += wasm_i32x4_extract_lane(four, 1);
      sum += wasm_i32x4_extract_lane(four, 2);
      sum += wasm_i32x4_extract_lane(four, 3);
      sum >>= 22;
      out[x] = sum > 255 ? 255 : sum;
    }
  }
}
