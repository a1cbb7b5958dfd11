#include "arithmetic.h"

#include <cstdlib>
#include <cstring>
#include <type_traits>

// The compiler's vectors of GCC and Clang on x86-64; elsewhere TensorFlow's own kernels serve.
#if defined(__GNUC__) && defined(__x86_64__)

#include <immintrin.h>

#if !defined(__clang__)
// GCC 12 warns of its own header, where values are undefined by intent.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

namespace engine::norm {
namespace {

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,fma,prefer-vector-width=512")
#endif
#define ENGINE_AVX512
#define ENGINE_AVX512_BF16
namespace avx512_bf16 {
#include "arithmetic.inc"
}
#undef ENGINE_AVX512_BF16
#if defined(__clang__)
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma"))), apply_to = function)
#else
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,fma,prefer-vector-width=512")
#endif
namespace avx512 {
#include "arithmetic.inc"
}
#undef ENGINE_AVX512
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

bool Has512() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

// The variable lets tests try what other processors get.
const Arithmetic* Choose() {
  __builtin_cpu_init();
  const char* most = std::getenv("XCLASSIFIER_KERNEL_ISA");
  const bool all = most == nullptr || *most == 0;
  if (all && Has512() && __builtin_cpu_supports("avx512bf16")) return avx512_bf16::kTables;
  if ((all || std::strcmp(most, "avx512") == 0) && Has512()) return avx512::kTables;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return avx2::kTables;
  return nullptr;
}

}  // namespace

const Arithmetic* ArithmeticFor(bool bf16) {
  static const Arithmetic* tables = Choose();
  return tables == nullptr ? nullptr : tables + bf16;
}

}  // namespace engine::norm

#else

namespace engine::norm {
const Arithmetic* ArithmeticFor(bool) { return nullptr; }
}  // namespace engine::norm

#endif
