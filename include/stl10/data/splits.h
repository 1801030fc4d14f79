#pragma once

#include <cstdint>
#include <optional>
#include <span>
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
        "use this many labeled images of each class, the held-out part included; null: all",
        at_least(1));
}

/// Indices into the training images, ascending; the two have none in common.
struct Split {
  std::vector<int64_t> train;
  std::vector<int64_t> held_out;  ///< for validation; empty unless Validation::kHoldout
};

/// @throws DataError where fold_indices.txt is missing, with the way on.
/// @param without the option to leave out, "--fold".
void check_has_folds(const Dataset& data, const std::string& without);

/// Splits the training labels; a function of data, options and seed, whatever the command:
/// 1. `fold` leaves the images of that fold.
/// 2. `labels_per_class` takes this many of each class, the first ones in one random order of all;
///    fewer are a part of more, and labels behind the last image taken are never looked at.
/// 3. `holdout` holds out round(fraction · n) of the n images that a class then has, but at least
///    one and not all where n ≥ 2. So whatever is chosen is chosen inside the labels that are
///    given.
/// @throws UsageError when a fold or a class's images are too few, or nothing can be held out;
/// DataError when a fold is asked for and fold_indices.txt is missing.
Split make_split(const Dataset& data, const SplitOptions& options, uint64_t seed);

/// Stratified k-fold cross-validation: `parts` ways to hold out a part of the images, each image in
/// one of them, every class spread over them as evenly as its images allow. A part without images,
/// where there are too few, is left out. A function of the images' own labels and the seed.
/// @param indices ascending. @param labels of all training images, by index.
std::vector<Split> stratified_parts(const std::vector<int64_t>& indices,
                                    std::span<const int64_t> labels, int64_t parts, uint64_t seed);

/// One sentence for people: how many images train, and what validates. It names the test split
/// when that is what validates.
std::string describe(const Split& split, const SplitOptions& options);

}  // namespace stl10
