#include "stl10/evaluate/k_means.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <vector>

#include "stl10/base/interrupt.h"
#include "stl10/base/philox.h"

namespace stl10 {
namespace {

/// Squared distances to one point (1, D), exactly 0 for equal ones.
at::Tensor squares_to(const at::Tensor& x, const at::Tensor& point) {
  return at::cdist(x, point, 2, /*compute_mode=*/2).squeeze(1).to(at::kDouble).square();
}

/// k-means++: each further centre is drawn with probability proportional to the squared distance
/// to the nearest one so far. Fewer centres where no other point is left.
at::Tensor first_centres(const at::Tensor& x, int64_t clusters, Philox& draws) {
  std::vector<int64_t> chosen = {draws.below(static_cast<uint32_t>(x.size(0)))};
  at::Tensor nearest = squares_to(x, x.slice(0, chosen[0], chosen[0] + 1));
  while (static_cast<int64_t>(chosen.size()) < clusters) {
    const at::Tensor sums = nearest.cumsum(0);
    const double total = sums[-1].item<double>();
    if (total <= 0) break;
    const double place = total * static_cast<double>(draws.uniform());
    const double* first = sums.data_ptr<double>();
    const int64_t next = std::upper_bound(first, first + sums.numel(), place) - first;
    chosen.push_back(next);
    nearest = at::minimum(nearest, squares_to(x, x.slice(0, next, next + 1)));
  }
  return x.index_select(0, at::tensor(chosen, at::kLong));
}

at::Tensor squares_to_own(const at::Tensor& x, const KMeans& means) {
  return (x - means.centres.index_select(0, means.clusters)).square().sum(1, false, at::kDouble);
}

/// One round of several starts side by side, so that they share the passes over x: each point to
/// its nearest centre. @return whether any point of any start has changed its cluster.
bool assign(const at::Tensor& x, std::vector<KMeans>& starts) {
  std::vector<at::Tensor> centres;
  for (const KMeans& start : starts) centres.push_back(start.centres);
  const at::Tensor all = at::cat(centres);
  // ‖x‖² is the same for every centre.
  const at::Tensor scores = 0.5 * all.square().sum(1) - at::mm(x, all.t());
  bool changed = false;
  int64_t first = 0;
  for (KMeans& start : starts) {
    const int64_t last = first + start.centres.size(0);
    const at::Tensor clusters = scores.slice(1, first, last).argmin(1);
    changed = changed || !start.clusters.defined() || !at::equal(clusters, start.clusters);
    start.clusters = clusters;
    first = last;
  }
  return changed;
}

/// The second half of the round: every centre to the mean of its points, if it has any.
void move_centres(const at::Tensor& x, std::vector<KMeans>& starts) {
  std::vector<at::Tensor> members;
  for (const KMeans& start : starts) {
    members.push_back(at::one_hot(start.clusters, start.centres.size(0)).to(x.scalar_type()));
  }
  const at::Tensor sums = at::mm(at::cat(members, 1).t(), x);
  int64_t first = 0;
  for (size_t i = 0; i < starts.size(); ++i) {
    const at::Tensor sizes = members[i].sum(0).unsqueeze(1);
    const int64_t last = first + sizes.numel();
    starts[i].centres =
        at::where(sizes.gt(0), sums.slice(0, first, last) / sizes, starts[i].centres);
    first = last;
  }
}

/// Lloyd's rounds until nothing changes. @param x of the centres' type.
void settle(const at::Tensor& x, std::vector<KMeans>& starts) {
  constexpr int kRounds = 300;
  assign(x, starts);
  for (int round = 0; round < kRounds; ++round) {
    throw_if_interrupted();
    move_centres(x, starts);
    if (!assign(x, starts)) break;
  }
  for (KMeans& start : starts) start.inertia = squares_to_own(x, start).sum().item<double>();
}

}  // namespace

KMeans k_means(const at::Tensor& x, int64_t clusters, uint64_t seed, int64_t restarts) {
  TORCH_CHECK(x.size(0) > 0 && clusters > 0 && restarts > 0, "k-means needs points and clusters");
  const at::NoGradGuard no_grad;
  const at::Tensor points = x.to(at::kDouble);
  const at::Tensor mean = points.mean(0, /*keepdim=*/true);
  const at::Tensor centred = points - mean, coarse = centred.to(at::kFloat);
  std::vector<KMeans> starts;
  for (int64_t i = 0; i < restarts; ++i) {
    Philox draws(seed, {.purpose = Purpose::kClusters, .sample = static_cast<uint32_t>(i)});
    starts.push_back({.centres = first_centres(coarse, clusters, draws)});
  }
  settle(coarse, starts);
  std::vector<KMeans> best = {
      *std::min_element(starts.begin(), starts.end(),
                        [](const KMeans& a, const KMeans& b) { return a.inertia < b.inertia; })};
  best[0].centres = best[0].centres.to(at::kDouble);
  settle(centred, best);
  best[0].centres = best[0].centres + mean;
  return best[0];
}

}  // namespace stl10
