#include "normalise.h"

#include <algorithm>
#include <cmath>

#include "workers.h"

namespace engine::norm {
namespace {

// Rows at a time: as much of every chunk as stays in the second-level cache.
constexpr size_t kBlock = 64;

// Bytes of a result that will have left the caches before anything reads it: written past them, it need not be read into them first.
constexpr size_t kLarge = 16 << 20;

size_t Blocks(size_t rows) { return (rows + kBlock - 1) / kBlock; }

// y = a x + b for all channels.
struct Affine {
  std::vector<float> a, b, mean;
  std::vector<double> deviation;  // 1 / sqrt(variance + epsilon)

  explicit Affine(const Norm& norm) : a(norm.channels), b(norm.channels), mean(norm.channels), deviation(norm.channels) {
    for (size_t i = 0; i < norm.chunks.size(); ++i) {
      const auto& chunk = norm.chunks[i];
      for (size_t c = 0; c < chunk.width; ++c) {
        const size_t at = chunk.offset + c;
        mean[at] = norm.mean[i][c];
        deviation[at] = 1 / std::sqrt(static_cast<double>(norm.variance[i][c]) + norm.epsilon);
        a[at] = static_cast<float>(norm.scale[at] * deviation[at]);
        b[at] = static_cast<float>(norm.offset[at] - static_cast<double>(mean[at]) * a[at]);
      }
    }
  }
};

// Calls body(chunk's index, the chunk from that row on, first row, rows) for each block and chunk.
template <typename Body>
void ForBlocks(const Arithmetic& arithmetic, const Norm& norm, size_t firstBlock, size_t lastBlock, Body body) {
  for (size_t block = firstBlock; block < lastBlock; ++block) {
    const size_t row = block * kBlock;
    const size_t rows = std::min(kBlock, norm.rows - row);
    for (size_t i = 0; i < norm.chunks.size(); ++i) {
      const auto& chunk = norm.chunks[i];
      body(i, Chunk{Row(chunk.x, row, chunk.width, arithmetic), chunk.width, chunk.offset}, row, rows);
    }
  }
}

// Sums of two kinds over the rows, by channel: one copy a thread, then added up.
struct Sums {
  size_t channels;
  std::vector<double> values;

  explicit Sums(size_t channels) : channels(channels), values(2 * channels * Workers::Get().threads()) {}
  double* first(size_t part) { return values.data() + 2 * channels * part; }
  double* second(size_t part) { return first(part) + channels; }
  void Reduce() {
    for (size_t i = 2 * channels; i < values.size(); ++i) values[i % (2 * channels)] += values[i];
  }
};

}  // namespace

void Moments(const Arithmetic& arithmetic, const void* x, size_t rows, size_t channels, float* mean, float* variance, float* unbiased) {
  // The first row is near enough to the mean that the squares about it do not cancel.
  std::vector<float> shift(channels);
  arithmetic.toFloat(x, channels, shift.data());
  Sums sums(channels);
  Workers::Get().For(Blocks(rows), [&](size_t first, size_t last, size_t part) {
    const size_t row = first * kBlock;
    arithmetic.moments(Row(x, row, channels, arithmetic), std::min(rows, last * kBlock) - row, channels, shift.data(), sums.first(part), sums.second(part));
  });
  sums.Reduce();
  for (size_t c = 0; c < channels; ++c) {
    const double distance = sums.first(0)[c] / rows;
    const double biased = std::max(0.0, sums.second(0)[c] / rows - distance * distance);
    mean[c] = static_cast<float>(shift[c] + distance);
    variance[c] = static_cast<float>(biased);
    unbiased[c] = static_cast<float>(rows > 1 ? biased * rows / (rows - 1) : biased);
  }
}

void Forward(const Arithmetic& arithmetic, const Norm& norm, void* y) {
  const Affine affine(norm);
  const bool stream = norm.rows * norm.channels * arithmetic.element >= kLarge && reinterpret_cast<uintptr_t>(y) % 64 == 0;
  Workers::Get().For(Blocks(norm.rows), [&](size_t first, size_t last, size_t) {
    ForBlocks(arithmetic, norm, first, last, [&](size_t, const Chunk& chunk, size_t row, size_t rows) {
      arithmetic.forward(chunk, rows, &affine.a[chunk.offset], &affine.b[chunk.offset], norm.relu, stream, Row(y, row, norm.channels, arithmetic), norm.channels);
    });
  });
}

void Backward(const Arithmetic& arithmetic, const Norm& norm, const void* dy, const std::vector<const void*>& sum, const std::vector<void*>& dx, float* dscale,
              float* doffset) {
  const Affine affine(norm);
  Sums sums(norm.channels);
  Workers::Get().For(Blocks(norm.rows), [&](size_t first, size_t last, size_t part) {
    ForBlocks(arithmetic, norm, first, last, [&](size_t, const Chunk& chunk, size_t row, size_t rows) {
      const size_t c = chunk.offset;
      arithmetic.reduce(chunk, rows, &affine.a[c], &affine.b[c], &affine.mean[c], norm.relu, Row(dy, row, norm.channels, arithmetic), norm.channels,
                        sums.first(part) + c, sums.second(part) + c);
    });
  });
  sums.Reduce();

  // dx = a (dz - mean(dz) - (x - mean) mean(dz (x - mean)) / (variance + epsilon)) = a dz - k1 x - k0
  std::vector<float> k0(norm.channels), k1(norm.channels);
  for (size_t c = 0; c < norm.channels; ++c) {
    const double d = affine.deviation[c];
    const double slope = affine.a[c] * d * d * sums.second(0)[c] / norm.rows;
    k1[c] = static_cast<float>(slope);
    k0[c] = static_cast<float>(affine.a[c] * sums.first(0)[c] / norm.rows - static_cast<double>(k1[c]) * affine.mean[c]);
    dscale[c] = static_cast<float>(d * sums.second(0)[c]);
    doffset[c] = static_cast<float>(sums.first(0)[c]);
  }
  Workers::Get().For(Blocks(norm.rows), [&](size_t first, size_t last, size_t) {
    ForBlocks(arithmetic, norm, first, last, [&](size_t i, const Chunk& chunk, size_t row, size_t rows) {
      const size_t c = chunk.offset;
      const void* before = sum[i] ? Row(sum[i], row, chunk.width, arithmetic) : nullptr;
      arithmetic.backward(chunk, rows, &affine.a[c], &affine.b[c], &k0[c], &k1[c], norm.relu, Row(dy, row, norm.channels, arithmetic), norm.channels, before,
                          Row(dx[i], row, chunk.width, arithmetic));
    });
  });
}

}  // namespace engine::norm
