#include "stl10/base/unit_length.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

namespace stl10 {
namespace {

TEST(UnitLength, RowsHaveLengthOneAndKeepTheirDirection) {
  const at::Tensor unit = unit_length(at::tensor({3.0f, 4.0f, 0.0f, -1e-6f}).reshape({2, 2}));
  EXPECT_TRUE(at::allclose(unit, at::tensor({0.6f, 0.8f, 0.0f, -1.0f}).reshape({2, 2})));
}

TEST(UnitLength, ZeroVectorsStayZeroAndGetNoGradient) {
  const at::Tensor x = at::zeros({2, 3}).set_requires_grad(true);
  const at::Tensor unit = unit_length(x);
  EXPECT_EQ(unit.abs().max().item<double>(), 0);
  unit.sum().backward();
  EXPECT_EQ(x.grad().abs().max().item<double>(), 0);
}

TEST(UnitLength, OnlyNarrowTypesBecomeFloat) {
  EXPECT_EQ(unit_length(at::ones({1, 2}, at::kDouble)).scalar_type(), at::kDouble);
  EXPECT_EQ(unit_length(at::ones({1, 2}, at::kBFloat16)).scalar_type(), at::kFloat);
}

}  // namespace
}  // namespace stl10
