#include "stl10/tasks/metrics.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

namespace stl10 {
namespace {

TEST(Metrics, OutputsBeyondTheClassesAreNoAnswer) {
  // Of four outputs two are classes; the third is the largest in both rows.
  const at::Tensor logits = at::tensor({1.f, 2.f, 9.f, 0.f, 4.f, 3.f, 9.f, 0.f}).reshape({2, 4});
  const at::Tensor labels = at::tensor({1, 1}, at::kLong);
  EXPECT_EQ(hits(logits, labels, 2).item<int64_t>(), 1);
  EXPECT_EQ(hits(logits, labels, 4).item<int64_t>(), 0);
}

}  // namespace
}  // namespace stl10
