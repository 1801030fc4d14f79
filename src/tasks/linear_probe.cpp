#include "stl10/tasks/linear_probe.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <chrono>

#include "stl10/base/error.h"
#include "stl10/train/checkpoint.h"

namespace stl10 {
namespace {

constexpr KnnOptions kNeighbours[] = {{.k = 20, .temperature = 0.07},
                                      {.k = 200, .temperature = 0.1}};

Classifier make_network(const PretrainedEncoder& pretrained, const TaskInput& input) {
  InitStream init{.seed = input.seed};
  Classifier network(pretrained.options, HeadOptions{}, input.data.class_count(), init,
                     pretrained.tap, pretrained.last);
  pretrained.checkpoint.load_part_into("encoder", *network->encoder);
  network->to(input.compute.device);
  network->eval();
  return network;
}

std::vector<ProbeLabels> checked_labels(const LinearProbeOptions& options, const TaskInput& input) {
  check(options.fit);
  if (options.views > 1 && options.feature_views > 1) {
    throw UsageError({"--views averages features, --feature-views adds some of single views", "",
                      "", "leave one of the two out"});
  }
  if (options.split.validation == Validation::kNone && chooses(options.fit)) {
    throw UsageError({"--validation none leaves no labels to choose by", "holdout", "none",
                      "give --l2 (or, with sgd, --learning-rate), or --validation holdout"});
  }
  SplitOptions split = options.split;
  if (!chooses(options.fit)) split.validation = Validation::kNone;
  return probe_labels(input.data, split, options.protocol, input.seed,
                      way_without_choice(options.fit));
}

/// Before any features are there: images of each set of labels, and features, bound components.
void check_components(const std::optional<int64_t>& whiten, int64_t features,
                      const std::vector<ProbeLabels>& labels) {
  int64_t most = features;
  for (const ProbeLabels& given : labels) {
    most = std::min(most, static_cast<int64_t>(given.images.size()) - 1);
  }
  if (!whiten || *whiten <= most) return;
  throw ConfigError({"--whiten asks for more components than features and images have",
                     "at most " + std::to_string(most), std::to_string(*whiten), "lower it"});
}

/// What the chosen value's models say of the images that each of them was fitted without, in the
/// order of the images.
Judgement judge_held_out(const Choice& choice, const std::vector<Split>& parts,
                         const ImageSet& train, int64_t classes) {
  std::vector<int64_t> images;
  for (const Split& part : parts) {
    images.insert(images.end(), part.held_out.begin(), part.held_out.end());
  }
  const at::Tensor order = at::tensor(images, at::kLong).argsort();
  std::sort(images.begin(), images.end());
  return judge(choice.logits.index_select(0, order), images, train.labels, classes);
}

void copy_into(const Dense& head, const LinearModel& model) {
  const at::NoGradGuard no_grad;
  head->weight.copy_(model.weight);
  head->bias.copy_(model.bias);
}

}  // namespace

std::vector<ProbeResult> probe_features(const LinearFitOptions& options,
                                        const ProbeFeatures& features,
                                        const std::vector<ProbeLabels>& labels,
                                        const TaskInput& input, bool choose_on_test) {
  const int64_t classes = input.data.class_count();
  const std::vector<int64_t> test_images = all_indices(features.test.size(0));
  std::vector<ProbeResult> results;
  for (const ProbeLabels& given : labels) {
    const LabeledFeatures all = features.of(given.images, /*all_views=*/true);
    std::vector<HeldOutFeatures> parts = features.parts_of(given);
    if (choose_on_test) parts = {{all, {features.test, features.test_labels}}};
    ProbeResult result{.fold = given.fold};
    result.model = fit_linear(options, all, parts, classes, input.seed, input.compute);
    const at::Tensor plain = features.of(given.images, /*all_views=*/false).x;
    result.train =
        judge(result.model.logits(plain), given.images, input.data.train.labels, classes);
    result.test =
        judge(result.model.logits(features.test), test_images, input.data.test.labels, classes);
    if (result.model.choice && !choose_on_test) {
      result.held_out =
          judge_held_out(*result.model.choice, given.parts, input.data.train, classes);
    }
    results.push_back(std::move(result));
  }
  return results;
}

std::vector<KnnResult> knn_results(const ProbeFeatures& features,
                                   const std::vector<ProbeLabels>& labels, int64_t classes,
                                   at::Device device) {
  const at::Tensor queries = features.test.to(device);
  std::vector<KnnResult> results;
  for (const KnnOptions& options : kNeighbours) {
    KnnResult result{.asked = options};
    for (const ProbeLabels& given : labels) {
      const LabeledFeatures bank = features.of(given.images, /*all_views=*/false);
      result.k = std::min(options.k, bank.x.size(0));
      result.accuracy += knn_accuracy({bank.x.to(device), bank.labels}, queries,
                                      features.test_labels, classes, options) /
                         static_cast<double>(labels.size());
    }
    results.push_back(result);
  }
  return results;
}

LinearProbe::LinearProbe(const LinearProbeOptions& options, const TaskInput& input,
                         const PretrainedEncoder& pretrained)
    : options_(options),
      input_(input),
      pretrained_(pretrained),
      labels_(checked_labels(options, input)),
      augmenter_(with_size(options.augment, pretrained.options.side, "augment"), input.seed),
      train_images_(plain_images(input.data.train, pretrained.options.side, input.compute.device)),
      test_images_(plain_images(input.data.test, pretrained.options.side, input.compute.device)),
      network_(make_network(pretrained, input)) {
  check_components(options.fit.whiten, network_->encoder->features(pretrained.tap), labels_);
}

at::Tensor LinearProbe::mean_features(PlainImages& images, const std::vector<int64_t>& indices) {
  images_encoded_ += options_.views * static_cast<int64_t>(indices.size());
  return stl10::mean_features(network_->encoder, pretrained_.tap, {images, indices}, options_.views,
                              input_.compute);
}

ProbeFeatures LinearProbe::features() {
  ProbeFeatures features{.images = images_of(labels_)};
  const auto start = std::chrono::steady_clock::now();
  std::vector<at::Tensor> views = {mean_features(train_images_, features.images)};
  for (int64_t view = 1; view < options_.feature_views; ++view) {
    const EncoderInput input{
        .images = train_images_,
        .indices = features.images,
        .augmenter = &augmenter_,
        .key = {.source = ImageSource::kTrain, .view = static_cast<uint32_t>(view)}};
    views.push_back(encoder_features(network_->encoder, pretrained_.tap, input, input_.compute));
  }
  features.views = at::stack(views);
  const std::vector<int64_t> test = all_indices(input_.data.test);
  features.test = mean_features(test_images_, test);
  seconds_encoding_ =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  images_encoded_ += (options_.feature_views - 1) * features.views.size(1);
  features.labels = labels_of(features.images, input_.data.train.labels);
  features.test_labels = labels_of(test, input_.data.test.labels);
  return features;
}

void LinearProbe::run() {
  const ProbeFeatures found = features();
  results_ = probe_features(options_.fit, found, labels_, input_,
                            options_.split.validation == Validation::kTest);
  knn_ = knn_results(found, labels_, input_.data.class_count(), input_.compute.device);
  centres_ = class_centres(found.of(labels_.front().images, /*all_views=*/false), std::nullopt,
                           input_.seed);
  copy_into(network_->head, results_.front().model);
}

std::vector<ProbeLabels> LinearProbe::labels_to_choose_by() const {
  if (!labels_.front().parts.empty()) return labels_;
  SplitOptions split = options_.split;
  split.validation = Validation::kHoldout;
  return probe_labels(input_.data, split, options_.protocol, input_.seed,
                      way_without_choice(options_.fit));
}

std::string LinearProbe::description() const {
  const ProbeLabels& first = labels_.front();
  std::string text = "features of " + describe(pretrained_) + "; ";
  if (options_.views > 1) text += "the mean of " + std::to_string(options_.views) + " views; ";
  if (options_.fit.whiten) {
    text += std::to_string(*options_.fit.whiten) + " principal components; ";
  }
  if (options_.protocol != Protocol::kNone) text += std::to_string(labels_.size()) + " folds of ";
  text += std::to_string(first.images.size()) + " labeled images";
  if (options_.split.validation == Validation::kTest && chooses(options_.fit)) {
    return text + "; choices on the TEST split, so its figures choose and judge at once";
  }
  if (first.parts.empty()) return text + "; nothing is chosen";
  if (first.parts.size() > 1) {
    return text + "; choices by " + std::to_string(first.parts.size()) +
           "-fold cross-validation inside them";
  }
  return text + "; choices on " + std::to_string(first.parts.front().held_out.size()) +
         " of them, then all are fitted";
}

}  // namespace stl10
