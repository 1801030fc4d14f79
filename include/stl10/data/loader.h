#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "stl10/data/shuffle.h"

namespace stl10 {

/// How a step's images are chosen.
struct LoaderOptions {
  int64_t batch_size = 25;           ///< labeled images
  int64_t unlabeled_batch_size = 0;  ///< unlabeled images beside them; 0: none
  /// Empty: one pass over the longer of the two kinds of images.
  std::optional<int64_t> steps_per_epoch = {};
  /// Leave out the partial batch of each pass: contrastive training does, supervised doesn't.
  bool drop_last = false;
};

/// The images of one step, by index into their files; consumers read the bytes in place.
struct Batch {
  std::vector<int64_t> labeled;    ///< indices into the training images, none twice
  std::vector<int64_t> labels;     ///< 0 … classes − 1, one for each of `labeled`
  std::vector<int64_t> unlabeled;  ///< indices into the unlabeled images, none twice
  /// How often the stream has been passed before. Draws that use it as their epoch differ even
  /// where a stream that wraps around brings an image twice in one epoch.
  int64_t labeled_pass = 0;
  int64_t unlabeled_pass = 0;
};

/// Shuffled batches of labeled images, or of labeled and unlabeled ones in step. Each kind is a
/// stream of ShuffledPasses, and step s of epoch e takes batch e · steps_per_epoch + s of it. So:
/// an epoch passes the kind with more batches once (the other wraps around, evenly across epochs),
/// unless steps_per_epoch says otherwise, and every batch is a pure function of the options, the
/// seed, the epoch and the step: a run resumes anywhere without any state of the loader.
class Loader {
 public:
  /// @param labeled indices of the labeled images to train on.
  /// @param labels of all training images, by index; those of `labeled` are copied.
  /// @param unlabeled_count images in the unlabeled file.
  /// A batch larger than its images takes all of them. @throws UsageError when there are none.
  Loader(const LoaderOptions& options, std::vector<int64_t> labeled,
         std::span<const int64_t> labels, uint64_t seed, int64_t unlabeled_count = 0);

  int64_t steps_per_epoch() const { return steps_; }

  /// Labeled images of the smallest batch, which ends a pass.
  int64_t smallest_labeled_batch() const { return labeled_->smallest_batch(); }

  /// Step 0 … steps_per_epoch − 1 of epoch 0, 1, …; safe to call from several threads.
  Batch batch(int64_t epoch, int64_t step) const;

 private:
  std::vector<int64_t> indices_;  ///< of the labeled images
  std::vector<int64_t> labels_;   ///< one for each of `indices_`
  std::unique_ptr<ShuffledPasses> labeled_;
  std::unique_ptr<ShuffledPasses> unlabeled_;  ///< null without unlabeled images
  int64_t steps_;
};

}  // namespace stl10
