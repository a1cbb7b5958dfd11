// Huge pages for the memory of large tensors: a step goes through gigabytes, and each 4 KiB page of them costs the processor a look-up of its
// own, which in a virtual machine is two.
#pragma once

#include <cstddef>

namespace engine::norm {

// Asks the kernel for huge pages in the mapping of memory that a large tensor of `bytes` lies in. Each mapping is asked for once, most often
// before it is touched: TensorFlow takes memory in regions of up to gigabytes and keeps them. Without effect where there is no such thing.
void WantHugePages(const void* data, size_t bytes);

}  // namespace engine::norm
