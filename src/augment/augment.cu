#include <cuda_runtime.h>

#include "stl10/augment/render_block.h"
#include "stl10/augment/render_cuda.h"

namespace stl10 {
namespace {

constexpr int kThreads = 1024;
constexpr int kWarp = 32;
constexpr int kWarps = kThreads / kWarp;
constexpr int64_t kWorkspaceBlocks = 512;  // that work at once outside of shared memory

/// The threads of a CUDA block, as `render_block` wants them. The host's halves are never run.
struct CudaBlock {
  float* warp_sums;  ///< shared: one for every warp

  template <class Function>
  STL10_HD void each(int count, const Function& f) const {
#ifdef __CUDA_ARCH__
    for (int i = static_cast<int>(threadIdx.x); i < count; i += kThreads) f(i);
    __syncthreads();
#endif
  }

  template <class Function>
  STL10_HD float sum(int count, const Function& f) const {
    float total = 0;
#ifdef __CUDA_ARCH__
    float part = 0;
    for (int i = static_cast<int>(threadIdx.x); i < count; i += kThreads) part += f(i);
    for (int step = kWarp / 2; step > 0; step /= 2) {
      part += __shfl_xor_sync(0xFFFFFFFFu, part, step);
    }
    if (threadIdx.x % kWarp == 0) warp_sums[threadIdx.x / kWarp] = part;
    __syncthreads();
    for (int i = 0; i < kWarps; ++i) total += warp_sums[i];
    __syncthreads();
#endif
    return total;
  }
};

struct KernelSpace {
  BlockSpace block;
  float warp_sums[kWarps];
};

/// Bytes of a picture of this side.
constexpr size_t picture_bytes(int side) {
  return BlockPicture<AnySide>::total_values(side) * sizeof(float);
}
constexpr size_t kMostShared = 163 * 1024;  // that a block may have on sm_80
static_assert(sizeof(KernelSpace) + picture_bytes(kSide) <= kMostShared);
static_assert(sizeof(KernelSpace) % 16 == 0, "the picture follows it");

struct WriteFloat {
  float* out;
  STL10_HD void operator()(int place, float value) const { out[place] = value; }
  STL10_HD void operator()(int place, float first, float second) const {
    reinterpret_cast<float2*>(out)[place / 2] = make_float2(first, second);
  }
};

struct WriteBfloat16 {
  uint16_t* out;
  STL10_HD void operator()(int place, float value) const { out[place] = to_bfloat16_bits(value); }
  STL10_HD void operator()(int place, float first, float second) const {
    reinterpret_cast<uint32_t*>(out)[place / 2] =
        to_bfloat16_bits(first) | (uint32_t{to_bfloat16_bits(second)} << 16);
  }
};

/// Each block renders one image after the other, in shared memory or, where the views don't fit
/// there, in its own part of `workspace`.
template <class Side, bool in_shared>
__global__ void __launch_bounds__(kThreads, 1)
    render_kernel(GpuRenderJob job, AugmentRanges ranges, uint64_t seed, ViewKey key, Side side) {
  extern __shared__ __align__(16) unsigned char shared[];
  auto& space = *reinterpret_cast<KernelSpace*>(shared);
  const CudaBlock block{space.warp_sums};
  const int64_t view_values = int64_t{side()} * side() * kChannels;
  const BlockPicture<Side> picture{
      side, in_shared
                ? reinterpret_cast<float*>(shared + sizeof(KernelSpace))
                : job.workspace + int64_t{blockIdx.x} * BlockPicture<Side>::total_values(side())};
  for (int64_t i = blockIdx.x; i < job.count; i += gridDim.x) {
    const int64_t index = job.indices[i];
    if (threadIdx.x == 0) {  // while the others begin to load the image
      space.block.image = draw_parameters(ranges, seed, key, static_cast<uint32_t>(index));
    }
    const auto* stored = reinterpret_cast<const uint32_t*>(job.images + index * kImageBytes);
    if (job.type == PixelType::kFloat32) {
      render_block(block, stored, space.block, picture,
                   WriteFloat{static_cast<float*>(job.out) + i * view_values});
    } else {
      render_block(block, stored, space.block, picture,
                   WriteBfloat16{static_cast<uint16_t*>(job.out) + i * view_values});
    }
  }
}

template <class Side, bool in_shared>
cudaError_t launch(const GpuRenderJob& job, const AugmentRanges& ranges, uint64_t seed,
                   const ViewKey& key, cudaStream_t stream, Side side) {
  const size_t bytes = sizeof(KernelSpace) + (in_shared ? picture_bytes(side()) : 0);
  const cudaError_t error =
      cudaFuncSetAttribute(render_kernel<Side, in_shared>,
                           cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(bytes));
  if (error != cudaSuccess) return error;
  const int64_t blocks = in_shared || job.count < kWorkspaceBlocks ? job.count : kWorkspaceBlocks;
  render_kernel<Side, in_shared>
      <<<static_cast<unsigned>(blocks), kThreads, bytes, stream>>>(job, ranges, seed, key, side);
  return cudaGetLastError();
}

}  // namespace

size_t render_workspace_bytes(int size, int64_t count) {
  if (sizeof(KernelSpace) + picture_bytes(size) <= kMostShared) return 0;
  const int64_t blocks = count < kWorkspaceBlocks ? count : kWorkspaceBlocks;
  return static_cast<size_t>(blocks) * picture_bytes(size);
}

cudaError_t render_with_cuda(const GpuRenderJob& job, const AugmentRanges& ranges, uint64_t seed,
                             const ViewKey& key, cudaStream_t stream) {
  if (job.count == 0) return cudaSuccess;
  if (ranges.size == kSide) {
    return launch<StoredSide, true>(job, ranges, seed, key, stream, StoredSide{});
  }
  const AnySide side{ranges.size};
  if (job.workspace == nullptr) {
    return launch<AnySide, true>(job, ranges, seed, key, stream, side);
  }
  return launch<AnySide, false>(job, ranges, seed, key, stream, side);
}

}  // namespace stl10
