#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "stl10/base/compute.h"
#include "stl10/data/fit.h"
#include "stl10/tasks/saved_classifier.h"
#include "stl10/train/checkpoint.h"

namespace stl10 {

/// What a classifier says of one image.
struct Prediction {
  at::Tensor probabilities;  ///< float (K) on the CPU
  /// The share of known images that are farther from their class than this one from the class
  /// nearest to it (evaluate/class_centres.h); empty where the checkpoint can't tell.
  std::optional<double> in_class;
};

/// A checkpoint's classifier, asked about one image at a time, so that no answer depends on what
/// else is asked. Needs neither data nor a run folder.
class Predictor {
 public:
  /// @param views as linear-probe's; empty: as many as the classifier was fitted to. @throws
  /// UsageError where the checkpoint holds no classifier.
  Predictor(const Checkpoint& checkpoint, std::optional<int64_t> views, const Compute& compute);

  /// @param image kImageBytes in stored order. May be called by several threads of LibTorch at a
  /// time, one image each. @throws Diverged where the weights make no number of it.
  Prediction predict(const uint8_t* image);

  const std::vector<std::string>& class_names() const { return class_names_; }
  Fit fit() const { return fit_; }  ///< how pictures are to be read
  bool knows_its_classes() const { return saved_.centres.has_value(); }

 private:
  std::vector<std::string> class_names_;
  SavedClassifier saved_;
  Fit fit_;
  int64_t side_, views_;
  Compute compute_;
};

}  // namespace stl10
