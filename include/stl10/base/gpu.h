#pragma once

#include <cstdint>
#include <string>

namespace stl10 {

/// What is asked of CUDA itself. A program built without it has the same functions, which then say
/// so: nothing else in the code depends on how it was built.

/// The version of CUDA that the program was built with, as "13.0"; "none" without.
std::string cuda_version();

/// The GPUs that this process may use; 0 without CUDA or without a driver.
int gpu_count();

/// Whether the GPU multiplies bf16 matrices: sm_80 or newer. @param index below gpu_count().
bool gpu_multiplies_bf16(int index);

/// The most bytes of the GPU's memory that LibTorch has held for this process.
int64_t gpu_peak_bytes(int index);

/// Lets LibTorch throw c10::Error where this process would wait for a GPU (or copy from or to
/// memory that is not pinned, which waits as well), or no more. Without a GPU it does nothing.
void forbid_waiting(bool forbidden);

/// Waiting is forbidden while it lives.
class NoWaitGuard {
 public:
  NoWaitGuard() { forbid_waiting(true); }
  ~NoWaitGuard() { forbid_waiting(false); }
  NoWaitGuard(const NoWaitGuard&) = delete;
  NoWaitGuard& operator=(const NoWaitGuard&) = delete;
};

}  // namespace stl10
