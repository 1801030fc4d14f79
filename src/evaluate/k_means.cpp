#include "stl10/evaluate/k_means.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "stl10/base/interrupt.h"
#include "stl10/base/philox.h"

namespace stl10 {
namespace {

/// Squared distances to one point, exactly 0 for equal ones.
at::Tensor squares_to(const at::Tensor& x, const at::Tensor& point) {
  return (x - point).square().sum(1);
}

/// k-means++: each further centre is drawn with probability proportional to the squared distance
/// to the nearest one so far. Fewer centres where no other point is left.
at::Tensor first_centres(const at::Tensor& x, int64_t clusters, Philox& draws) {
  std::vector<int64_t> chosen = {draws.below(static_cast<uint32_t>(x.size(0)))};
  at::Tensor nearest = squares_to(x, x[chosen[0]]);
  while (static_cast<int64_t>(chosen.size()) < clusters) {
    const at::Tensor sums = nearest.cumsum(0);
    const double total = sums[-1].item<double>();
    if (total <= 0) break;
    const double place = total * static_cast<double>(draws.uniform());
    const double* first = sums.data_ptr<double>();
    chosen.push_back(std::upper_bound(first, first + sums.numel(), place) - first);
    nearest = at::minimum(nearest, squares_to(x, x[chosen.back()]));
  }
  return x.index_select(0, at::tensor(chosen, at::kLong));
}

at::Tensor nearest_centre(const at::Tensor& x, const at::Tensor& centres) {
  const at::Tensor half = 0.5 * centres.square().sum(1);  // ‖x‖² is the same for every centre
  return (half - at::mm(x, centres.t())).argmin(1);
}

at::Tensor squares_to_own(const at::Tensor& x, const KMeans& means) {
  return (x - means.centres.index_select(0, means.clusters)).square().sum(1);
}

/// Moves every centre to the mean of its points; one without points to the farthest point.
void move_centres(const at::Tensor& x, KMeans& means) {
  const at::Tensor members = at::one_hot(means.clusters, means.centres.size(0)).to(at::kDouble);
  const at::Tensor sizes = members.sum(0);
  at::Tensor moved = at::mm(members.t(), x) / sizes.clamp_min(1).unsqueeze(1);
  at::Tensor squares;
  for (int64_t k = 0; k < sizes.numel(); ++k) {
    if (sizes[k].item<double>() > 0) continue;
    if (!squares.defined()) squares = squares_to_own(x, means);
    const at::Tensor farthest = squares.argmax();
    moved[k].copy_(x[farthest.item<int64_t>()]);
    squares[farthest.item<int64_t>()] = 0;
  }
  means.centres = moved;
}

KMeans one_start(const at::Tensor& x, int64_t clusters, Philox& draws) {
  constexpr int kRounds = 300;
  KMeans means{.centres = first_centres(x, clusters, draws)};
  means.clusters = nearest_centre(x, means.centres);
  for (int round = 0; round < kRounds; ++round) {
    throw_if_interrupted();
    move_centres(x, means);
    const at::Tensor clusters_now = nearest_centre(x, means.centres);
    const bool settled = at::equal(clusters_now, means.clusters);
    means.clusters = clusters_now;
    if (settled) break;
  }
  means.inertia = squares_to_own(x, means).sum().item<double>();
  return means;
}

}  // namespace

KMeans k_means(const at::Tensor& x, int64_t clusters, uint64_t seed, int64_t restarts) {
  TORCH_CHECK(x.size(0) > 0 && clusters > 0 && restarts > 0, "k-means needs points and clusters");
  const at::NoGradGuard no_grad;
  const at::Tensor points = x.to(at::kDouble);
  const at::Tensor mean = points.mean(0, /*keepdim=*/true);
  const at::Tensor centred = points - mean;
  KMeans best;
  for (int64_t i = 0; i < restarts; ++i) {
    Philox draws(seed, {.purpose = Purpose::kClusters, .sample = static_cast<uint32_t>(i)});
    const KMeans means = one_start(centred, clusters, draws);
    if (i == 0 || means.inertia < best.inertia) best = means;
  }
  best.centres = best.centres + mean;
  return best;
}

}  // namespace stl10
