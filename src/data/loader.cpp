#include "stl10/data/loader.h"

#include <algorithm>
#include <string>
#include <utility>

#include "stl10/base/error.h"

namespace stl10 {
namespace {

constexpr uint32_t kLabeledStream = 0, kUnlabeledStream = 1;

void check_images(int64_t count, const std::string& kind) {
  if (count > 0) return;
  throw UsageError({"there are no " + kind + " images to train on", "at least 1", "0",
                    "name another --data-dir, or see --help"});
}

}  // namespace

Loader::Loader(const LoaderOptions& options, std::vector<int64_t> labeled,
               std::span<const int64_t> labels, uint64_t seed, int64_t unlabeled_count)
    : indices_(std::move(labeled)) {
  const auto labeled_count = static_cast<int64_t>(indices_.size());
  check_images(labeled_count, "labeled");
  for (const int64_t index : indices_) labels_.push_back(labels[static_cast<size_t>(index)]);
  const auto stream = [&](int64_t count, int64_t batch_size, uint32_t id) {
    return std::make_unique<ShuffledPasses>(
        ShuffledPasses::Options{count, batch_size, options.drop_last, seed, id});
  };
  labeled_ = stream(labeled_count, options.batch_size, kLabeledStream);
  steps_ = labeled_->batches_per_pass();
  if (options.unlabeled_batch_size > 0) {
    check_images(unlabeled_count, "unlabeled");
    unlabeled_ = stream(unlabeled_count, options.unlabeled_batch_size, kUnlabeledStream);
    steps_ = std::max(steps_, unlabeled_->batches_per_pass());
  }
  steps_ = options.steps_per_epoch.value_or(steps_);
}

Batch Loader::batch(int64_t epoch, int64_t step) const {
  const int64_t position = epoch * steps_ + step;
  Batch batch;
  for (const int64_t i : labeled_->batch(position)) {
    batch.labeled.push_back(indices_[static_cast<size_t>(i)]);
    batch.labels.push_back(labels_[static_cast<size_t>(i)]);
  }
  batch.labeled_pass = labeled_->pass_of(position);
  if (unlabeled_) {
    batch.unlabeled = unlabeled_->batch(position);
    batch.unlabeled_pass = unlabeled_->pass_of(position);
  }
  return batch;
}

}  // namespace stl10
