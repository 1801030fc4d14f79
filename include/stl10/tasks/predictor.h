#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "stl10/base/compute.h"
#include "stl10/base/image.h"
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

/// A checkpoint's classifier. No answer depends on what else is asked, to the bit. Needs neither
/// data nor a run folder.
class Predictor {
 public:
  /// @param views as linear-probe's; empty: as many as the classifier was fitted to. @throws
  /// UsageError where the checkpoint holds no classifier.
  Predictor(const Checkpoint& checkpoint, std::optional<int64_t> views, const Compute& compute);

  /// May be called by several threads of LibTorch at a time.
  /// @param images each kImageBytes in stored order; at most together() of them.
  /// @throws Diverged where the weights make no number of one.
  std::vector<Prediction> predict(std::span<const uint8_t* const> images);

  /// So many images pass the network as one batch, which packs its weights for each batch anew: 16,
  /// or 1 where an image's answer depends on its place in a batch.
  int64_t together() const { return together_; }

  const std::vector<std::string>& class_names() const { return class_names_; }
  Fit fit() const { return fit_; }  ///< how pictures are to be read
  bool knows_its_classes() const { return saved_.centres.has_value(); }

 private:
  static constexpr int64_t kTogether = 16;

  /// Of each image of a batch; both on the CPU.
  struct Answers {
    at::Tensor probabilities;  ///< float (N, K)
    at::Tensor in_class;       ///< double (N); undefined where the checkpoint can't tell
  };

  bool places_matter();
  at::Tensor features(const ImageView& images);
  Answers told(const ImageView& images);

  std::vector<std::string> class_names_;
  SavedClassifier saved_;
  Fit fit_;
  int64_t side_, views_, together_ = 1;
  Compute compute_;
};

}  // namespace stl10
