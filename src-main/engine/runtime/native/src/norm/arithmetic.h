// Arithmetic of batch normalisation over [rows, channels], and of blur pooling, written once and compiled for several instruction sets (see
// arithmetic.cc).
// Channels come in chunks: a chunk is a dense array of its own, while y and dy hold the chunks side by side in one row.
#pragma once

#include <cstddef>
#include <cstdint>

namespace engine::norm {

// All chunk widths are multiples of it.
constexpr size_t kLane = 16;

// One chunk of a fused row, as raw memory of the element type.
struct Chunk {
  const void* x;      // [rows, width]
  size_t width;
  size_t offset;      // of its first channel within the row
};

struct Arithmetic {
  void (*toFloat)(const void* x, size_t count, float* values);
  // sum[c] += x - shift, square[c] += (x - shift)^2 over the rows.
  void (*moments)(const void* x, size_t rows, size_t width, const float* shift, double* sum, double* square);
  // y = a x + b, then max(0, y) with relu. y points at the first row and has `stride` channels; with `stream` it is aligned to 64 bytes and
  // written past the caches.
  void (*forward)(const Chunk& chunk, size_t rows, const float* a, const float* b, bool relu, bool stream, void* y, size_t stride);
  // With dz = dy where a x + b > 0 (everywhere without relu): sum[c] += dz, product[c] += dz (x - mean).
  void (*reduce)(const Chunk& chunk, size_t rows, const float* a, const float* b, const float* mean, bool relu, const void* dy, size_t stride, double* sum,
                 double* product);
  // dx = a dz - k1 x - k0 + sum; sum may be dx itself, or null.
  void (*backward)(const Chunk& chunk, size_t rows, const float* a, const float* b, const float* k0, const float* k1, bool relu, const void* dy, size_t stride,
                   const void* sum, void* dx);
  // One row of a blurred image [height / 2, width / 2, channels], of the image x [height, width, channels].
  void (*blur)(const void* x, size_t height, size_t width, size_t channels, size_t row, void* y);
  // One row of the gradient with respect to x, of that of the blurred image.
  void (*blurGradient)(const void* dy, size_t height, size_t width, size_t channels, size_t row, void* dx);
  size_t element;  // bytes
};

inline const char* Row(const void* base, size_t row, size_t width, const Arithmetic& arithmetic) {
  return static_cast<const char*>(base) + row * width * arithmetic.element;
}
inline char* Row(void* base, size_t row, size_t width, const Arithmetic& arithmetic) { return static_cast<char*>(base) + row * width * arithmetic.element; }

// For this CPU, or for less of it by XCLASSIFIER_KERNEL_ISA=avx512|avx2; null where it has no vector units that we compile for.
const Arithmetic* ArithmeticFor(bool bf16);

}  // namespace engine::norm
