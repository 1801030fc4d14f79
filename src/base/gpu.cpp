#include "stl10/base/gpu.h"

#ifdef STL10_CUDA
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAFunctions.h>
#endif

namespace stl10 {

#ifdef STL10_CUDA

std::string cuda_version() { return STL10_CUDA_VERSION; }

int gpu_count() { return c10::cuda::device_count(); }

bool gpu_multiplies_bf16(int index) {
  int major = 0;
  C10_CUDA_CHECK(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, index));
  return major >= 8;
}

int64_t gpu_peak_bytes(int index) {
  using c10::CachingAllocator::StatType;
  const auto stats =
      c10::cuda::CUDACachingAllocator::getDeviceStats(static_cast<c10::DeviceIndex>(index));
  return stats.reserved_bytes[static_cast<size_t>(StatType::AGGREGATE)].peak;
}

void forbid_waiting(bool forbidden) {
  using c10::cuda::SyncDebugMode;
  c10::cuda::warning_state().set_sync_debug_mode(forbidden ? SyncDebugMode::L_ERROR
                                                           : SyncDebugMode::L_DISABLED);
}

#else

std::string cuda_version() { return "none"; }
int gpu_count() { return 0; }
bool gpu_multiplies_bf16(int) { return false; }
int64_t gpu_peak_bytes(int) { return 0; }
void forbid_waiting(bool) {}

#endif

}  // namespace stl10
