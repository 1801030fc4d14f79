#include "stl10/nn/momentum_network.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "stl10/nn/features.h"

namespace stl10 {

MomentumNetworkImpl::MomentumNetworkImpl(const EncoderOptions& encoder,
                                         const ProjectionOptions& projection,
                                         const ContrastiveNetwork& online)
    : tap_(online->head_tap()) {
  InitStream init;  // what it draws is replaced below
  encoder_ = register_module("encoder", make_encoder(encoder, init, tap_));
  projection_ =
      register_module("projection", ProjectionHead(projection, encoder_->features(tap_), init));
  const at::NoGradGuard no_grad;
  const auto weights = online->named_parameters(), buffers = online->named_buffers();
  if (!weights.is_empty()) to(weights.begin()->value().device());
  for (auto& item : named_parameters()) {
    item.value().copy_(weights[item.key()]);
    item.value().requires_grad_(false);
  }
  for (auto& item : named_buffers()) item.value().copy_(buffers[item.key()]);
}

at::Tensor MomentumNetworkImpl::embed(const at::Tensor& x, at::ScalarType type) {
  const at::NoGradGuard no_grad;
  return projection_(features_at(encoder_, x, tap_, type));
}

void MomentumNetworkImpl::follow(const ContrastiveNetwork& online, double momentum) {
  const at::NoGradGuard no_grad;
  const auto weights = online->named_parameters();
  std::vector<at::Tensor> own, theirs;
  for (auto& item : named_parameters()) {
    own.push_back(item.value());
    theirs.push_back(weights[item.key()]);
  }
  at::_foreach_lerp_(own, theirs, 1 - momentum);
}

double momentum_at(double base, int64_t step, int64_t total) {
  if (total <= 0) return base;
  const double done = static_cast<double>(step) / static_cast<double>(total);
  return 1 - (1 - base) * (std::cos(std::numbers::pi * done) + 1) / 2;
}

}  // namespace stl10
