#include "stl10/evaluate/partition_agreement.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include "golden.h"

namespace stl10 {
namespace {

using testing::golden;
using testing::tensor_of;

PartitionAgreement agreement(const std::vector<int64_t>& labels,
                             const std::vector<int64_t>& clusters) {
  return partition_agreement(at::tensor(labels, at::kLong), at::tensor(clusters, at::kLong));
}

TEST(PartitionAgreement, EqualsScikitLearn) {
  for (const Json& item : golden("clusters.json")) {
    SCOPED_TRACE(item["name"].get<std::string>());
    const PartitionAgreement found = partition_agreement(tensor_of(item["labels"]).to(at::kLong),
                                                         tensor_of(item["clusters"]).to(at::kLong));
    EXPECT_NEAR(found.purity, item["purity"].get<double>(), 1e-12);
    EXPECT_NEAR(found.nmi, item["nmi"].get<double>(), 1e-12);
    EXPECT_NEAR(found.ari, item["ari"].get<double>(), 1e-12);
  }
}

TEST(PartitionAgreement, IsWholeWhateverTheClustersAreCalled) {
  const PartitionAgreement found = agreement({0, 0, 1, 1, 2}, {7, 7, 0, 0, 3});
  EXPECT_EQ(found.purity, 1);
  EXPECT_NEAR(found.nmi, 1, 1e-12);
  EXPECT_EQ(found.ari, 1);
}

TEST(PartitionAgreement, WithoutEntropyOnOneSideIsNone) {
  const PartitionAgreement one_cluster = agreement({0, 0, 1, 2}, {4, 4, 4, 4});
  EXPECT_EQ(one_cluster.purity, 0.5);
  EXPECT_EQ(one_cluster.nmi, 0);
  EXPECT_EQ(one_cluster.ari, 0);
  const PartitionAgreement one_label = agreement({1, 1, 1}, {0, 1, 2});
  EXPECT_EQ(one_label.purity, 1);
  EXPECT_EQ(one_label.nmi, 0);
  EXPECT_EQ(one_label.ari, 0);
}

TEST(PartitionAgreement, WithoutEntropyOnEitherSideIsWhole) {
  for (const PartitionAgreement& found : {agreement({2, 2, 2}, {0, 0, 0}), agreement({1}, {5})}) {
    EXPECT_EQ(found.purity, 1);
    EXPECT_EQ(found.nmi, 1);
    EXPECT_EQ(found.ari, 1);
  }
}

TEST(PartitionAgreement, OfTwoImages) {
  EXPECT_EQ(agreement({0, 1}, {1, 0}).ari, 1);
  EXPECT_EQ(agreement({0, 1}, {0, 0}).ari, 0);
  EXPECT_EQ(agreement({0, 1}, {0, 0}).purity, 0.5);
}

}  // namespace
}  // namespace stl10
