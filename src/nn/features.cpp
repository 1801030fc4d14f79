#include "stl10/nn/features.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <vector>

#include "stl10/base/autocast.h"

namespace stl10 {
namespace {

constexpr int64_t kChunk = 128;  // the first map of this many images is larger than most caches

}  // namespace

at::Tensor features_at(Encoder& encoder, const at::Tensor& x, Tap tap, at::ScalarType type) {
  const AutocastGuard autocast(x.device().type(), type);
  const at::ScalarType out = x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  if (encoder->mixes_images() || !x.device().is_cpu()) return encoder(x, tap).to(out);
  std::vector<at::Tensor> chunks;
  for (const at::Tensor& chunk : x.split(kChunk)) {
    chunks.push_back(encoder(chunk, tap).to(out));
  }
  return at::cat(chunks);
}

at::Tensor frozen_features_at(Encoder& encoder, const at::Tensor& x, Tap tap, at::ScalarType type) {
  const at::NoGradGuard no_grad;
  encoder->eval();
  const at::Tensor features = features_at(encoder, x, tap, type);
  encoder->train();
  return features;
}

}  // namespace stl10
