#include "stl10/nn/projection_head.h"

#include <ATen/Functions.h>

#include <string>

namespace stl10 {

ProjectionHeadImpl::ProjectionHeadImpl(const ProjectionOptions& options, int64_t features,
                                       InitStream& init) {
  for (int64_t layer = 1; layer <= options.depth; ++layer) {
    const std::string number = std::to_string(layer);
    const bool last = layer == options.depth;
    const bool norm = last ? options.last_norm : options.batch_norm;
    const int64_t in = layer == 1 ? features : options.hidden;
    const int64_t out = last ? options.outputs : options.hidden;
    layers_.push_back(register_module("dense" + number, Dense(in, out, init, /*has_bias=*/!norm)));
    norms_.push_back(norm ? register_module("norm" + number, BatchNorm(out)) : BatchNorm(nullptr));
  }
}

at::Tensor ProjectionHeadImpl::forward(const at::Tensor& h) {
  at::Tensor z = h;
  for (size_t layer = 0; layer < layers_.size(); ++layer) {
    z = layers_[layer](z);
    if (norms_[layer]) z = norms_[layer](z);
    if (layer + 1 < layers_.size()) z = at::relu(z);
  }
  return z;
}

}  // namespace stl10
