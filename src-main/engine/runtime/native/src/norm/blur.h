// Blur pooling, on all threads: the binomial filter at stride 2, the row above and the column to the left mirrored about the edge (Zhang 2019).
#pragma once

#include "arithmetic.h"

namespace engine::norm {

// Half the side of each image [height, width, channels], both even. The result is [images, height / 2, width / 2, channels].
void Blur(const Arithmetic& arithmetic, const void* x, size_t images, size_t height, size_t width, size_t channels, void* y);
void BlurGradient(const Arithmetic& arithmetic, const void* dy, size_t images, size_t height, size_t width, size_t channels, void* dx);

}  // namespace engine::norm
