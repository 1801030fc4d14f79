#include "stl10/evaluate/out_of_class.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <limits>

#include "stl10/evaluate/knn.h"

namespace stl10 {
namespace {

constexpr int64_t kNeighbours = 5;
constexpr double kBeyond = 0.05;  // of the held-out images lie beyond the threshold

double share_below(const at::Tensor& similarity, double threshold) {
  return similarity.lt(threshold).to(at::kDouble).mean().item<double>();
}

/// Sets `excess` and where it is.
void compare_distributions(OutOfClass& result) {
  const at::Tensor images = std::get<0>(result.similarity.sort());
  const at::Tensor held_out = std::get<0>(result.held_out_similarity.sort());
  const auto below = [&](const at::Tensor& values) {
    return at::searchsorted(values, images, /*out_int32=*/false, /*right=*/true).to(at::kDouble) /
           static_cast<double>(values.numel());
  };
  const auto [excess, place] = (below(images) - below(held_out)).max(0);
  result.excess = std::max(0.0, excess.item<double>());
  result.excess_at = images[place.item<int64_t>()].item<double>();
}

}  // namespace

OutOfClass out_of_class(const LabeledFeatures& train, const LabeledFeatures& held_out,
                        const at::Tensor& images) {
  const at::Tensor counts = at::bincount(train.labels);
  OutOfClass result{.k = kNeighbours};
  for (int64_t label = 0; label < counts.numel(); ++label) {
    const auto count = counts[label].item<int64_t>();
    if (count > 0) result.k = std::min(result.k, count);
  }
  // One search for both: the held-out images come first.
  const at::Tensor queries = at::cat({held_out.x, images});
  const int64_t first = held_out.x.size(0);
  at::Tensor best = at::full({queries.size(0)}, -std::numeric_limits<float>::infinity());
  std::vector<at::Tensor> own;
  for (int64_t label = 0; label < counts.numel(); ++label) {
    const at::Tensor mine = train.labels.eq(label);
    if (counts[label].item<int64_t>() == 0) continue;
    const LabeledFeatures bank{train.x.index({mine}), train.labels.index({mine})};
    const at::Tensor cosine =
        nearest_neighbours(bank, queries, result.k).cosine.select(1, result.k - 1).to(at::kFloat);
    best = at::maximum(best, cosine);
    own.push_back(cosine.slice(0, 0, first).index({held_out.labels.eq(label)}));
  }
  result.threshold = at::quantile(at::cat(own), kBeyond).item<double>();
  result.held_out_similarity = best.slice(0, 0, first);
  result.held_out_share = share_below(result.held_out_similarity, result.threshold);
  result.similarity = best.slice(0, first);
  result.share = share_below(result.similarity, result.threshold);
  compare_distributions(result);
  return result;
}

}  // namespace stl10
