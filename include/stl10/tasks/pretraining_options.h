#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stl10/augment/options.h"
#include "stl10/base/options.h"
#include "stl10/data/splits.h"
#include "stl10/evaluate/knn.h"
#include "stl10/nn/contrastive_network.h"
#include "stl10/tasks/view_counts.h"
#include "stl10/train/optimizer.h"
#include "stl10/train/schedule.h"

namespace stl10 {

/// How the online linear probe is trained, beside the encoder.
struct ProbeOptions {
  double learning_rate = 1e-3;
  OptimizerOptions optimizer;
};

template <class Visitor>
void visit_fields(ProbeOptions& options, Visitor& field) {
  field("learning_rate", options.learning_rate, "of the online probe, constant", above(0));
  visit_fields(options.optimizer, field);
}

/// What the first of an image's two views is: drawn like the second one, or the image as it is.
enum class FirstView { kAugmented, kPlain };
inline std::vector<std::string_view> enum_names(FirstView) { return {"augmented", "plain"}; }

/// Views beyond the large ones.
struct SmallViewOptions {
  std::optional<int64_t> size;
  std::vector<double> crop_scale = {0.05, 0.3};
};

template <class Visitor>
void visit_fields(SmallViewOptions& options, Visitor& field) {
  field("size", options.size, "side in pixels; null: half of the large views'",
        between(kSmallestSide, kLargestSide));
  field("crop_scale", options.crop_scale, "lowest and highest share of the area",
        Range{.low = 0, .high = 1, .low_excluded = true});
}

/// What every method that trains an encoder without labels has; the defaults are those of
/// configs/simclr.json.
struct PretrainingOptions {
  int64_t batch_size = 25;
  int64_t unlabeled_batch_size = 103;
  bool unlabeled_without_test = false;
  double learning_rate = 2e-3;
  std::optional<Tap> tap;
  SplitOptions split;
  int64_t knn_every = 1;
  KnnOptions knn;
  std::optional<int64_t> contrastive_chunk;
  std::string views = "2";
  FirstView first_view = FirstView::kAugmented;
  AugmentOptions contrastive = default_contrastive();
  SmallViewOptions small;
  AugmentOptions classification = without_size(augment_preset("classification"));
  EncoderOptions encoder = early_pool_encoder();
  ProjectionOptions projection{.tap = std::nullopt, .hidden = 1024, .batch_norm = true};
  OptimizerOptions optimizer;
  ScheduleOptions schedule{.decay = Decay::kCosine, .warmup_epochs = 1};
  ProbeOptions probe;

  /// What small encoders want: SimCLR's steps, weaker than for large ones, without blur.
  static AugmentOptions default_contrastive();

  /// The contrastive augmentation, or none, into views of the same size.
  AugmentOptions first_augmentation() const;

  /// The contrastive augmentation into small views.
  AugmentOptions small_augmentation() const;

  /// The encoder, which takes images as large as the contrastive views.
  EncoderOptions sized_encoder() const;
};

/// @param own visits the method's own options, which stand behind the batches.
template <class Visitor, class Own>
void visit_pretraining(PretrainingOptions& options, Visitor& field, const Own& own) {
  field("batch_size", options.batch_size, "labeled images a step", between(1, 1e9));
  field("unlabeled_batch_size", options.unlabeled_batch_size,
        "images without labels a step, beside the labeled ones; 0: none", between(0, 1e9));
  field("unlabeled_without_test", options.unlabeled_without_test,
        "leave out unlabeled images that are copies of test images");
  field("learning_rate", options.learning_rate, "base learning rate of encoder and head", above(0));
  own();
  visit_width(options.encoder, field);
  field("tap", options.tap,
        "the encoder's features that probe and kNN judge; null: its last map, flat (resnet: "
        "pooled)");
  visit_fields(options.split, field);
  field("knn_every", options.knn_every, "epochs between two kNN judgements", between(1, 1e9));
  field("knn", options.knn, "");
  field("contrastive_chunk", options.contrastive_chunk,
        "views a chunk: features of the whole step are made first, then gradients chunk by chunk, "
        "the same in less memory; null: at once",
        between(1, 1e9));
  field("views", options.views,
        "of each image: large ones (two or more), or large+small, such as 2+4, all compared with "
        "the large ones");
  field("first_view", options.first_view,
        "an image's first view: augmented as the second one, or plain: the image as it is");
  field("contrastive", options.contrastive, "");
  field("small", options.small, "");
  field("classification", options.classification, "");
  field("encoder", options.encoder, "");
  field("projection", options.projection, "");
  field("optimizer", options.optimizer, "");
  field("schedule", options.schedule, "");
  field("probe", options.probe, "");
}

}  // namespace stl10
