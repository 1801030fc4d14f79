#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stl10/data/splits.h"
#include "stl10/evaluate/l2_path.h"

/// Which labels a probe is given, how it chooses inside them, and where it finds their features.
namespace stl10 {

enum class Protocol { kNone, kTenFold };
inline std::vector<std::string_view> enum_names(Protocol) { return {"none", "10-fold"}; }

/// Of cross-validation inside the labels given.
inline constexpr int64_t kParts = 5;

/// One set of labels to fit to.
struct ProbeLabels {
  std::optional<int64_t> fold;  ///< of the protocol
  std::vector<int64_t> images;  ///< training images whose labels are given, ascending
  std::vector<Split> parts;     ///< ways to hold some of them out; empty: nothing is held out
};

/// The labels that `options` give, or with a protocol those of every official fold. What is chosen
/// on them is chosen inside them: on `holdout_fraction` of all labels, and with `labels_per_class`,
/// `fold` or a protocol by stratified 5-fold cross-validation.
/// @param without_choice the flags with which nothing needs to be chosen, for the message.
/// @throws UsageError where they can't be had, or nothing can be held out; DataError.
std::vector<ProbeLabels> probe_labels(const Dataset& data, const SplitOptions& options,
                                      Protocol protocol, uint64_t seed,
                                      const std::string& without_choice);

/// @throws UsageError, naming another way out, where no image can be judged by one of its class.
void check_can_choose(const ProbeLabels& labels, const Dataset& data, const std::string& way_out);

/// Features of all images that some ProbeLabels name, and of the test images.
struct ProbeFeatures {
  std::vector<int64_t> images;  ///< ascending, indices into the training images
  at::Tensor views;             ///< float (V, N, D); view 0 is of the images as they are
  at::Tensor labels;            ///< int64 (N)
  at::Tensor test;              ///< float (M, D)
  at::Tensor test_labels;       ///< int64 (M)

  /// The features of some of the images: of view 0, or of all views one after the other.
  LabeledFeatures of(const std::vector<int64_t>& some, bool all_views) const;

  /// The parts of given labels: all views train, view 0 judges.
  std::vector<HeldOutFeatures> parts_of(const ProbeLabels& given) const;
};

/// All images that the labels name, ascending.
std::vector<int64_t> images_of(const std::vector<ProbeLabels>& labels);

}  // namespace stl10
