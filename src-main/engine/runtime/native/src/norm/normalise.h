// Batch normalisation with ReLU over chunks, on all threads; shapes and meaning as in arithmetic.h.
#pragma once

#include <vector>

#include "arithmetic.h"

namespace engine::norm {

struct Norm {
  std::vector<Chunk> chunks;
  std::vector<const float*> mean;
  std::vector<const float*> variance;  // biased
  const float* scale;
  const float* offset;
  size_t rows;
  size_t channels;  // of all chunks
  float epsilon;
  bool relu;
};

// Biased variance, and the unbiased one that running averages take.
void Moments(const Arithmetic& arithmetic, const void* x, size_t rows, size_t channels, float* mean, float* variance, float* unbiased);

void Forward(const Arithmetic& arithmetic, const Norm& norm, void* y);

// dx[i] of each chunk becomes its gradient, plus sum[i] where that is not null; the two may be the same memory.
void Backward(const Arithmetic& arithmetic, const Norm& norm, const void* dy, const std::vector<const void*>& sum, const std::vector<void*>& dx, float* dscale,
              float* doffset);

}  // namespace engine::norm
