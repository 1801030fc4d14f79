#include "stl10/evaluate/knn.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "golden.h"

namespace stl10 {
namespace {

using testing::wave;

at::Tensor labels_of(int64_t count, int64_t classes) {
  return at::arange(count, at::kLong).mul(7).remainder(classes);
}

/// The vote as Wu et al. write it, with loops.
std::vector<int64_t> naive(const LabeledFeatures& bank, const at::Tensor& queries, int64_t classes,
                           const KnnOptions& options) {
  std::vector<int64_t> predicted;
  for (int64_t q = 0; q < queries.size(0); ++q) {
    std::vector<std::pair<double, int64_t>> neighbours;
    for (int64_t b = 0; b < bank.x.size(0); ++b) {
      const at::Tensor x = queries[q], y = bank.x[b];
      const double cosine = ((x * y).sum() / (x.norm() * y.norm())).item<double>();
      neighbours.emplace_back(-cosine, bank.labels[b].item<int64_t>());
    }
    std::sort(neighbours.begin(), neighbours.end());
    std::vector<double> votes(static_cast<size_t>(classes), 0);
    for (int64_t i = 0; i < std::min<int64_t>(options.k, bank.x.size(0)); ++i) {
      const auto& [negative, label] = neighbours[static_cast<size_t>(i)];
      votes[static_cast<size_t>(label)] += std::exp(-negative / options.temperature);
    }
    predicted.push_back(std::max_element(votes.begin(), votes.end()) - votes.begin());
  }
  return predicted;
}

TEST(Knn, EqualsANaiveVote) {
  const LabeledFeatures bank{wave(30 * 4, 0.7, 0.3).reshape({30, 4}), labels_of(30, 3)};
  const at::Tensor queries = wave(300 * 4, 0.9, 1.3).reshape({300, 4});  // more than a block
  for (const KnnOptions& options : {KnnOptions{.k = 1},
                                    {.k = 5, .temperature = 0.07},
                                    {.k = 20, .temperature = 1},
                                    {.k = 99}}) {
    const at::Tensor predicted = knn_classes(bank, queries, 3, options);
    EXPECT_TRUE(at::equal(predicted, at::tensor(naive(bank, queries, 3, options), at::kLong)))
        << options.k;
  }
}

TEST(Knn, TheNearestNeighbourOfAStoredImageIsItself) {
  const LabeledFeatures bank{wave(40 * 5, 0.7, 0.3).reshape({40, 5}), labels_of(40, 4)};
  EXPECT_EQ(knn_accuracy(bank, 3 * bank.x, bank.labels, 4, {.k = 1}), 1);
  const at::Tensor wrong = (bank.labels + 1).remainder(4);
  EXPECT_EQ(knn_accuracy(bank, bank.x, wrong, 4, {.k = 1}), 0);
}

TEST(Knn, LowTemperaturesLeaveTheNearestAlone) {
  const LabeledFeatures bank{at::tensor({1.0, 0.0, 0.9, 0.5, 0.8, 0.7}).reshape({3, 2}),
                             at::tensor({2, 0, 0}, at::kLong)};
  const at::Tensor query = at::tensor({1.0, 0.01}).reshape({1, 2});
  EXPECT_EQ(knn_classes(bank, query, 3, {.k = 3, .temperature = 1e-9}).item<int64_t>(), 2);
  EXPECT_EQ(knn_classes(bank, query, 3, {.k = 3, .temperature = 10}).item<int64_t>(), 0);
}

TEST(Knn, TiesGoToTheSmallerClass) {
  const at::Tensor same = at::ones({4, 3});
  EXPECT_EQ(knn_classes({same, at::tensor({3, 1, 1, 3}, at::kLong)}, same, 5, {.k = 4})[0]
                .item<int64_t>(),
            1);
  // Zero vectors are as far from one as from another.
  EXPECT_EQ(knn_classes({at::zeros({2, 3}), at::tensor({1, 0}, at::kLong)}, at::zeros({1, 3}), 2,
                        {.k = 2})
                .item<int64_t>(),
            0);
}

TEST(Knn, TheGridIsTheSameVotes) {
  const LabeledFeatures bank{wave(60 * 4, 0.7, 0.3).reshape({60, 4}), labels_of(60, 3)};
  const at::Tensor queries = wave(20 * 4, 0.9, 0.1).reshape({20, 4}), labels = labels_of(20, 3);
  const std::vector<KnnResult> grid = knn_grid(bank, queries, labels, 3);
  ASSERT_EQ(grid.size(), 28u);
  std::vector<double> accuracies;
  for (const KnnResult& result : grid) {
    EXPECT_EQ(result.accuracy, knn_accuracy(bank, queries, labels, 3, result.asked));
    EXPECT_EQ(result.k, std::min<int64_t>(result.asked.k, 60));
    accuracies.push_back(result.accuracy);
  }
  EXPECT_GT(*std::max_element(accuracies.begin(), accuracies.end()),
            *std::min_element(accuracies.begin(), accuracies.end()));
}

}  // namespace
}  // namespace stl10
