#include "stl10/evaluate/class_weights.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

namespace stl10 {
namespace {

TEST(ClassWeights, GiveEachClassThatIsThereTheSameSum) {
  const at::Tensor labels = at::tensor({0, 0, 0, 0, 0, 0, 2, 2, 3}, at::kLong);
  const at::Tensor weights = class_weights_of(ClassWeights::kBalanced, labels, 5);
  EXPECT_TRUE(at::allclose(weights, at::tensor({0.5, 0.0, 1.5, 3.0, 0.0}, at::kDouble)));
  EXPECT_DOUBLE_EQ(weights.index_select(0, labels).mean().item<double>(), 1);
}

TEST(ClassWeights, OfBalancedClassesAreOne) {
  const at::Tensor labels = at::tensor({1, 0, 1, 0}, at::kLong);
  EXPECT_TRUE(
      at::equal(class_weights_of(ClassWeights::kBalanced, labels, 2), at::ones({2}, at::kDouble)));
}

TEST(ClassWeights, CanBeNone) {
  EXPECT_FALSE(class_weights_of(ClassWeights::kNone, at::zeros({3}, at::kLong), 2).defined());
}

}  // namespace
}  // namespace stl10
