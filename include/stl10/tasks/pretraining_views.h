#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "stl10/augment/augmenter.h"
#include "stl10/augment/plain_images.h"
#include "stl10/base/compute.h"
#include "stl10/data/dataset.h"
#include "stl10/tasks/pretraining_options.h"
#include "stl10/train/task.h"

namespace stl10 {

/// Renders the views of a step's images.
class PretrainingViews {
 public:
  /// What a batch's numbers mean; all of it outlives the object.
  struct Images {
    const PlainImages& train;
    const PlainImages& unlabeled;
    const ImageSet& unlabeled_file;
    const std::vector<int64_t>& chosen;  ///< of the unlabeled ones
    const std::vector<int64_t>& joined;  ///< training images that follow these
  };

  PretrainingViews(const PretrainingOptions& options, const Images& images, uint64_t seed,
                   const Compute& compute);

  const ViewCounts& counts() const { return counts_; }

  /// The views of this process's part of a batch, and its labels, as PretrainingTask names them.
  Prepared of(const Batch& batch) const;

  /// Asks for the images of a later batch where they lie in a file.
  void read_ahead_of(const Batch& batch) const;

 private:
  int64_t unlabeled_count() const { return static_cast<int64_t>(images_.chosen.size()); }
  /// This process's part of all images, in the order in which they are rendered; without labels.
  Batch own_images(const Batch& batch) const;
  /// Those of the batch's unlabeled images that lie in their own file.
  std::vector<int64_t> stored_unlabeled(const Batch& batch) const;
  /// (count·N, 3, S, S): the views from number `first` on, one after the other.
  at::Tensor group(const Batch& batch, const Augmenter& augmenter, int64_t first,
                   int64_t count) const;
  void render(const Augmenter& augmenter, const Batch& batch, int64_t view,
              const at::Tensor& out) const;

  Images images_;
  Compute compute_;
  ViewCounts counts_;
  Augmenter first_, contrastive_, classification_;
  std::optional<Augmenter> small_;
};

}  // namespace stl10
