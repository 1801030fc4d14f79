#include "stl10/tasks/pretraining.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <iterator>
#include <span>

#include "stl10/base/device.h"
#include "stl10/base/error.h"
#include "stl10/data/shuffle.h"
#include "stl10/evaluate/feature_measures.h"
#include "stl10/loss/cross_entropy.h"
#include "stl10/nn/features.h"
#include "stl10/tasks/encoder_features.h"
#include "stl10/tasks/metrics.h"

namespace stl10 {
namespace {

constexpr int64_t kMeasuredImages = 1000;  // for the effective rank

ContrastiveNetwork make_network(const PretrainingOptions& options, const TaskInput& input) {
  InitStream init{.seed = input.seed};
  ContrastiveNetwork network(options.sized_encoder(), options.projection, options.tap,
                             input.data.class_count(), init);
  network->to(input.compute.device);
  return network;
}

/// @throws ConfigError where small views would make other features than large ones.
void check_small_views(const PretrainingOptions& options, const ViewCounts& counts,
                       const ContrastiveNetwork& network) {
  if (counts.small == 0) return;
  EncoderOptions small = options.sized_encoder();
  small.side = *options.small_augmentation().size;
  const Tap tap = network->head_tap();
  const int64_t features = shape_of(small).width(tap), expected = network->encoder->features(tap);
  if (features == expected) return;
  throw ConfigError(
      {"small views make another number of features than large ones at the head's tap",
       std::to_string(expected) + " at `projection.tap` " + std::string(name_of(tap)),
       std::to_string(features) + " of " + std::to_string(small.side) + " pixels",
       "give --projection.tap pooled, or --small.size " +
           std::to_string(options.sized_encoder().side)});
}

/// Training images that no label of `split` belongs to.
std::vector<int64_t> without_label(const Dataset& data, const Split& split) {
  const std::vector<int64_t> all = all_indices(data.train);
  std::vector<int64_t> rest;
  std::set_difference(all.begin(), all.end(), split.train.begin(), split.train.end(),
                      std::back_inserter(rest));
  return rest;
}

std::vector<int64_t> drawn(const Dataset& data, uint64_t seed) {
  constexpr uint32_t kMeasuring = 1;  // tells this draw from others of its purpose
  std::vector<int64_t> order =
      shuffled(all_indices(data.train), seed, {Purpose::kSubset, 0, 0, kMeasuring});
  order.resize(static_cast<size_t>(std::min(kMeasuredImages, data.train.count())));
  return order;
}

LoaderOptions loader_options(const PretrainingOptions& options, const TaskInput& input) {
  return {.batch_size = options.batch_size,
          .unlabeled_batch_size = options.unlabeled_batch_size,
          .steps_per_epoch = input.steps_per_epoch,
          .drop_last = true};
}

}  // namespace

PretrainingTask::PretrainingTask(const PretrainingOptions& options, const TaskInput& input)
    : options_(options),
      input_(input),
      split_(make_split(input.data, options.split, input.seed)),
      unlabeled_(choose_unlabeled(input.data, options.unlabeled_without_test)),
      joined_(without_label(input.data, split_)),
      measured_(drawn(input.data, input.seed)),
      test_indices_(validates_on_test() ? all_indices(input.data.test) : std::vector<int64_t>()),
      loader_(loader_options(options, input), split_.train, input.data.train.labels, input.seed,
              static_cast<int64_t>(unlabeled_.indices.size() + joined_.size())),
      images_(input.compute.group, images_per_step()),
      labeled_images_(input.compute.group,
                      static_cast<int64_t>(loader_.batch(0, 0).labeled.size())),
      train_images_(
          plain_images(input.data.train, options.sized_encoder().side, input.compute.device)),
      test_images_(
          plain_images(input.data.test, options.sized_encoder().side, input.compute.device)),
      unlabeled_images_(
          plain_images(input.data.unlabeled, options.sized_encoder().side, input.compute.device)),
      views_(options,
             {train_images_, unlabeled_images_, input.data.unlabeled, unlabeled_.indices, joined_},
             input.seed, input.compute),
      network_(make_network(options, input)) {
  if (images_per_step() < 2) {
    throw ConfigError({"the loss needs images to tell apart", "two or more a step", "one",
                       "raise --batch-size or --unlabeled-batch-size"});
  }
  check_small_views(options, views_.counts(), network_);
  if (options.contrastive_chunk) cache_.emplace(network_, *options.contrastive_chunk);
}

void PretrainingTask::take_two_views_only() const {
  if (views_.counts().large == 2 && views_.counts().small == 0) return;
  throw ConfigError({"the method compares two views of one size", "`views` 2", options_.views,
                     "leave --views out, or take another method"});
}

void PretrainingTask::add_optimizers() {
  share_statistics(*network_, compute().group);
  std::vector<NamedTensor> encoder, probe;
  for (const NamedTensor& parameter : named_parameters(*network_)) {
    if (!parameter.second.requires_grad()) continue;  // moved by the method itself
    (parameter.first.starts_with("probe.") ? probe : encoder).push_back(parameter);
  }
  const PretrainingOptions& options = options_;
  optimizers_.push_back(
      {Optimizer(options.optimizer, options.learning_rate, encoder), options.schedule});
  optimizers_.push_back(
      {Optimizer(options.probe.optimizer, options.probe.learning_rate, probe), {}});
}

int64_t PretrainingTask::images_per_step() const {
  const Batch first = loader_.batch(0, 0);
  return static_cast<int64_t>(first.labeled.size() + first.unlabeled.size());
}

int64_t PretrainingTask::rank_limit() const {
  return std::min(static_cast<int64_t>(measured_.size()), network_->encoder->features(tap()));
}

double PretrainingTask::correlation_chance() const {
  return 1 / static_cast<double>(network_->encoder->features(network_->head_tap()));
}

std::string PretrainingTask::description() const {
  return describe(split_, options_.split) + describe(unlabeled_);
}

Prepared PretrainingTask::augment(const Batch& batch, const StepContext& context) const {
  views_.read_ahead_of(loader_.batch(context.epoch, context.step + 1));
  return views_.of(batch);
}

void PretrainingTask::step(const Prepared& prepared, MetricSums& sums, const StageEnd& ended) {
  train_encoder(prepared, sums, ended);
  train_probe(prepared.views.at("labeled"), prepared.labels, sums, ended);
}

at::Tensor PretrainingTask::head_features(const Prepared& prepared) {
  const auto of_group = [&](const at::Tensor& views) {
    const at::ScalarType type = compute().network_type;
    return cache_ ? cache_->features(views, type) : network_->head_features(views, type);
  };
  const at::Tensor h = of_group(prepared.views.at("contrastive"));
  const auto small = prepared.views.find("small");
  return small == prepared.views.end() ? h : at::cat({h, of_group(small->second)});
}

void PretrainingTask::train_encoder(const Prepared& prepared, MetricSums& sums,
                                    const StageEnd& ended) {
  const at::Tensor h = head_features(prepared);
  const ViewEmbeddings views{network_->projection(h), h.size(0) / views_.counts().all(),
                             views_.counts(), images_};
  forward_targets(prepared.views.at("contrastive"));
  ended(Stage::kForward);
  const at::Tensor loss = method_loss(views, sums);
  sums.add_part("loss", loss, views.images, images_.count(views.of(0)));
  add_measures(h, views, sums);
  ended(Stage::kLoss);
  loss.backward();
  if (cache_) cache_->backward();
  ended(Stage::kBackward);
}

void PretrainingTask::add_measures(const at::Tensor& h, const ViewEmbeddings& views,
                                   MetricSums& sums) const {
  const Group& group = compute().group;
  const int64_t n = views.images, all = images_.count(views.of(0));
  const at::Tensor h12 = images_.stacked(2).gather(h.detach().slice(0, 0, 2 * n));
  const at::Tensor h1 = h12.slice(0, 0, all), h2 = h12.slice(0, all);
  const auto [first, last] = group.part_of(h.size(1));
  sums.add("correlation_accuracy", correlation_hits(h1, h2, group), 2 * (last - first));
  sums.add("feature_contrastive_accuracy", contrastive_hits(h1, h2, group), 2 * n);
  sums.add_mean("alignment", alignment(views.of(0), views.of(1)), n);
  sums.add_mean("uniformity", uniformity(images_.gather(views.of(0).detach()), group), n);
}

void PretrainingTask::train_probe(const at::Tensor& images, const at::Tensor& labels,
                                  MetricSums& sums, const StageEnd& ended) {
  const at::Tensor logits = network_->probe(
      frozen_features_at(network_->encoder, images, tap(), input_.compute.network_type));
  ended(Stage::kForward);
  const at::Tensor loss = cross_entropy(logits, labels, 0, {}, labeled_images_);
  sums.add_part("probe_loss", loss, labels.size(0), labeled_images_.count(labels));
  sums.add("probe_accuracy", hits(logits, labels, input_.data.class_count()), labels.size(0));
  ended(Stage::kLoss);
  loss.backward();
  ended(Stage::kBackward);
}

Splits PretrainingTask::validate(int64_t epoch) {
  const at::Tensor measured =
      features_of(network_->encoder, {input_.data.train, train_images_, measured_});
  const Deviations spread = deviations(measured);
  Splits splits{{"features",
                 {.means = {{"effective_rank", effective_rank(measured)},
                            {"smallest_deviation", spread.smallest},
                            {"mean_deviation", spread.mean},
                            {"dead_features", spread.dead}},
                  .count = measured.size(0)}}};
  if (!has_validation()) return splits;
  const LabeledPart part = validation_part();
  const at::Tensor features = features_of(network_->encoder, part);
  const Judgement probe = judge_probe(features, part);
  Metrics& metrics = splits["validation"];
  metrics = {.means = {{"probe_loss", probe.loss}, {"probe_accuracy", probe.accuracy}},
             .count = features.size(0)};
  if ((epoch + 1) % options_.knn_every == 0) {
    metrics.means["knn_accuracy"] =
        knn_of(features_of(network_->encoder, train_part()), features, part);
  }
  return splits;
}

PretrainingTask::LabeledPart PretrainingTask::validation_part() {
  if (!validates_on_test()) return {input_.data.train, train_images_, split_.held_out};
  return {input_.data.test, test_images_, test_indices_};
}

at::Tensor PretrainingTask::features_of(const Encoder& encoder, const LabeledPart& part) const {
  return device_features(encoder, tap(), {part.plain, part.indices}, input_.compute);
}

double PretrainingTask::knn_of(const at::Tensor& train, const at::Tensor& queries,
                               const LabeledPart& part) const {
  const at::Tensor bank_labels = labels_of(split_.train, input_.data.train.labels);
  return knn_accuracy({train, bank_labels}, queries, labels_of(part.indices, part.images.labels),
                      input_.data.class_count(), options_.knn);
}

Judgement PretrainingTask::judge_probe(const at::Tensor& features, const LabeledPart& part) {
  const at::NoGradGuard no_grad;
  return judge(network_->probe(features), part.indices, part.images.labels,
               input_.data.class_count());
}

PretrainingJudgement PretrainingTask::judge_weights() {
  const at::Tensor train = features_of(network_->encoder, train_part());
  PretrainingJudgement result{.probe_train = judge_probe(train, train_part())};
  if (!has_validation()) return result;
  const LabeledPart part = validation_part();
  const at::Tensor features = features_of(network_->encoder, part);
  result.probe_validation = judge_probe(features, part);
  result.knn_accuracy = knn_of(train, features, part);
  return result;
}

std::optional<double> PretrainingTask::random_encoder_knn() {
  if (!has_validation()) return std::nullopt;
  const Encoder random = random_encoder(options_.sized_encoder(), network_->head_tap(), input_.seed,
                                        {train_images_, measured_}, input_.compute);
  return knn_of(features_of(random, train_part()), features_of(random, validation_part()),
                validation_part());
}

}  // namespace stl10
