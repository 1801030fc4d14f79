#include "stl10/evaluate/feature_judgement.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include "evaluate/constructed_features.h"

namespace stl10 {
namespace {

TEST(FeatureJudgement, ClearClustersAreFoundByEveryMeasure) {
  const LabeledFeatures train = testing::constructed({}, 100, 1, 0),
                        test = testing::constructed({}, 100, 1, 1);
  const at::Tensor x = 10 * test.x;  // the distances grow, the noise with them
  const FeatureJudgement found = measure_features({.x = x,
                                                   .one = x,
                                                   .two = x,
                                                   .labels = test.labels,
                                                   .bank = {10 * train.x, train.labels},
                                                   .queries = {x, test.labels}},
                                                  testing::kSetClasses, 0, 5);
  for (const KnnResult& result : found.knn) EXPECT_GT(result.accuracy, 0.9) << result.asked.k;
  EXPECT_EQ(found.clusters.numel(), test.labels.numel());
  EXPECT_GT(found.agreement.nmi, 0.8);
  EXPECT_GT(found.by_label.silhouette.value(), 0.3);
  EXPECT_EQ(found.alignment, 0) << "both views are the same";
  EXPECT_LT(found.uniformity, 0);
  EXPECT_GT(found.effective_rank, 2);
}

}  // namespace
}  // namespace stl10
