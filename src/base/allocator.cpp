#include "stl10/base/allocator.h"

#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>

namespace stl10 {

void tune_allocator() {
  if (mallopt(M_MMAP_MAX, 0) == 0) return;  // a sanitizer's allocator takes no options
  mallopt(M_TRIM_THRESHOLD, -1);
  mallopt(M_TOP_PAD, 64 << 20);
  // Address space for the whole heap at once, since the system takes advice on what is there only.
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const size_t half_of_memory = static_cast<size_t>(sysconf(_SC_PHYS_PAGES)) / 2 * page;
  void* const heap = std::malloc(half_of_memory);
  if (!heap) return;  // where address space is limited
  const uintptr_t begin = reinterpret_cast<uintptr_t>(heap) / page * page + page;
  ::madvise(reinterpret_cast<void*>(begin), half_of_memory - page, MADV_HUGEPAGE);
  std::free(heap);
}

}  // namespace stl10
