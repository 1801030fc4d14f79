#include "stl10/data/splits.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "stl10/base/error.h"
#include "stl10/base/philox.h"
#include "stl10/data/shuffle.h"

namespace stl10 {
namespace {

using Classes = std::vector<std::vector<int64_t>>;  // indices of each class's images

std::vector<int64_t> candidates(const Dataset& data, const std::optional<int64_t>& fold) {
  if (!fold) return all_indices(data.train.count());
  check_has_folds(data, "--fold");
  if (*fold < 0 || *fold >= static_cast<int64_t>(data.folds.size())) {
    throw UsageError({"--fold is not in " + (data.folder / "fold_indices.txt").string(),
                      "0 to " + std::to_string(data.folds.size() - 1), std::to_string(*fold),
                      "choose one of these"});
  }
  return data.folds[static_cast<size_t>(*fold)];
}

Classes by_class(const Dataset& data, std::vector<int64_t> indices) {
  std::sort(indices.begin(), indices.end());
  Classes classes(data.class_names.size());
  for (const int64_t index : indices) {
    const int64_t label = data.train.labels[static_cast<size_t>(index)];
    classes[static_cast<size_t>(label)].push_back(index);
  }
  return classes;
}

std::vector<int64_t> merged(const Classes& classes) {
  std::vector<int64_t> all;
  for (const auto& indices : classes) all.insert(all.end(), indices.begin(), indices.end());
  std::sort(all.begin(), all.end());
  return all;
}

std::vector<int64_t> class_order(std::vector<int64_t> images, uint64_t seed, size_t label,
                                 uint32_t draw) {
  return shuffled(std::move(images), seed,
                  {Purpose::kSplit, 0, static_cast<uint32_t>(label), draw});
}

/// Takes the held-out part out of `classes`.
Classes hold_out(Classes& classes, double fraction, uint64_t seed) {
  Classes held_out(classes.size());
  for (size_t label = 0; label < classes.size(); ++label) {
    const auto size = static_cast<int64_t>(classes[label].size());
    if (size < 2) continue;
    const int64_t wanted = std::llround(fraction * static_cast<double>(size));
    const int64_t count = std::clamp<int64_t>(wanted, 1, size - 1);
    std::vector<int64_t>& images = classes[label];
    images = class_order(std::move(images), seed, label, 0);
    held_out[label].assign(images.begin(), images.begin() + count);
    images.erase(images.begin(), images.begin() + count);
  }
  return held_out;
}

/// The first `count` images of each class in one random order of all `indices`.
std::vector<int64_t> drawn_labels(const Dataset& data, std::vector<int64_t> indices, int64_t count,
                                  uint64_t seed) {
  const Classes all = by_class(data, indices);
  for (size_t label = 0; label < all.size(); ++label) {
    const auto size = static_cast<int64_t>(all[label].size());
    if (size >= count) continue;
    throw UsageError({"--labels-per-class is more than there are of " + data.class_names[label],
                      "at most " + std::to_string(size), std::to_string(count),
                      size > 0 ? "choose fewer" : "leave it out"});
  }
  std::vector<int64_t> taken(all.size()), chosen;
  for (const int64_t index : shuffled(std::move(indices), seed, {.purpose = Purpose::kSubset})) {
    if (taken[static_cast<size_t>(data.train.labels[static_cast<size_t>(index)])]++ < count) {
      chosen.push_back(index);
    }
  }
  return chosen;
}

}  // namespace

void check_has_folds(const Dataset& data, const std::string& without) {
  if (!data.folds.empty()) return;
  throw DataError({(data.folder / "fold_indices.txt").string() + " is missing", "", "",
                   "leave out " + without + ", or fetch all of STL-10 by `stl10 data download`"});
}

Split make_split(const Dataset& data, const SplitOptions& options, uint64_t seed) {
  std::vector<int64_t> labeled = candidates(data, options.fold);
  if (options.labels_per_class) {
    labeled = drawn_labels(data, std::move(labeled), *options.labels_per_class, seed);
  }
  Classes classes = by_class(data, std::move(labeled));
  Split split;
  if (options.validation == Validation::kHoldout) {
    split.held_out = merged(hold_out(classes, options.holdout_fraction, seed));
    if (split.held_out.empty()) {
      throw UsageError({"nothing can be held out for validation", "two images of a class",
                        "one image of each", "give --validation none"});
    }
  }
  split.train = merged(classes);
  return split;
}

std::vector<Split> stratified_parts(const std::vector<int64_t>& indices,
                                    std::span<const int64_t> labels, int64_t parts, uint64_t seed) {
  constexpr uint32_t kParts = 1;  // tells this draw from that of the held-out part
  std::map<int64_t, std::vector<int64_t>> classes;
  for (const int64_t index : indices) {
    classes[labels[static_cast<size_t>(index)]].push_back(index);
  }
  std::map<int64_t, size_t> part_of;
  size_t next = 0;  // goes on from class to class, so that the parts are of equal size, too
  for (auto& [label, images] : classes) {
    for (const int64_t index :
         class_order(std::move(images), seed, static_cast<size_t>(label), kParts)) {
      part_of[index] = next++ % static_cast<size_t>(parts);
    }
  }
  std::vector<Split> splits(static_cast<size_t>(parts));
  for (size_t part = 0; part < splits.size(); ++part) {
    for (const auto& [index, home] : part_of) {
      (home == part ? splits[part].held_out : splits[part].train).push_back(index);
    }
  }
  std::erase_if(splits, [](const Split& split) { return split.held_out.empty(); });
  return splits;
}

std::string describe(const Split& split, const SplitOptions& options) {
  std::string text = std::to_string(split.train.size()) + " labeled images to train on";
  if (options.fold) text += " of fold " + std::to_string(*options.fold);
  if (options.labels_per_class) {
    text += (options.validation == Validation::kHoldout ? ", out of " : ", ") +
            std::to_string(*options.labels_per_class) + " of each class";
  }
  switch (options.validation) {
    case Validation::kHoldout:
      return text + "; validation on " + std::to_string(split.held_out.size()) +
             " others, held out of the training labels";
    case Validation::kTest:
      return text + "; validation on the TEST split, so its figures choose and judge at once";
    case Validation::kNone:
      break;
  }
  return text + "; no validation";
}

}  // namespace stl10
