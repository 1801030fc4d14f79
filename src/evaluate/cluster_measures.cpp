#include "stl10/evaluate/cluster_measures.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <limits>
#include <tuple>

#include "stl10/evaluate/distances.h"

namespace stl10 {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// One labelling, and what the pass over the distances gathers of it.
class Pass {
 public:
  Pass(const at::Tensor& labels, int64_t points)
      : labels_(std::get<1>(at::_unique(labels, /*sorted=*/true, /*return_inverse=*/true))),
        members_(at::one_hot(labels_).to(at::kDouble)),
        sizes_(members_.sum(0)),
        silhouettes_(at::zeros({points}, at::kDouble)) {}

  int64_t clusters() const { return sizes_.size(0); }
  const at::Tensor& labels() const { return labels_; }
  const at::Tensor& members() const { return members_; }
  const at::Tensor& sizes() const { return sizes_; }

  void add(int64_t first, const at::Tensor& distances) {
    if (clusters() < 2) return;
    const at::Tensor own = labels_.slice(0, first, first + distances.size(0)).unsqueeze(1);
    const at::Tensor same = own.eq(labels_);
    diameter_ = std::max(diameter_, (distances * same).max().item<double>());
    gap_ = std::min(gap_, distances.masked_fill(same, kInfinity).min().item<double>());
    const at::Tensor sums = at::mm(distances, members_);  // to the points of each cluster
    const at::Tensor others = sizes_.index({own.squeeze(1)}) - 1;
    const at::Tensor a = sums.gather(1, own).squeeze(1) / others.clamp_min(1);
    const at::Tensor b = (sums / sizes_).scatter(1, own, kInfinity).amin(1);
    const at::Tensor larger = at::maximum(a, b);
    const at::Tensor defined = others.gt(0).logical_and(larger.gt(0));
    silhouettes_.slice(0, first, first + distances.size(0))
        .copy_(at::where(defined, (b - a) / larger, 0.0));
  }

  void finish(ClusterMeasures& measures) const {
    measures.clusters = clusters();
    if (clusters() < 2) return;
    measures.silhouettes = silhouettes_;
    measures.silhouette = silhouettes_.mean().item<double>();
    if (diameter_ > 0) measures.dunn = gap_ / diameter_;
  }

 private:
  at::Tensor labels_;  ///< 0, 1, … without gaps
  at::Tensor members_, sizes_, silhouettes_;
  double diameter_ = 0, gap_ = kInfinity;
};

std::optional<double> finite(double value) {
  return value < kInfinity ? std::optional(value) : std::nullopt;
}

/// Fills the two measures that need no pairs of points.
void measure_centres(const at::Tensor& x, const Pass& pass, ClusterMeasures& measures) {
  const int64_t k = pass.clusters(), n = x.size(0);
  if (k < 2) return;
  const at::Tensor centres = at::mm(pass.members().t(), x) / pass.sizes().unsqueeze(1);
  const at::Tensor rest = (x - centres.index_select(0, pass.labels())).square().sum(1);
  // Centres of equal points differ by rounding.
  const double rounding = 1e-12 * x.abs().max().item<double>();
  const at::Tensor spread =
      at::mm(pass.members().t(), rest.sqrt().unsqueeze(1)).squeeze(1) / pass.sizes();
  at::Tensor apart = at::cdist(centres, centres, 2, /*compute_mode=*/2);
  apart.masked_fill_(apart.le(rounding), 0).fill_diagonal_(kInfinity);
  const bool coincide = apart.eq(0).any().item<bool>();
  if (!coincide) {
    const at::Tensor worst = ((spread.unsqueeze(1) + spread) / apart).amax(1);
    measures.davies_bouldin = worst.mean().item<double>();
  }
  const double within = rest.sum().item<double>();
  if (n == k || within <= rounding * rounding * static_cast<double>(n)) return;
  const at::Tensor off = (centres - x.mean(0, /*keepdim=*/true)).square().sum(1);
  const double between = (pass.sizes() * off).sum().item<double>();
  measures.calinski_harabasz =
      finite(between * static_cast<double>(n - k) / (within * static_cast<double>(k - 1)));
}

}  // namespace

std::vector<ClusterMeasures> cluster_measures(const at::Tensor& x,
                                              const std::vector<at::Tensor>& labellings) {
  const at::NoGradGuard no_grad;
  const at::Tensor points = x.to(at::kDouble);
  std::vector<Pass> passes;
  for (const at::Tensor& labels : labellings) {
    TORCH_CHECK(labels.numel() == x.size(0) && labels.numel() > 0, "a label for each point");
    passes.emplace_back(labels, x.size(0));
  }
  for_distance_blocks(points, [&](int64_t first, const at::Tensor& distances) {
    for (Pass& pass : passes) pass.add(first, distances);
  });
  std::vector<ClusterMeasures> all(passes.size());
  for (size_t i = 0; i < passes.size(); ++i) {
    passes[i].finish(all[i]);
    measure_centres(points, passes[i], all[i]);
  }
  return all;
}

}  // namespace stl10
