#include "stl10/base/group.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include "meeting.h"

namespace stl10 {
namespace {

using testing::in_group;

TEST(Group, OfOneGivesBackWhatItIsGiven) {
  const Group one;
  const at::Tensor values = at::arange(6).reshape({3, 2});
  EXPECT_TRUE(one.is_one() && one.leads());
  EXPECT_TRUE(one.sum(values).is_same(values));
  EXPECT_TRUE(one.gather_rows(values).is_same(values));
  EXPECT_TRUE(one.gather_parts(values, 3).is_same(values));
  EXPECT_TRUE(one.sum_to_owners(values).is_same(values));
  EXPECT_TRUE(one.broadcast(values).is_same(values));
  EXPECT_FALSE(one.first_difference(values));
  EXPECT_EQ(one.part_of(7), (std::pair<int64_t, int64_t>(0, 7)));
  one.barrier();
}

/// Takes another device than the CPU, as NCCL does: "meta", whose tensors have no values.
class MetaExchange : public Exchange {
 public:
  bool takes(const at::Device& device) const override {
    return device.is_cpu() || device.is_meta();
  }
  void sum(at::Tensor& values) override { note(values); }
  at::Tensor gather(const at::Tensor& values) override {
    note(values);
    return at::stack({values, values});
  }
  at::Tensor sum_for_each(const at::Tensor& values) override {
    note(values);
    return values[0];
  }
  void broadcast(at::Tensor& values) override { note(values); }
  void barrier() override {}

  std::vector<at::DeviceType> devices;

 private:
  void note(const at::Tensor& values) { devices.push_back(values.device().type()); }
};

TEST(Group, ExchangesValuesWhereTheyLieIfItCan) {
  const auto exchange = std::make_shared<MetaExchange>();
  const Group group(0, 2, exchange);
  const at::Tensor values = at::empty({4, 3}, at::TensorOptions(at::kMeta).dtype(at::kFloat));
  EXPECT_TRUE(group.sum(values).is_meta());
  EXPECT_TRUE(group.broadcast(values).is_meta());
  EXPECT_EQ(group.gather_parts(values.narrow(0, 0, 2), 4).sizes(), at::IntArrayRef({4, 3}));
  EXPECT_EQ(group.sum_to_owners(values).sizes(), at::IntArrayRef({2, 3}));
  EXPECT_EQ(exchange->devices, std::vector<at::DeviceType>(4, at::kMeta));
  // How many rows each has is for the processor to know.
  EXPECT_TRUE(group.gather_rows(values).is_meta());
  EXPECT_EQ(exchange->devices[4], at::kCPU);
  EXPECT_EQ(exchange->devices[5], at::kMeta);
}

TEST(Group, PartsFollowEachOtherAndDifferByOne) {
  for (const int64_t count : {0, 1, 2, 7, 12}) {
    int64_t end = 0;
    for (int64_t rank = 0; rank < 5; ++rank) {
      const auto [first, last] = Group(rank, 5, nullptr).part_of(count);
      EXPECT_EQ(first, end);
      EXPECT_GE(last - first, count / 5);
      EXPECT_LE(last - first, (count + 4) / 5);
      end = last;
    }
    EXPECT_EQ(end, count);
  }
}

TEST(Group, SumsBroadcastsAndGathersUnevenRows) {
  in_group(3, [](const Group& group) {
    const int64_t r = group.rank();
    EXPECT_TRUE(at::equal(group.sum(at::full({2, 2}, r + 1, at::kDouble)),
                          at::full({2, 2}, 6, at::kDouble)));
    EXPECT_EQ(group.broadcast(at::full({1}, r + 7, at::kLong)).item<int64_t>(), 7);
    // Rank r has r rows of r.
    const at::Tensor rows = group.gather_rows(at::full({r, 2}, r, at::kFloat));
    EXPECT_TRUE(at::equal(rows, at::tensor({1, 1, 2, 2, 2, 2}, at::kFloat).reshape({3, 2})));
    group.barrier();
  });
}

TEST(Group, PartsAreGatheredInOrderAndSumsGoToTheirOwners) {
  for (const int64_t count : {0, 2, 7, 12}) {
    const at::Tensor all = at::arange(2 * count, at::kDouble).reshape({count, 2});
    in_group(5, [&](const Group& group) {
      const auto [first, last] = group.part_of(count);
      const at::Tensor own = all.slice(0, first, last);
      EXPECT_TRUE(at::equal(group.gather_parts(own, count), all)) << count;
      const at::Tensor sum = group.sum_to_owners(all * static_cast<double>(group.rank() + 1));
      EXPECT_TRUE(at::equal(sum, 15 * own)) << count;
    });
  }
}

TEST(Group, NamesTheFirstValueThatDiffers) {
  in_group(3, [](const Group& group) {
    at::Tensor values = at::arange(4, at::kLong);
    EXPECT_FALSE(group.first_difference(values));
    if (group.rank() == 2) values[1] = 9;
    EXPECT_EQ(group.first_difference(values), 1);
  });
}

TEST(Group, SumsOfDoublesAreThoseOfALoop) {
  in_group(4, [](const Group& group) {
    const at::Tensor own = at::arange(50, at::kDouble).mul(0.1 + double(group.rank())).sin();
    at::Tensor expected = at::zeros({50}, at::kDouble);
    for (int rank = 0; rank < 4; ++rank) {
      expected += at::arange(50, at::kDouble).mul(0.1 + rank).sin();
    }
    EXPECT_LT((group.sum(own) - expected).abs().max().item<double>(), 1e-12);
  });
}

}  // namespace
}  // namespace stl10
