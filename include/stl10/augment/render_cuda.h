#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>

#include "stl10/augment/parameters.h"

namespace stl10 {

/// What `render_with_cuda` is given; all pointers are to device memory.
struct GpuRenderJob {
  const uint8_t* images = nullptr;   ///< stored images, 4-byte aligned
  const int64_t* indices = nullptr;  ///< which of them, `count` of them
  int64_t count = 0;
  PixelType type = PixelType::kFloat32;
  void* out = nullptr;         ///< (count, row, column, channel) of `type`, 8-byte aligned
  float* workspace = nullptr;  ///< `render_workspace_bytes`; null where that is 0
};

/// Device memory that rendering needs beside its output; none up to views of 96 pixels or so, which
/// are made in shared memory.
size_t render_workspace_bytes(int size, int64_t count);

/// Draws and renders `job.count` images on `stream` and returns without waiting. Indices must be in
/// range: they are not checked. The first error of the launch is returned.
cudaError_t render_with_cuda(const GpuRenderJob& job, const AugmentRanges& ranges, uint64_t seed,
                             const ViewKey& key, cudaStream_t stream);

}  // namespace stl10
