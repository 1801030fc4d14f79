#include "stl10/tasks/finetune.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <limits>
#include <utility>

#include "stl10/base/error.h"
#include "stl10/nn/features.h"
#include "stl10/tasks/encoder_features.h"
#include "stl10/tasks/probe_data.h"
#include "stl10/train/trainer.h"

namespace stl10 {
namespace {

SupervisedOptions supervised_options(const FinetuneOptions& options,
                                     const PretrainedEncoder& pretrained) {
  return {.batch_size = options.batch_size,
          .learning_rate = options.learning_rate,
          .label_smoothing = options.label_smoothing,
          .class_weights = options.class_weights,
          .split = options.split,
          .augment = with_size(options.augment, pretrained.options.side, "augment"),
          .encoder = pretrained.options,
          .head = {},
          .optimizer = options.optimizer,
          .schedule = options.schedule};
}

Classifier make_network(const FinetuneOptions& options, const TaskInput& input,
                        const PretrainedEncoder& pretrained) {
  InitStream init{.seed = input.seed};
  Classifier network(pretrained.options, HeadOptions{}, input.data.class_count(), init,
                     pretrained.tap, pretrained.last);
  if (!options.random_init) pretrained.checkpoint.load_part_into("encoder", *network->encoder);
  network->to(input.compute.device);
  return network;
}

/// The parameters of the part "<prefix>…" that `takes` takes, by the name without the prefix.
template <class Takes>
std::vector<NamedTensor> parameters_of(const torch::nn::Module& network, const std::string& prefix,
                                       const Takes& takes) {
  std::vector<NamedTensor> chosen;
  for (const NamedTensor& parameter : named_parameters(network)) {
    const std::string& name = parameter.first;
    if (name.starts_with(prefix) && takes(name.substr(prefix.size()))) chosen.push_back(parameter);
  }
  return chosen;
}

/// Trains on all parts but one, and judges that one, for each in turn.
Candidate cross_validated(const FinetuneOptions& options, const TaskInput& input,
                          const PretrainedEncoder& pretrained, int64_t epochs,
                          const std::vector<Split>& parts) {
  Candidate candidate{.value = options.learning_rate};
  double count = 0;
  for (const Split& part : parts) {
    TaskInput inside = input;
    inside.split = part;
    const auto held_out = static_cast<double>(part.held_out.size());
    count += held_out;
    try {
      FinetuneTask task(options, inside, pretrained);
      train({.epochs = epochs, .group = input.compute.group}, task, {}, {});
      const Metrics metrics = task.validate(epochs - 1).at("validation");
      candidate.accuracy += held_out * metrics.at("accuracy");
      candidate.loss += held_out * metrics.at("loss");
    } catch (const Diverged&) {  // whatever the other parts say
      return {.value = options.learning_rate, .loss = std::numeric_limits<double>::infinity()};
    }
  }
  candidate.accuracy /= count;
  candidate.loss /= count;
  return candidate;
}

}  // namespace

double FinetuneOptions::factor() const {
  constexpr double kPretrained = 0.1, kRandom = 1;
  return encoder_factor.value_or(random_init ? kRandom : kPretrained);
}

FinetuneTask::FinetuneTask(const FinetuneOptions& options, const TaskInput& input,
                           const PretrainedEncoder& pretrained, bool has_start)
    : SupervisedTask(supervised_options(options, pretrained), input,
                     make_network(options, input, pretrained)),
      options_(options),
      tap_(pretrained.tap),
      labels_{
          {.images = split().train,
           .parts = stratified_parts(split().train, input.data.train.labels, kParts, input.seed)}} {
  ScheduleOptions frozen_first = options.schedule;
  frozen_first.frozen_epochs = options.freeze_epochs;
  optimizers().push_back(
      {Optimizer(options.optimizer, options.learning_rate,
                 parameters_of(*classifier(), "head.", [](const auto&) { return true; })),
       options.schedule});
  // Behind the head's tap there are no gradients.
  const auto has_gradient = [&](const std::string& name) {
    return classifier()->encoder->reaches(name, tap_);
  };
  optimizers().push_back({Optimizer(options.optimizer, options.learning_rate * options.factor(),
                                    parameters_of(*classifier(), "encoder.", has_gradient)),
                          frozen_first});
  if (has_start && options.head_start == HeadStart::kProbe) start_head();
}

at::Tensor FinetuneTask::features_of(PlainImages& images, const std::vector<int64_t>& indices) {
  return encoder_features(classifier()->encoder, tap_, {images, indices}, task_input().compute);
}

ProbeFeatures FinetuneTask::train_features() {
  return {.images = split().train,
          .views = features_of(train_images(), split().train).unsqueeze(0),
          .labels = labels_of(split().train, task_input().data.train.labels)};
}

ProbeFeatures FinetuneTask::features() {
  const Dataset& data = task_input().data;
  const std::vector<int64_t> test = all_indices(data.test);
  ProbeFeatures found = train_features();
  found.test = features_of(test_images(), test);
  found.test_labels = labels_of(test, data.test.labels);
  return found;
}

void FinetuneTask::start_head() {
  const Dataset& data = task_input().data;
  check_can_choose(labels_.front(), data, "--head-start new");
  const ProbeFeatures found = train_features();
  const LinearModel model = fit_linear(
      {.class_weights = options_.class_weights}, found.of(found.images, true),
      found.parts_of(labels_.front()), data.class_count(), task_input().seed, task_input().compute);
  const at::NoGradGuard no_grad;
  classifier()->head->weight.copy_(model.weight);
  classifier()->head->bias.copy_(model.bias);
  // A class without labels begins undecided: as a probe's, its loss would be without end.
  for (const int64_t k : model.absent) classifier()->head->bias[k].zero_();
}

at::Tensor FinetuneTask::logits_of(const Prepared& prepared) {
  if (prepared.epoch >= options_.freeze_epochs) return SupervisedTask::logits_of(prepared);
  return classifier()->head(frozen_features_at(classifier()->encoder, prepared.views.at("images"),
                                               tap_, task_input().compute.network_type));
}

Choice choose_learning_rate(const FinetuneOptions& options, const TaskInput& input,
                            const PretrainedEncoder& pretrained, int64_t epochs,
                            const std::function<void(const Candidate&)>& tried) {
  SplitOptions all = options.split;
  all.validation = Validation::kNone;
  const std::vector<Split> parts = stratified_parts(make_split(input.data, all, input.seed).train,
                                                    input.data.train.labels, kParts, input.seed);
  const auto rank = [](const Candidate& item) { return std::pair(item.accuracy, -item.loss); };
  Choice choice;
  size_t best = 0;
  for (const double rate : options.learning_rates) {
    FinetuneOptions with_rate = options;
    with_rate.learning_rate = rate;
    with_rate.split.validation = Validation::kHoldout;
    choice.path.push_back(cross_validated(with_rate, input, pretrained, epochs, parts));
    tried(choice.path.back());
    if (rank(choice.path.back()) > rank(choice.path[best])) best = choice.path.size() - 1;
  }
  if (!std::isfinite(choice.path[best].loss)) {
    throw Diverged({"training diverged with each of the learning rates", "finite losses",
                    "NaN or infinity in a part of the labels", "lower --learning-rates"});
  }
  settle(choice, best, options.learning_rates.size());
  return choice;
}

}  // namespace stl10
