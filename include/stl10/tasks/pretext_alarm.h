#pragma once

#include <optional>
#include <string>
#include <vector>

#include "stl10/train/progress.h"

namespace stl10 {

/// Watches the epochs of a contrastive run and says, once, when it has stopped to learn anything:
/// - too easy: contrastive accuracy of 95 % or more in three kNN judgements in a row, none of them
///   a point above the best before them;
/// - collapse: an effective rank below 2, or more than three quarters of the features dead.
class PretextAlarm {
 public:
  /// What to tell the user after this epoch, with the likely causes; empty: nothing (again).
  std::optional<std::string> warning_after(const EpochRecord& record);

 private:
  std::optional<std::string> collapse(const EpochRecord& record) const;
  std::optional<std::string> too_easy() const;

  struct Judged {
    double contrastive_accuracy, knn_accuracy;
  };
  std::vector<Judged> judged_;
  bool told_ = false;
};

}  // namespace stl10
