#include "pages.h"

#if defined(__linux__)

#include <sys/mman.h>

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <mutex>
#include <vector>

namespace engine::norm {
namespace {

// Smaller tensors share a page with others anyway.
constexpr size_t kLarge = 4 << 20;

struct Range {
  uintptr_t first, last;
  bool Has(uintptr_t at) const { return at >= first && at < last; }
};

Range MappingOf(uintptr_t at) {
  Range found{at, at + 1};
  std::FILE* maps = std::fopen("/proc/self/maps", "r");
  if (maps == nullptr) return found;
  char line[512];
  while (std::fgets(line, sizeof line, maps) != nullptr) {
    Range range;
    if (std::sscanf(line, "%" SCNxPTR "-%" SCNxPTR, &range.first, &range.last) == 2 && range.Has(at)) {
      found = range;
      break;
    }
  }
  std::fclose(maps);
  return found;
}

}  // namespace

void WantHugePages(const void* data, size_t bytes) {
  static std::mutex mutex;
  static auto* asked = new std::vector<Range>();
  if (bytes < kLarge) return;
  const auto at = reinterpret_cast<uintptr_t>(data) + bytes / 2;
  std::lock_guard<std::mutex> lock(mutex);
  for (const Range& range : *asked) {
    if (range.Has(at)) return;
  }
  const Range range = MappingOf(at);
  asked->push_back(range);
  // Refused where the kernel has none; then all is as it was.
  if (range.last - range.first >= bytes) madvise(reinterpret_cast<void*>(range.first), range.last - range.first, MADV_HUGEPAGE);
}

}  // namespace engine::norm

#else

namespace engine::norm {
void WantHugePages(const void*, size_t) {}
}  // namespace engine::norm

#endif
