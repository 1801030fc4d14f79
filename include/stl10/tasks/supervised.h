#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "stl10/augment/augmenter.h"
#include "stl10/augment/options.h"
#include "stl10/augment/plain_images.h"
#include "stl10/base/options.h"
#include "stl10/data/splits.h"
#include "stl10/evaluate/class_centres.h"
#include "stl10/evaluate/class_weights.h"
#include "stl10/evaluate/judge.h"
#include "stl10/nn/classifier.h"
#include "stl10/tasks/input.h"
#include "stl10/train/task.h"

namespace stl10 {

/// What is the method's own; the defaults are configs/supervised.json.
struct SupervisedOptions {
  int64_t batch_size = 50;
  double learning_rate = 1e-3;
  double label_smoothing = 0.1;
  ClassWeights class_weights = ClassWeights::kNone;
  SplitOptions split{.validation = Validation::kNone};
  AugmentOptions augment = default_augment();
  EncoderOptions encoder = early_pool_encoder();
  HeadOptions head;
  OptimizerOptions optimizer{.kind = OptimizerKind::kAdamW, .weight_decay = 0.05};
  ScheduleOptions schedule{.decay = Decay::kCosine, .warmup_epochs = 1};

  static AugmentOptions default_augment();

  /// The encoder, which takes images as large as the augmentation makes them.
  EncoderOptions sized_encoder() const;
};

template <class Visitor>
void visit_fields(SupervisedOptions& options, Visitor& field) {
  field("batch_size", options.batch_size, "labeled images a step", between(1, 1e9));
  field("learning_rate", options.learning_rate, "base learning rate", above(0));
  visit_width(options.encoder, field);
  field("label_smoothing", options.label_smoothing, "share of the target spread over all outputs",
        between(0, 0.999));
  field("class_weights", options.class_weights, kClassWeightsHelp);
  visit_fields(options.split, field);
  field("augment", options.augment, "");
  field("encoder", options.encoder, "");
  field("head", options.head, "");
  field("optimizer", options.optimizer, "");
  field("schedule", options.schedule, "");
}

/// Which images are judged.
enum class JudgedPart { kTrain, kValidation, kTest };

/// An encoder and a linear head trained with cross-entropy on the labeled images.
/// View: "images". Metrics of steps and of the split "validation": loss, accuracy.
class SupervisedTask : public Task {
 public:
  /// @throws ConfigError, UsageError, DataError where options and data don't fit.
  SupervisedTask(const SupervisedOptions& options, const TaskInput& input);

  torch::nn::Module& network() override { return *network_; }
  const Loader& loader() const override { return loader_; }
  std::vector<ScheduledOptimizer>& optimizers() override { return optimizers_; }
  Prepared augment(const Batch& batch, const StepContext& context) const override;
  void step(const Prepared& prepared, MetricSums& sums, const StageEnd& ended) override;
  void after_update(const StepContext& context) override;
  Splits validate(int64_t epoch) override;

  /// What the present weights say of a part, without augmentation; computed once per set of
  /// weights.
  const Judgement& judge_part(JudgedPart part);

  /// What tells, of the present weights' features, which images are like those of any class.
  ClassCentres centres();

  const Encoder& encoder() const { return network_->encoder; }

  /// Which images train and which ones validate, for people.
  std::string description() const;

  /// Whether there are images that validate, and whether they are the test images.
  bool has_validation() const;
  bool validates_on_test() const { return options_.split.validation == Validation::kTest; }

 protected:
  /// For methods that differ in the network and in how its parts are trained: without optimizers.
  SupervisedTask(const SupervisedOptions& options, const TaskInput& input,
                 const Classifier& network);

  /// The outputs for a step's images, with gradient.
  virtual at::Tensor logits_of(const Prepared& prepared);

  const Split& split() const { return split_; }
  const TaskInput& task_input() const { return input_; }
  PlainImages& train_images() { return train_images_; }
  PlainImages& test_images() { return test_images_; }
  Classifier& classifier() { return network_; }

 private:
  Judgement judgement_of(const ImageSet& images, PlainImages& plain,
                         const std::vector<int64_t>& indices);

  SupervisedOptions options_;
  TaskInput input_;
  Split split_;
  Loader loader_;
  Augmenter augmenter_;
  PlainImages train_images_, test_images_;
  at::Tensor class_weights_;  ///< as cross_entropy's
  Classifier network_;
  std::vector<ScheduledOptimizer> optimizers_;
  std::map<JudgedPart, Judgement> judged_;
};

}  // namespace stl10
