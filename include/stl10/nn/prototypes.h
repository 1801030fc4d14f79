#pragma once

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <cstdint>

#include "stl10/nn/layers.h"

namespace stl10 {

/// One direction for each of K classes that nobody named: the last layer of DINO (Caron et al.
/// 2021, arXiv:2104.14294, appendix C), a dense one with weights normalized to length 1.
class PrototypesImpl : public torch::nn::Module {
 public:
  PrototypesImpl(int64_t dimensions, int64_t classes, InitStream& init);

  /// z (N, dimensions), any floating type → its cosines with all directions, float (N, classes).
  at::Tensor forward(const at::Tensor& z);

  at::Tensor weight;  ///< (classes, dimensions)
};
TORCH_MODULE(Prototypes);

}  // namespace stl10
