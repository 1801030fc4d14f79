#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "stl10/augment/plain_images.h"
#include "stl10/data/splits.h"
#include "stl10/evaluate/judge.h"
#include "stl10/nn/contrastive_network.h"
#include "stl10/nn/gradient_cache.h"
#include "stl10/tasks/input.h"
#include "stl10/tasks/pretraining_options.h"
#include "stl10/tasks/pretraining_views.h"
#include "stl10/tasks/unlabeled_images.h"
#include "stl10/tasks/view_embeddings.h"
#include "stl10/train/task.h"

/// What all methods that train an encoder without labels have in common.
namespace stl10 {

/// What the present weights say of labeled images, without augmentation.
struct PretrainingJudgement {
  Judgement probe_train;
  std::optional<Judgement> probe_validation;
  std::optional<double> knn_accuracy;  ///< of the validation images, by the training images
};

/// A method on labeled and unlabeled images, side by side in each step, with an online linear
/// probe: views of all images train encoder and head by the method's loss; the labeled ones,
/// once more with weak augmentation and without gradient for the encoder, train the probe. Training
/// images without a label (held out, or beyond `labels_per_class` and `fold`) join the unlabeled
/// ones.
///
/// Views: "contrastive", the large views of all N images (of this process's part, where several
/// share them) one after the other, "small", likewise where there are such, and "labeled". Metrics
/// of steps: loss, correlation_accuracy, feature_contrastive_accuracy, alignment, uniformity,
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

  /// Whether the loss compares directions of embeddings and nothing in it keeps them apart, so that
  /// their uniformity tells of a collapse.
  virtual bool may_gather_in_one_place() const { return false; }

  const Encoder& encoder() const { return network_->encoder; }
  Tap tap() const { return network_->tap(); }

  PretrainingJudgement judge_weights();

  /// kNN accuracy on the features of an encoder of the same kind with the initial weights of this
  /// seed, its batch statistics estimated on training images; empty without validation images.
  std::optional<double> random_encoder_knn();

  const ViewCounts& view_counts() const { return views_.counts(); }

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

  /// One for all that isn't the probe's, with `options.optimizer`, and the probe's; the batch
  /// statistics of all parts are those of the group.
  void add_optimizers();

  /// For losses that compare two views of one size. @throws ConfigError where there are others.
  void take_two_views_only() const;

  /// What the method makes of the large views (L·N, 3, S, S) by networks beside its own, in the
  /// forward stage.
  virtual void forward_targets(const at::Tensor& large_views) { (void)large_views; }

  /// This process's part of the method's loss, with gradient, of all views' embeddings; adds its
  /// own metrics to `sums`.
  virtual at::Tensor method_loss(const ViewEmbeddings& views, MetricSums& sums) = 0;

  ContrastiveNetwork& parts() { return network_; }
  const Compute& compute() const { return input_.compute; }

 private:
  struct LabeledPart {
    const ImageSet& images;
    PlainImages& plain;
    const std::vector<int64_t>& indices;
  };
  LabeledPart train_part() { return {input_.data.train, train_images_, split_.train}; }
  LabeledPart validation_part();
  at::Tensor features_of(const Encoder& encoder, const LabeledPart& part) const;
  double knn_of(const at::Tensor& train, const at::Tensor& queries, const LabeledPart& part) const;
  Judgement judge_probe(const at::Tensor& features, const LabeledPart& part);
  void train_encoder(const Prepared& prepared, MetricSums& sums, const StageEnd& ended);
  at::Tensor head_features(const Prepared& prepared);
  /// Adds what is watched of every method, of the first two views.
  void add_measures(const at::Tensor& h, const ViewEmbeddings& views, MetricSums& sums) const;
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
  SharedRows images_, labeled_images_;  ///< of a step, of which other processes may have parts
  PlainImages train_images_, test_images_, unlabeled_images_;
  PretrainingViews views_;
  ContrastiveNetwork network_;
  std::optional<GradientCache> cache_;
  std::vector<ScheduledOptimizer> optimizers_;
};

}  // namespace stl10
