#include <cuda_runtime.h>

#include "stl10/augment/render_block.h"
#include "stl10/augment/render_cuda.h"

namespace stl10 {
namespace {

constexpr int kThreads = 1024;
constexpr int kWarp = 32;
constexpr int kWarps = kThreads / kWarp;

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
  BlockSpace picture;
  float warp_sums[kWarps];
};
static_assert(sizeof(KernelSpace) <= 163 * 1024, "more than a block may have on sm_80");

struct WriteFloat {
  float2* out;
  STL10_HD void operator()(int place, float first, float second) const {
    out[place / 2] = make_float2(first, second);
  }
};

struct WriteBfloat16 {
  uint32_t* out;
  STL10_HD void operator()(int place, float first, float second) const {
    out[place / 2] = to_bfloat16_bits(first) | (uint32_t{to_bfloat16_bits(second)} << 16);
  }
};

/// One block renders one image.
__global__ void __launch_bounds__(kThreads, 1)
    render_kernel(GpuRenderJob job, AugmentRanges ranges, uint64_t seed, ViewKey key) {
  extern __shared__ __align__(16) unsigned char shared[];
  auto& space = *reinterpret_cast<KernelSpace*>(shared);
  const CudaBlock block{space.warp_sums};
  const int64_t index = job.indices[blockIdx.x];
  if (threadIdx.x == 0) {  // while the others begin to load the image
    space.picture.image = draw_parameters(ranges, seed, key, static_cast<uint32_t>(index));
  }
  const auto* stored = reinterpret_cast<const uint32_t*>(job.images + index * kImageBytes);
  const int64_t begin = int64_t{blockIdx.x} * kPixels * kChannels;
  if (job.type == PixelType::kFloat32) {
    auto* out = reinterpret_cast<float2*>(static_cast<float*>(job.out) + begin);
    render_block(block, stored, space.picture, WriteFloat{out});
  } else {
    auto* out = reinterpret_cast<uint32_t*>(static_cast<uint16_t*>(job.out) + begin);
    render_block(block, stored, space.picture, WriteBfloat16{out});
  }
}

}  // namespace

cudaError_t render_with_cuda(const GpuRenderJob& job, const AugmentRanges& ranges, uint64_t seed,
                             const ViewKey& key, cudaStream_t stream) {
  if (job.count == 0) return cudaSuccess;
  const cudaError_t error = cudaFuncSetAttribute(
      render_kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, int{sizeof(KernelSpace)});
  if (error != cudaSuccess) return error;
  render_kernel<<<static_cast<unsigned>(job.count), kThreads, sizeof(KernelSpace), stream>>>(
      job, ranges, seed, key);
  return cudaGetLastError();
}

}  // namespace stl10
