#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stl10/augment/augmenter.h"
#include "stl10/augment/options.h"
#include "stl10/augment/plain_images.h"
#include "stl10/base/options.h"
#include "stl10/data/splits.h"
#include "stl10/evaluate/judge.h"
#include "stl10/evaluate/knn.h"
#include "stl10/nn/contrastive_network.h"
#include "stl10/tasks/input.h"
#include "stl10/tasks/unlabeled_images.h"
#include "stl10/train/task.h"

/// What all methods that train an encoder without labels have in common.
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

/// What every such method has; the defaults are those of configs/simclr.json.
struct PretrainingOptions {
  int64_t batch_size = 25;
  int64_t unlabeled_batch_size = 103;
  bool unlabeled_without_test = false;
  double learning_rate = 2e-3;
  std::optional<Tap> tap;
  SplitOptions split;
  int64_t knn_every = 1;
  KnnOptions knn;
  FirstView first_view = FirstView::kAugmented;
  AugmentOptions contrastive = default_contrastive();
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
  field("first_view", options.first_view,
        "an image's first view: augmented as the second one, or plain: the image as it is");
  field("contrastive", options.contrastive, "");
  field("classification", options.classification, "");
  field("encoder", options.encoder, "");
  field("projection", options.projection, "");
  field("optimizer", options.optimizer, "");
  field("schedule", options.schedule, "");
  field("probe", options.probe, "");
}

/// What the present weights say of labeled images, without augmentation.
struct PretrainingJudgement {
  Judgement probe_train;
  std::optional<Judgement> probe_validation;
  std::optional<double> knn_accuracy;  ///< of the validation images, by the training images
};

/// A method on labeled and unlabeled images, side by side in each step, with an online linear
/// probe: two views of all images train encoder and head by the method's loss; the labeled ones,
/// once more with weak augmentation and without gradient for the encoder, train the probe. Training
/// images without a label (held out, or beyond `labels_per_class` and `fold`) join the unlabeled
/// ones.
///
/// Views: "contrastive", the two views of all N images one after the other; "labeled". Metrics of
/// steps: loss, correlation_accuracy, feature_contrastive_accuracy, alignment, uniformity,
/// probe_loss, probe_accuracy, and what the method adds; of "validation": probe_loss,
/// probe_accuracy, knn_accuracy; of "features": effective_rank, smallest_deviation, mean_deviation,
/// dead_features.
class PretrainingTask : public Task {
 public:
  torch::nn::Module& network() override { return *network_; }
  const Loader& loader() const override { return loader_; }
  std::vector<ScheduledOptimizer>& optimizers() override { return optimizers_; }
  Prepared augment(const Batch& batch, const StepContext& context) const override;
  void step(const Prepared& prepared, MetricSums& sums, const StageEnd& ended) override;
  Splits validate(int64_t epoch) override;

  /// Among how many the loss finds an image's other view; empty for a loss that compares none.
  virtual std::optional<int64_t> candidates() const { return std::nullopt; }

  const Encoder& encoder() const { return network_->encoder; }
  Tap tap() const { return network_->tap(); }

  PretrainingJudgement judge_weights();

  /// kNN accuracy on the features of an encoder of the same kind with the initial weights of this
  /// seed, its batch statistics estimated on training images; empty without validation images.
  std::optional<double> random_encoder_knn();

  /// Images of a step, of which each is one of the loss's pairs.
  int64_t images_per_step() const;

  /// The most that the features' effective rank can be, and the chance of a correlation hit.
  int64_t rank_limit() const;
  double correlation_chance() const;

  const UnlabeledImages& unlabeled() const { return unlabeled_; }

  /// Which images train and which ones validate, for people.
  std::string description() const;
  bool has_validation() const { return validates_on_test() || !split_.held_out.empty(); }
  bool validates_on_test() const { return options_.split.validation == Validation::kTest; }

 protected:
  /// The network without optimizers: a method adds its own modules to `parts`, then calls
  /// `add_optimizers`. @throws ConfigError, UsageError, DataError where options and data don't fit.
  PretrainingTask(const PretrainingOptions& options, const TaskInput& input);

  /// One for all that isn't the probe's, with `options.optimizer`, and the probe's.
  void add_optimizers();

  /// Forward and backward of the method's loss. @param views (2N, 3, S, S), the first ones of all
  /// images and then the second ones. Adds the loss and `add_measures` to `sums`.
  virtual void train_encoder(const at::Tensor& views, MetricSums& sums, const StageEnd& ended) = 0;

  /// Adds what is watched of every method: correlation_accuracy and feature_contrastive_accuracy of
  /// the features h (2N, D), alignment and uniformity of the embeddings z (2N, d), the first views'
  /// before the second ones'.
  void add_measures(const at::Tensor& h, const at::Tensor& z, MetricSums& sums) const;

  ContrastiveNetwork& parts() { return network_; }
  const Compute& compute() const { return input_.compute; }

 private:
  struct LabeledPart {
    const ImageSet& images;
    PlainImages& plain;
    const std::vector<int64_t>& indices;
  };
  int64_t unlabeled_count() const { return static_cast<int64_t>(unlabeled_.indices.size()); }
  /// Those of the batch's unlabeled images that lie in their own file.
  std::vector<int64_t> stored_unlabeled(const Batch& batch) const;
  LabeledPart train_part() { return {input_.data.train, train_images_, split_.train}; }
  LabeledPart validation_part();
  at::Tensor features_of(const Encoder& encoder, const LabeledPart& part) const;
  double knn_of(const at::Tensor& train, const at::Tensor& queries, const LabeledPart& part) const;
  Judgement judge_probe(const at::Tensor& features, const LabeledPart& part);
  /// The views number `view` of all images of the batch.
  void render(const Augmenter& augmenter, const Batch& batch, uint32_t view,
              const at::Tensor& out) const;
  void train_probe(const at::Tensor& images, const at::Tensor& labels, MetricSums& sums,
                   const StageEnd& ended);

  PretrainingOptions options_;
  TaskInput input_;
  Split split_;
  UnlabeledImages unlabeled_;
  std::vector<int64_t> joined_;    ///< training images without a label, after the unlabeled ones
  std::vector<int64_t> measured_;  ///< training images whose features are measured
  std::vector<int64_t> test_indices_;
  Loader loader_;
  Augmenter first_, contrastive_, classification_;
  PlainImages train_images_, test_images_, unlabeled_images_;
  ContrastiveNetwork network_;
  std::vector<ScheduledOptimizer> optimizers_;
};

}  // namespace stl10
