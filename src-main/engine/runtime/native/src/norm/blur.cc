#include "blur.h"

#include "workers.h"

namespace engine::norm {

void Blur(const Arithmetic& arithmetic, const void* x, size_t images, size_t height, size_t width, size_t channels, void* y) {
  const size_t rows = height / 2;
  Workers::Get().For(images * rows, [&](size_t first, size_t last, size_t) {
    for (size_t at = first; at < last; ++at) {
      const size_t image = at / rows;
      arithmetic.blur(Row(x, image * height, width * channels, arithmetic), height, width, channels, at % rows,
                      Row(y, image * rows, width / 2 * channels, arithmetic));
    }
  });
}

void BlurGradient(const Arithmetic& arithmetic, const void* dy, size_t images, size_t height, size_t width, size_t channels, void* dx) {
  Workers::Get().For(images * height, [&](size_t first, size_t last, size_t) {
    for (size_t at = first; at < last; ++at) {
      const size_t image = at / height;
      arithmetic.blurGradient(Row(dy, image * (height / 2), width / 2 * channels, arithmetic), height, width, channels, at % height,
                              Row(dx, image * height, width * channels, arithmetic));
    }
  });
}

}  // namespace engine::norm
