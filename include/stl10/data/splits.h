#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stl10/base/options.h"
#include "stl10/data/dataset.h"

namespace stl10 {

/// What judges the weights after each epoch: a held-out part of the training labels, the test
/// split (as the report did), or nothing.
enum class Validation { kHoldout, kTest, kNone };
inline std::vector<std::string_view> enum_names(Validation) { return {"holdout", "test", "none"}; }

/// Which labeled images are trained on, and which ones validate.
struct SplitOptions {
  Validation validation = Validation::kHoldout;
  double holdout_fraction = 0.1;
  std::optional<int64_t> fold = {};
  std::optional<int64_t> labels_per_class = {};
};

template <class Visitor>
void visit_fields(SplitOptions& options, Visitor& field) {
  field("validation", options.validation,
        "what judges each epoch: holdout takes a part of the training labels");
  field("holdout_fraction", options.holdout_fraction, "part of each class that is held out",
        Range{.low = 0, .high = 0.9, .low_excluded = true});
  field("fold", options.fold,
        "train on this official fold alone: 0 is the first line of fold_indices.txt", at_least(0));
  field("labels_per_class", options.labels_per_class,
        "train on so many labeled images of each class; null: all", at_least(1));
}

/// Indices into the training images, ascending; the two have none in common.
struct Split {
  std::vector<int64_t> train;
  std::vector<int64_t> held_out;  ///< for validation; empty unless Validation::kHoldout
};

/// Splits the training labels; a function of data, options and seed, whatever the command:
/// 1. `fold` leaves the images of that fold.
/// 2. `holdout` holds out round(fraction · n) of a class's n images, but at least one and not all
///    where n ≥ 2. It doesn't look at `labels_per_class`, so figures for different numbers of
///    labels are judged on the same images.
/// 3. `labels_per_class` draws so many of each class from the rest; fewer are a part of more.
/// @throws UsageError when a fold or a class's images are too few, or nothing can be held out;
/// DataError when a fold is asked for and fold_indices.txt is missing.
Split make_split(const Dataset& data, const SplitOptions& options, uint64_t seed);

/// One sentence for people: how many images train, and what validates. It names the test split
/// when that is what validates.
std::string describe(const Split& split, const SplitOptions& options);

}  // namespace stl10
