#include "stl10/tasks/probe_data.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <set>

#include "stl10/base/error.h"

namespace stl10 {
namespace {

ProbeLabels labels_within(const Dataset& data, const SplitOptions& options, uint64_t seed,
                          const std::string& without_choice) {
  const bool few = options.labels_per_class || options.fold;
  SplitOptions all = options;
  all.validation = Validation::kNone;
  ProbeLabels result{.images = make_split(data, all, seed).train};
  if (options.validation != Validation::kHoldout) return result;
  check_can_choose(result, data, without_choice);
  result.parts = few ? stratified_parts(result.images, data.train.labels, kParts, seed)
                     : std::vector<Split>{make_split(data, options, seed)};
  return result;
}

}  // namespace

void check_can_choose(const ProbeLabels& labels, const Dataset& data, const std::string& way_out) {
  std::set<int64_t> seen;
  for (const int64_t image : labels.images) {
    if (!seen.insert(data.train.labels[static_cast<size_t>(image)]).second) return;
  }
  throw UsageError({"nothing can be chosen with one label a class", "two labels of a class",
                    std::to_string(labels.images.size()) + " labels, each of another class",
                    "give more labels, or " + way_out});
}

std::vector<ProbeLabels> probe_labels(const Dataset& data, const SplitOptions& options,
                                      Protocol protocol, uint64_t seed,
                                      const std::string& without_choice) {
  std::vector<ProbeLabels> all;
  if (protocol == Protocol::kNone) {
    all.push_back(labels_within(data, options, seed, without_choice));
  } else {
    if (options.fold) {
      throw UsageError({"--fold is one fold, --protocol 10-fold all of them", "", "",
                        "leave one of the two out"});
    }
    SplitOptions one = options;
    one.fold = 0;
    check_has_folds(data, "--protocol 10-fold");
    for (one.fold = 0; *one.fold < static_cast<int64_t>(data.folds.size()); ++*one.fold) {
      all.push_back(labels_within(data, one, seed, without_choice));
      all.back().fold = one.fold;
    }
  }
  return all;
}

LabeledFeatures ProbeFeatures::of(const std::vector<int64_t>& some, bool all_views) const {
  std::vector<int64_t> rows;
  for (const int64_t image : some) {
    rows.push_back(std::lower_bound(images.begin(), images.end(), image) - images.begin());
  }
  const at::Tensor chosen = at::tensor(rows, at::kLong);
  const int64_t count = all_views ? views.size(0) : 1;
  return {views.slice(0, 0, count).index_select(1, chosen).flatten(0, 1),
          labels.index_select(0, chosen).repeat({count})};
}

std::vector<HeldOutFeatures> ProbeFeatures::parts_of(const ProbeLabels& given) const {
  std::vector<HeldOutFeatures> parts;
  for (const Split& part : given.parts) {
    parts.push_back({of(part.train, /*all_views=*/true), of(part.held_out, /*all_views=*/false)});
  }
  return parts;
}

std::vector<int64_t> images_of(const std::vector<ProbeLabels>& labels) {
  std::set<int64_t> all;
  for (const ProbeLabels& some : labels) all.insert(some.images.begin(), some.images.end());
  return {all.begin(), all.end()};
}

}  // namespace stl10
