#include "stl10/augment/augmenter.h"
#ifdef STL10_CUDA
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
  const GpuRenderJob job{images.data, indices.const_data_ptr<int64_t>(), out.size(0), type,
                         out.data_ptr()};
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
