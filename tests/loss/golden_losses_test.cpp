#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <functional>

#include "loss/pair_losses.h"
#include "stl10/loss/class_distributions.h"
#include "stl10/loss/decoupled_contrastive.h"
#include "stl10/loss/info_nce.h"
#include "stl10/loss/negative_cosine.h"
#include "stl10/loss/redundancy_reduction.h"

namespace stl10 {
namespace {

using PairLoss = std::function<at::Tensor(const at::Tensor&, const at::Tensor&)>;

at::Tensor distilled(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor center = testing::wave(a.size(1), 0.7, 2.5);
  const DistillationTemperatures tau{.student = 0.5, .teacher = 0.2};
  return (self_distillation(a, b, center, tau) + self_distillation(b, a, center, tau)) / 2;
}

at::Tensor asked(const at::Tensor& a, const at::Tensor& b) {
  return info_nce(a, b, testing::embeddings_of(9, a.size(1), 2.5), 0.2).loss;
}

/// Each loss and its gradient for the first view against scripts/make_golden_lightly.py.
TEST(GoldenLosses, AreThoseOfLightlyOrOfTheAuthors) {
  const std::map<std::string, PairLoss> losses = {
      {"dcl", [](const auto& a, const auto& b) { return decoupled_contrastive(a, b, 0.2, {}); }},
      {"dclw", [](const auto& a, const auto& b) { return decoupled_contrastive(a, b, 0.2, 0.5); }},
      {"negative_cosine", [](const auto& p, const auto& z) { return negative_cosine(p, z); }},
      {"moco", asked},
      {"dino", distilled},
      {"barlow_twins", [](const auto& a, const auto& b) { return barlow_twins(a, b, 0.005); }},
      {"hsic",
       [](const auto& a, const auto& b) { return hsic(a, b, 1 / static_cast<double>(a.size(1))); }},
      {"vicreg", [](const auto& a, const auto& b) { return vicreg(a, b, {}); }},
      {"twist", [](const auto& a, const auto& b) { return twist(a, b, {.sharpness = 0.4}); }}};
  for (const Json& expected : testing::golden("pair_losses.json")) {
    const int64_t n = expected["images"], d = expected["dimensions"];
    for (const auto& [name, loss_of] : losses) {
      const at::Tensor one = testing::embeddings_of(n, d, 0.3).requires_grad_();
      const at::Tensor two = testing::embeddings_of(n, d, 0.3) + testing::embeddings_of(n, d, 1.9);
      const at::Tensor loss = loss_of(one, two);
      loss.backward();
      const double value = expected[name]["loss"];
      EXPECT_NEAR(loss.item<double>(), value, 1e-6 * std::abs(value)) << name << " " << n;
      const at::Tensor gradient = testing::tensor_of(expected[name]["gradient"]).reshape({n, d});
      EXPECT_LT(testing::relative_distance(one.grad(), gradient), 1e-6) << name << " " << n;
    }
  }
}

}  // namespace
}  // namespace stl10
