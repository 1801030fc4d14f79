#include "stl10/evaluate/class_centres.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <limits>
#include <span>
#include <vector>

#include "stl10/data/shuffle.h"
#include "stl10/data/splits.h"
#include "stl10/evaluate/k_means.h"

namespace stl10 {
namespace {

constexpr int64_t kCentres = 5, kCentreRestarts = 3;

/// Centres of every class, and the class of each.
LabeledFeatures centres_of(const LabeledFeatures& images, uint64_t seed) {
  const int64_t classes = images.labels.max().item<int64_t>() + 1;
  std::vector<at::Tensor> centres, labels;
  for (int64_t label = 0; label < classes; ++label) {
    const at::Tensor mine = images.x.index({images.labels.eq(label)});
    if (mine.size(0) == 0) continue;
    const int64_t count = std::min(kCentres, mine.size(0));
    const at::Tensor found = k_means(mine, count, seed, kCentreRestarts).centres;
    centres.push_back(found.to(at::kFloat));
    labels.push_back(at::full({found.size(0)}, label, at::kLong));
  }
  return {at::cat(centres), at::cat(labels)};
}

/// Of each image, to the nearest centre of its own class; images without one are left out.
at::Tensor distances_to(const LabeledFeatures& centres, const LabeledFeatures& images) {
  const at::Tensor same = images.labels.unsqueeze(1).eq(centres.labels);
  const at::Tensor distances = at::cdist(images.x.to(at::kFloat), centres.x);
  const at::Tensor best =
      distances.masked_fill(same.logical_not(), std::numeric_limits<float>::infinity()).amin(1);
  return best.index({same.any(1)});
}

LabeledFeatures rows_of(const LabeledFeatures& images, const std::vector<int64_t>& rows) {
  const at::Tensor chosen = at::tensor(rows, at::kLong);
  return {images.x.index_select(0, chosen), images.labels.index_select(0, chosen)};
}

/// Each fifth from the centres of the rest.
at::Tensor cross_distances(const LabeledFeatures& images, uint64_t seed) {
  constexpr int64_t kParts = 5;
  const at::Tensor labels = images.labels.contiguous();
  const std::span<const int64_t> known(labels.data_ptr<int64_t>(),
                                       static_cast<size_t>(labels.numel()));
  std::vector<at::Tensor> found;
  for (const Split& part : stratified_parts(all_indices(labels.numel()), known, kParts, seed)) {
    if (part.train.empty()) continue;
    found.push_back(distances_to(centres_of(rows_of(images, part.train), seed),
                                 rows_of(images, part.held_out)));
  }
  return found.empty() ? at::empty({0}, images.x.options()) : at::cat(found);
}

}  // namespace

ClassCentres class_centres(const LabeledFeatures& train,
                           const std::optional<LabeledFeatures>& held_out, uint64_t seed) {
  const LabeledFeatures centres = centres_of(train, seed);
  const at::Tensor distances =
      held_out ? distances_to(centres, *held_out) : cross_distances(train, seed);
  return {centres.x, std::get<0>(distances.sort())};
}

at::Tensor in_class(const ClassCentres& known, const at::Tensor& x) {
  const at::Tensor best = at::cdist(x.to(at::kFloat), known.centres).amin(1);
  const at::Tensor nearer =
      at::searchsorted(known.distances, best, /*out_int32=*/false, /*right=*/true);
  return 1 - nearer.to(at::kDouble) / static_cast<double>(known.distances.numel());
}

}  // namespace stl10
