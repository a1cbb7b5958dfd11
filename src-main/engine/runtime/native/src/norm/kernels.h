// Ops of our own in TensorFlow: batch normalisation with ReLU whose input is a list of chunks of channels, as the layers of a dense block
// see it. No concatenation is made on the way in and none is cut apart on the way back, statistics of a chunk are computed once for all
// layers, and the gradient of a chunk is summed in place.
//
//   XcMoments      (x: T[..., c]) -> mean, variance (biased), unbiased: float[c]
//   XcNorm         (x: N T[..., ci], mean: N float[ci], variance: N float[ci], scale: float[c], offset: float[c]) -> y: T[..., c]
//   XcNormGrad     (dy: T[..., c], x, mean, variance, scale, offset as above) -> dx: N T[..., ci], dscale, doffset: float[c]
//   XcNormGradAdd  as XcNormGrad with a last input sum: N T[..., ci], which is added to dx
//
// And blur pooling: the binomial filter at stride 2, with the row above and the column to the left mirrored about the edge.
//
//   XcBlur         (x: T[n, h, w, c]) -> y: T[n, h / 2, w / 2, c]
//   XcBlurGrad     (dy: T[n, h / 2, w / 2, c]) -> dx: T[n, h, w, c]
//
// T is float or bfloat16; every ci and c is a multiple of 16; epsilon and relu are attributes. The gradient counts in what the mean and the
// variance depend on x.
#pragma once

#include <cstddef>

namespace engine::norm {

// Registers the ops for the CPU and lets each use that many threads. False where the processor or the loaded library cannot have them;
// registers once, whatever is called later.
bool RegisterKernels(void* (*resolve)(const char* symbol), size_t threads);

}  // namespace engine::norm
