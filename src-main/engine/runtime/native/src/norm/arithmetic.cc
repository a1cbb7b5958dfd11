#include "arithmetic.h"

#include <type_traits>

// The compiler's vectors of GCC and Clang on x86-64; elsewhere TensorFlow's own kernels serve.
#if defined(__GNUC__) && defined(__x86_64__)

namespace engine::norm {
namespace {

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,fma,prefer-vector-width=512")
#endif
namespace avx512 {
#include "arithmetic.inc"
}
#if defined(__clang__)
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif
namespace avx2 {
#include "arithmetic.inc"
}
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

}  // namespace

const Arithmetic* ArithmeticFor(bool bf16) {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
    return &avx512::kTables[bf16];
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return &avx2::kTables[bf16];
  return nullptr;
}

}  // namespace engine::norm

#else

namespace engine::norm {
const Arithmetic* ArithmeticFor(bool) { return nullptr; }
}  // namespace engine::norm

#endif
