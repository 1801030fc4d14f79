#include "stl10/tasks/supervised.h"

#include <ATen/Functions.h>

#include <optional>

#include "stl10/base/device.h"
#include "stl10/base/error.h"
#include "stl10/evaluate/outputs.h"
#include "stl10/loss/cross_entropy.h"
#include "stl10/tasks/encoder_features.h"
#include "stl10/tasks/metrics.h"
#include "stl10/tasks/own_labels.h"

namespace stl10 {
namespace {

Classifier make_network(const SupervisedOptions& options, const TaskInput& input) {
  InitStream init{.seed = input.seed};
  Classifier network(options.sized_encoder(), options.head, input.data.class_count(), init);
  network->to(input.compute.device);
  return network;
}

void check_batches(const SupervisedOptions& options, const Classifier& network,
                   const Loader& loader, size_t images) {
  if (!network->encoder->shape().needs_two_images || loader.smallest_labeled_batch() > 1) return;
  throw ConfigError(
      {"batch normalization of a 1x1 map can't train on a batch of one image",
       "batches of two or more",
       std::to_string(images) + " images in batches of " + std::to_string(options.batch_size),
       "choose another --batch-size, or an encoder without pools"});
}

}  // namespace

AugmentOptions SupervisedOptions::default_augment() {
  AugmentOptions options = augment_preset("classification");
  options.size = 64;
  options.crop_scale = {0.2, 1};
  options.brightness = options.contrast = options.saturation = 0.4;
  options.grayscale = 0.1;
  options.noise = 0;
  return options;
}

EncoderOptions SupervisedOptions::sized_encoder() const {
  EncoderOptions sized = encoder;
  sized.side = augment.size.value_or(kSide);
  return sized;
}

SupervisedTask::SupervisedTask(const SupervisedOptions& options, const TaskInput& input,
                               const Classifier& network)
    : options_(options),
      input_(input),
      split_(input.split ? *input.split : make_split(input.data, options.split, input.seed)),
      loader_({.batch_size = options.batch_size, .steps_per_epoch = input.steps_per_epoch},
              split_.train, input.data.train.labels, input.seed),
      augmenter_(options.augment, input.seed),
      train_images_(
          plain_images(input.data.train, options.sized_encoder().side, input.compute.device)),
      test_images_(
          plain_images(input.data.test, options.sized_encoder().side, input.compute.device)),
      class_weights_(class_weights_of(options.class_weights,
                                      labels_of(split_.train, input.data.train.labels),
                                      input.data.class_count())),
      network_(network) {
  if (class_weights_.defined()) class_weights_ = class_weights_.to(input.compute.device);
  check_batches(options, network_, loader_, split_.train.size());
  share_statistics(*network_, input.compute.group);
}

SupervisedTask::SupervisedTask(const SupervisedOptions& options, const TaskInput& input)
    : SupervisedTask(options, input, make_network(options, input)) {
  optimizers_.push_back(
      {Optimizer(options.optimizer, options.learning_rate, named_parameters(*network_)),
       options.schedule});
}

Prepared SupervisedTask::augment(const Batch& whole, const StepContext& context) const {
  const Compute& compute = input_.compute;
  const Batch batch = own_labels(whole, compute.group);
  if (compute.device.is_cpu()) {
    read_ahead(train_images_.on_device(), loader_.batch(context.epoch, context.step + 1).labeled);
  }
  const ViewKey key{.source = ImageSource::kTrain,
                    .epoch = static_cast<uint32_t>(batch.labeled_pass)};
  return {.views = {{"images", augmenter_.views(train_images_.stored(), batch.labeled, key,
                                                compute.device, compute.network_type)}},
          .labels = to_device(batch.labels, compute.device),
          .images = static_cast<int64_t>(whole.labels.size()),
          .epoch = context.epoch};
}

void SupervisedTask::step(const Prepared& prepared, MetricSums& sums, const StageEnd& ended) {
  const at::Tensor& labels = prepared.labels;
  const at::Tensor logits = logits_of(prepared);
  ended(Stage::kForward);
  const at::Tensor loss = cross_entropy(logits, labels, options_.label_smoothing, class_weights_,
                                        {input_.compute.group, prepared.images});
  sums.add_part("loss", loss, labels.size(0), prepared.images);
  sums.add("accuracy", hits(logits, labels, input_.data.class_count()), labels.size(0));
  ended(Stage::kLoss);
  loss.backward();
  ended(Stage::kBackward);
}

at::Tensor SupervisedTask::logits_of(const Prepared& prepared) {
  return network_(prepared.views.at("images"), input_.compute.network_type);
}

void SupervisedTask::after_update(const StepContext&) { judged_.clear(); }

Splits SupervisedTask::validate(int64_t) {
  if (!has_validation()) return {};
  return {{"validation", to_metrics(judge_part(JudgedPart::kValidation))}};
}

std::string SupervisedTask::description() const { return describe(split_, options_.split); }

bool SupervisedTask::has_validation() const {
  return validates_on_test() || !split_.held_out.empty();
}

const Judgement& SupervisedTask::judge_part(JudgedPart part) {
  if (part == JudgedPart::kValidation && validates_on_test()) part = JudgedPart::kTest;
  const auto known = judged_.find(part);
  if (known != judged_.end()) return known->second;
  const Dataset& data = input_.data;
  const Judgement judgement =
      part == JudgedPart::kTest
          ? judgement_of(data.test, test_images_, all_indices(data.test.count()))
          : judgement_of(data.train, train_images_,
                         part == JudgedPart::kTrain ? split_.train : split_.held_out);
  return judged_.emplace(part, judgement).first->second;
}

ClassCentres SupervisedTask::centres() {
  const std::vector<int64_t>& labels = input_.data.train.labels;
  const auto known = [&](const std::vector<int64_t>& images) {
    return LabeledFeatures{encoder_features(network_->encoder, network_->tap(),
                                            {train_images_, images}, input_.compute),
                           labels_of(images, labels)};
  };
  std::optional<LabeledFeatures> held_out;
  if (!split_.held_out.empty()) held_out = known(split_.held_out);
  return class_centres(known(split_.train), held_out, input_.seed);
}

Judgement SupervisedTask::judgement_of(const ImageSet& images, PlainImages& plain,
                                       const std::vector<int64_t>& indices) {
  const Compute& compute = input_.compute;
  const auto logits_of_block = [&](std::span<const int64_t> part) {
    return network_(plain.views(part, compute.network_type), compute.network_type);
  };
  return judge(outputs_of(*network_, logits_of_block, indices, compute.group), indices,
               images.labels, input_.data.class_count());
}

}  // namespace stl10
