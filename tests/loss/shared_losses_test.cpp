// Every loss where processes share its rows, against the same of all rows in one process.
#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "golden.h"
#include "meeting.h"
#include "stl10/loss/class_distributions.h"
#include "stl10/loss/decoupled_contrastive.h"
#include "stl10/loss/info_nce.h"
#include "stl10/loss/negative_cosine.h"
#include "stl10/loss/nt_xent.h"
#include "stl10/loss/redundancy_reduction.h"

namespace stl10 {
namespace {

constexpr int64_t kImages = 7, kDimensions = 5;

struct SharedLoss {
  std::string name;
  std::function<at::Tensor(const at::Tensor&, const at::Tensor&, const SharedRows&)> loss;
};

const std::vector<SharedLoss>& shared_losses() {
  using T = at::Tensor;
  using R = SharedRows;
  constexpr double kTau = 0.3;
  static const std::vector<SharedLoss> losses = {
      {"NtXentCrossView",
       [](const T& a, const T& b, const R& rows) {
         return nt_xent(a, b, kTau, NtXentForm::kCrossView, rows).loss;
       }},
      {"NtXentFull",
       [](const T& a, const T& b, const R& rows) {
         return nt_xent(a, b, kTau, NtXentForm::kFull, rows).loss;
       }},
      {"Decoupled", [](const T& a, const T& b,
                       const R& rows) { return decoupled_contrastive(a, b, kTau, {}, rows); }},
      {"DecoupledWeighted",
       [](const T& a, const T& b, const R& rows) {
         return decoupled_contrastive(a, b, kTau, 0.5, rows);
       }},
      {"InfoNce",
       [](const T& a, const T& b, const R& rows) { return info_nce(a, b, kTau, rows).loss; }},
      {"InfoNceWithNegatives",
       [](const T& a, const T& b, const R& rows) {
         const T negatives = testing::wave(3 * kDimensions, 0.9, 0.1).reshape({3, kDimensions});
         return info_nce(a, b, negatives, kTau, rows).loss;
       }},
      {"NegativeCosine",
       [](const T& a, const T& b, const R& rows) { return negative_cosine(a, b, rows); }},
      {"SelfDistillation",
       [](const T& a, const T& b, const R& rows) {
         return self_distillation(a, b, testing::wave(kDimensions, 0.4, 0), {0.3, 0.2}, rows);
       }},
      {"Twist",
       [](const T& a, const T& b, const R& rows) {
         return twist(standardized(a, rows), standardized(b, rows), {1.5, 0.7}, rows);
       }},
      {"BarlowTwins",
       [](const T& a, const T& b, const R& rows) { return barlow_twins(a, b, 0.05, rows); }},
      {"Hsic", [](const T& a, const T& b, const R& rows) { return hsic(a, b, 0.2, rows); }},
      {"Vicreg", [](const T& a, const T& b, const R& rows) { return vicreg(a, b, {}, rows); }},
  };
  return losses;
}

class SharedLosses : public ::testing::TestWithParam<SharedLoss> {
 protected:
  static at::Tensor view(double phase) {
    return testing::wave(kImages * kDimensions, 0.83, phase).reshape({kImages, kDimensions});
  }
};

TEST_P(SharedLosses, ValueAndGradientAreThoseOfOneProcess) {
  const at::Tensor a = view(0.3).requires_grad_(), b = view(1.1).requires_grad_();
  const at::Tensor whole = GetParam().loss(a, b, {});
  whole.backward();
  const auto part = [](const at::Tensor& x, const Group& group) {
    const auto [first, last] = group.part_of(kImages);
    return x.defined() ? x.slice(0, first, last) : x;
  };
  for (const int64_t size : {1, 2, 3, 9}) {
    testing::in_group(size, [&](const Group& group) {
      const at::Tensor own_a = part(a.detach(), group).clone().requires_grad_(),
                       own_b = part(b.detach(), group).clone().requires_grad_();
      const at::Tensor loss = GetParam().loss(own_a, own_b, SharedRows(group, kImages));
      loss.backward();
      EXPECT_LT(testing::distance(group.sum(loss.detach()), whole.detach()), 1e-12) << size;
      EXPECT_LT(testing::distance(own_a.grad(), part(a.grad(), group)), 1e-12) << size;
      EXPECT_EQ(own_b.grad().defined(), b.grad().defined());
      if (!b.grad().defined()) return;
      EXPECT_LT(testing::distance(own_b.grad(), part(b.grad(), group)), 1e-12) << size;
    });
  }
}

INSTANTIATE_TEST_SUITE_P(All, SharedLosses, ::testing::ValuesIn(shared_losses()),
                         [](const auto& one) { return one.param.name; });

TEST(SharedLosses, CountsOfCorrectAnchorsAndClassesInUseAreThoseOfOneProcess) {
  const at::Tensor a = testing::wave(kImages * kDimensions, 0.83, 0.3).reshape({kImages, -1});
  const at::Tensor b =
      a + 0.4 * testing::wave(kImages * kDimensions, 0.31, 2).reshape({kImages, -1});
  const auto counts = [](const at::Tensor& x, const at::Tensor& y, const SharedRows& rows) {
    return at::stack({nt_xent(x, y, 0.3, NtXentForm::kCrossView, rows).correct,
                      nt_xent(x, y, 0.3, NtXentForm::kFull, rows).correct,
                      info_nce(x, y, 0.3, rows).correct});
  };
  const at::Tensor expected = counts(a, b, {}), in_use = classes_in_use(a);
  EXPECT_GT(expected.min().item<int64_t>(), 0);
  testing::in_group(3, [&](const Group& group) {
    const auto [first, last] = group.part_of(kImages);
    const SharedRows rows(group, kImages);
    const at::Tensor own_a = a.slice(0, first, last), own_b = b.slice(0, first, last);
    EXPECT_TRUE(at::equal(group.sum(counts(own_a, own_b, rows)), expected));
    EXPECT_LT(testing::distance(classes_in_use(own_a, rows), in_use), 1e-12);
  });
}

}  // namespace
}  // namespace stl10
