#include "stl10/base/shared_rows.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include "golden.h"
#include "meeting.h"

namespace stl10 {
namespace {

using testing::distance;
using testing::in_group;

constexpr int64_t kRows = 7;

at::Tensor all_rows() { return testing::wave(kRows * 3, 0.7, 0.4).reshape({kRows, 3}); }

at::Tensor own_rows(const Group& group) {
  const auto [first, last] = group.part_of(kRows);
  return all_rows().slice(0, first, last).clone().requires_grad_();
}

TEST(SharedRows, AloneEverythingIsHere) {
  const SharedRows rows;
  const at::Tensor x = all_rows();
  EXPECT_EQ(rows.count(x), kRows);
  EXPECT_EQ(rows.first(), 0);
  EXPECT_TRUE(rows.gather(x).is_same(x));
  EXPECT_TRUE(rows.sum(x).is_same(x));
  EXPECT_TRUE(rows.part_of(x).is_same(x));
  EXPECT_TRUE(at::equal(rows.mean(x), x.mean()));
  EXPECT_TRUE(at::equal(rows.mean_of_all(x), x.mean(0)));
  EXPECT_TRUE(at::equal(rows.by_process(x), x.unsqueeze(0)));
}

TEST(SharedRows, PartsOfTheMeanAddUpToIt) {
  for (const int64_t size : {2, 3, 9}) {
    in_group(size, [](const Group& group) {
      const SharedRows rows(group, kRows);
      const at::Tensor part = rows.mean(own_rows(group));
      EXPECT_LT(distance(group.sum(part), all_rows().mean()), 1e-15);
      EXPECT_LT(distance(rows.mean_of_all(own_rows(group)), all_rows().mean(0)), 1e-15);
      EXPECT_EQ(rows.first(), group.part_of(kRows).first);
    });
  }
}

// Every process weighs the gathered rows with weights of its own.
TEST(SharedRows, TheGradientOfGatheredRowsIsThatOfAllProcesses) {
  for (const int64_t size : {2, 3, 9}) {
    in_group(size, [&](const Group& group) {
      const at::Tensor own = own_rows(group), weights = testing::wave(kRows * 3, 0.2, 0.9);
      const at::Tensor all = SharedRows(group, kRows).gather(own);
      EXPECT_TRUE(at::equal(all.detach(), all_rows()));
      const auto factor = static_cast<double>(group.rank() + 1);
      (all * weights.reshape({kRows, 3})).sum().mul(factor).backward();
      const auto [first, last] = group.part_of(kRows);
      const double factors = static_cast<double>(size * (size + 1)) / 2;
      const at::Tensor expected = factors * weights.reshape({kRows, 3}).slice(0, first, last);
      EXPECT_LT(distance(own.grad(), expected), 1e-13);
    });
  }
}

TEST(SharedRows, BlocksAreGatheredOneAfterTheOther) {
  in_group(3, [&](const Group& group) {
    const at::Tensor one = all_rows(), two = one + 10;
    const auto [first, last] = group.part_of(kRows);
    const SharedRows views = SharedRows(group, kRows).stacked(2);
    const at::Tensor own =
        at::cat({one.slice(0, first, last), two.slice(0, first, last)}).requires_grad_();
    const at::Tensor all = views.gather(own);
    EXPECT_EQ(views.count(own), 2 * kRows);
    EXPECT_TRUE(at::equal(all.detach(), at::cat({one, two})));
    all.square().sum().backward();
    EXPECT_LT(distance(own.grad(), 3 * 2 * own.detach()), 1e-13);
    EXPECT_LT(distance(views.sum_to_owners(at::cat({one, two})), 3 * own.detach()), 1e-13);
  });
}

TEST(SharedRows, SumsAndWhatEachProcessHasGoBackWithTheirGradient) {
  in_group(3, [&](const Group& group) {
    const SharedRows rows(group, kRows);
    const auto rank = static_cast<double>(group.rank());
    const at::Tensor own = at::full({2}, rank, at::kDouble).requires_grad_();
    // ½(Σ own)² by every process's third: the gradient is Σ own.
    rows.part_of(rows.sum(own).square().sum() / 2).backward();
    EXPECT_LT(distance(own.grad(), at::full({2}, 3.0, at::kDouble)), 1e-13);
    const at::Tensor each = rows.by_process(own.detach());
    EXPECT_TRUE(at::equal(each.select(1, 0), at::arange(3, at::kDouble)));
  });
}

}  // namespace
}  // namespace stl10
