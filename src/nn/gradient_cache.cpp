#include "stl10/nn/gradient_cache.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <string>

#include "stl10/base/error.h"

namespace stl10 {

GradientCache::GradientCache(const ContrastiveNetwork& network, int64_t chunk)
    : network_(network), chunk_(chunk) {
  if (!network->encoder->mixes_images()) return;
  throw ConfigError(
      {"the encoder's batch normalization mixes the images of a step, which a chunk "
       "hasn't all",
       "an encoder without it where --contrastive-chunk is given",
       "--contrastive-chunk " + std::to_string(chunk),
       "give --encoder.batch-norm false (conv4), or leave --contrastive-chunk out"});
}

at::Tensor GradientCache::features(const at::Tensor& x, at::ScalarType type) {
  at::Tensor all;
  {
    const at::NoGradGuard no_grad;
    for (int64_t first = 0; first == 0 || first < x.size(0); first += chunk_) {
      const at::Tensor h = network_->head_features(x.slice(0, first, first + chunk_), type);
      if (!all.defined()) all = at::empty({x.size(0), h.size(1)}, h.options());
      all.slice(0, first, first + chunk_).copy_(h);
    }
  }
  made_.push_back({x, all.requires_grad_(), type});
  return all;
}

void GradientCache::backward() {
  for (const Made& made : made_) {
    const at::Tensor gradient = made.features.grad();
    for (int64_t first = 0; first < made.x.size(0); first += chunk_) {
      network_->head_features(made.x.slice(0, first, first + chunk_), made.type)
          .backward(gradient.slice(0, first, first + chunk_));
    }
  }
  made_.clear();
}

}  // namespace stl10
