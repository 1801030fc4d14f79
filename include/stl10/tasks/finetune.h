#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "stl10/evaluate/l2_path.h"
#include "stl10/tasks/linear_probe.h"
#include "stl10/tasks/pretrained.h"
#include "stl10/tasks/supervised.h"

namespace stl10 {

/// What the head begins with: the tuned probe of the encoder's features, fitted to the labels that
/// train (linear probing, then finetuning: Kumar et al. 2022, arXiv:2202.10054), or new weights.
enum class HeadStart { kProbe, kNew };
inline std::vector<std::string_view> enum_names(HeadStart) { return {"probe", "new"}; }

struct FinetuneOptions {
  bool random_init = false;
  std::optional<Tap> tap;
  HeadStart head_start = HeadStart::kProbe;
  int64_t batch_size = 25;
  double learning_rate = 1e-3;
  std::vector<double> learning_rates;
  std::optional<double> encoder_factor;
  int64_t freeze_epochs = 0;
  double label_smoothing = 0;
  ClassWeights class_weights = ClassWeights::kNone;
  bool no_floors = false;
  SplitOptions split;
  AugmentOptions augment = without_size(augment_preset("classification"));
  OptimizerOptions optimizer;
  ScheduleOptions schedule{.decay = Decay::kCosine};

  /// The encoder's learning rate over the head's.
  double factor() const;
};

template <class Visitor>
void visit_fields(FinetuneOptions& options, Visitor& field) {
  field("random_init", options.random_init, "new weights in an encoder of the same kind");
  field("tap", options.tap, "the features that the head takes; null: those the run judged by");
  field("head_start", options.head_start, "the tuned probe's weights, or new ones");
  field("batch_size", options.batch_size, "labeled images a step", between(1, 1e9));
  field("learning_rate", options.learning_rate, "base learning rate of the head", above(0));
  field("learning_rates", options.learning_rates,
        "choose learning_rate among these by 5-fold cross-validation inside the labels", above(0));
  field("encoder_factor", options.encoder_factor,
        "the encoder's learning rate over the head's; null: 0.1, with random_init 1", above(0));
  field("freeze_epochs", options.freeze_epochs, "epochs at the start that train the head alone",
        between(0, 1e9));
  field("label_smoothing", options.label_smoothing, "share of the target spread over all classes",
        between(0, 0.999));
  field("class_weights", options.class_weights, kClassWeightsHelp);
  field("no_floors", options.no_floors, "don't measure what untrained features give");
  visit_fields(options.split, field);
  field("augment", options.augment, "");
  field("optimizer", options.optimizer, "");
  field("schedule", options.schedule, "");
}

/// A pretrained encoder and a linear head, trained further with cross-entropy on the labeled
/// images, each at its own learning rate. Views and metrics are SupervisedTask's.
class FinetuneTask : public SupervisedTask {
 public:
  /// @param has_start false for a run that is resumed, whose weights come from its checkpoint: the
  /// head's start is not computed. @throws as SupervisedTask.
  FinetuneTask(const FinetuneOptions& options, const TaskInput& input,
               const PretrainedEncoder& pretrained, bool has_start = true);

  /// Labels as a probe takes them: all that train, and parts inside them to choose by.
  const std::vector<ProbeLabels>& probe_labels() const { return labels_; }

  /// Features of the present encoder.
  ProbeFeatures features();

 private:
  at::Tensor logits_of(const Prepared& prepared) override;
  at::Tensor features_of(PlainImages& images, const std::vector<int64_t>& indices);
  ProbeFeatures train_features();
  void start_head();

  FinetuneOptions options_;
  Tap tap_;
  std::vector<ProbeLabels> labels_;
};

/// Chooses a learning rate: each is trained on four fifths of the labels that `options` give and
/// judged on the rest after the last epoch, five times. The highest accuracy wins, among equals the
/// lowest loss; one that diverges in any part loses: loss infinite, accuracy 0. @param tried is
/// told of each rate. @throws Interrupted; Diverged where all of them do.
Choice choose_learning_rate(const FinetuneOptions& options, const TaskInput& input,
                            const PretrainedEncoder& pretrained, int64_t epochs,
                            const std::function<void(const Candidate&)>& tried);

}  // namespace stl10
