#pragma once

#include <optional>
#include <string>
#include <vector>

#include "stl10/train/progress.h"

namespace stl10 {

/// Watches the epochs of a contrastive run and says, once, when it has stopped to learn anything:
/// - too easy: contrastive accuracy of 95 % or more in three kNN judgements in a row, none of them
///   a point above the best before them;
/// - collapse: an effective rank below 2, or more than three quarters of the features dead; or, by
///   what the method measures of its embeddings, an `embedding_deviation` below 0.2,
///   `classes_in_use` below 5 %, or, where asked to watch it, a `uniformity` above log ½.
class PretextAlarm {
 public:
  /// @param watches_uniformity whether nothing in the loss keeps the directions of embeddings
  /// apart, while it compares them.
  explicit PretextAlarm(bool watches_uniformity = false)
      : watches_uniformity_(watches_uniformity) {}

  /// What to tell the user after this epoch, with the likely causes; empty: nothing (again).
  std::optional<std::string> warning_after(const EpochRecord& record);

 private:
  std::optional<std::string> collapse(const EpochRecord& record) const;
  std::optional<std::string> collapse_of_embeddings(const Metrics& steps) const;
  std::optional<std::string> too_easy() const;

  struct Judged {
    double contrastive_accuracy, knn_accuracy;
  };
  std::vector<Judged> judged_;
  bool watches_uniformity_;
  bool told_ = false;
};

}  // namespace stl10
