#include "stl10/augment/augmenter.h"
#ifdef STL10_CUDA
#include <ATen/Functions.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include "stl10/augment/render_cuda.h"
#endif

namespace stl10 {

#ifdef STL10_CUDA

void Augmenter::render_on_gpu(const ImageView& images, const at::Tensor& indices,
                              const ViewKey& key, PixelType type, const at::Tensor& out) const {
  TORCH_CHECK(out.is_cuda(), "views are made on the CPU or on a GPU, not on ", out.device());
  const c10::cuda::CUDAGuard guard(out.device());
  const size_t bytes = render_workspace_bytes(ranges_.size, out.size(0));
  at::Tensor workspace;
  if (bytes > 0) {
    workspace = at::empty({static_cast<int64_t>(bytes / sizeof(float))},
                          at::TensorOptions(at::kFloat).device(out.device()));
  }
  const GpuRenderJob job{.images = images.data,
                         .indices = indices.const_data_ptr<int64_t>(),
                         .count = out.size(0),
                         .type = type,
                         .out = out.data_ptr(),
                         .workspace = bytes > 0 ? workspace.data_ptr<float>() : nullptr};
  C10_CUDA_CHECK(
      render_with_cuda(job, ranges_, seed_, key, c10::cuda::getCurrentCUDAStream().stream()));
}

#else

void Augmenter::render_on_gpu(const ImageView&, const at::Tensor&, const ViewKey&, PixelType,
                              const at::Tensor& out) const {
  TORCH_CHECK(false, "this program was built without CUDA and can't work on ", out.device());
}

#endif

}  // namespace stl10
