#include "stl10/tasks/evaluation.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <span>
#include <utility>

#include "stl10/base/error.h"
#include "stl10/data/sample.h"
#include "stl10/data/shuffle.h"
#include "stl10/evaluate/outputs.h"
#include "stl10/nn/features.h"

namespace stl10 {
namespace {

at::Tensor rows_of(const at::Tensor& x, const std::vector<int64_t>& rows) {
  return x.index_select(0, at::tensor(rows, at::kLong));
}

/// At most `limit` of all images, evenly spaced.
PointImages thinned(const PointImages& images, size_t limit) {
  const size_t train = images.train.size(), all = train + images.test.size();
  const size_t step = (all + limit - 1) / limit;
  PointImages some;
  for (size_t i = 0; i < all; i += step) {
    i < train ? some.train.push_back(images.train[i]) : some.test.push_back(images.test[i - train]);
  }
  return some;
}

std::optional<SavedClassifier> classifier_of(const EvaluationOptions& options,
                                             const Checkpoint& checkpoint,
                                             const std::vector<std::string>& class_names) {
  std::optional<SavedClassifier> saved;
  if (!options.random_init && options.classifier) saved = load_classifier(checkpoint, class_names);
  if (saved || options.features) return saved;
  throw UsageError({checkpoint.file().string() + " leaves nothing to judge", "a classifier",
                    options.random_init  ? "--random-init, which has none"
                    : options.classifier ? "an encoder alone"
                                         : "--classifier false",
                    "let its features be measured: --features"});
}

}  // namespace

PointImages point_images(const EvaluationOptions& options, int64_t train, int64_t test,
                         uint64_t seed) {
  if (options.feature_images == FeatureImages::kTest) train = 0;
  if (options.feature_images == FeatureImages::kTrain) test = 0;
  PointImages images{.of = train + test};
  std::vector<int64_t> all = all_indices(images.of);
  if (images.of > options.max_points) {
    all = random_sample(images.of, options.max_points, seed);
    std::sort(all.begin(), all.end());
  }
  for (const int64_t index : all) {
    if (index < train) {
      images.train.push_back(index);
    } else {
      images.test.push_back(index - train);
    }
  }
  return images;
}

Evaluation::Evaluation(const EvaluationOptions& options, const TaskInput& input,
                       const Checkpoint& checkpoint)
    : options_(options),
      input_(input),
      pretrained_(read_pretrained(checkpoint, options.tap)),
      classifier_(classifier_of(options, checkpoint, input.data.class_names)),
      augmenter_(with_size(options.augment, pretrained_.options.side, "augment"), input.seed),
      train_images_(plain_images(input.data.train, pretrained_.options.side, input.compute.device)),
      test_images_(plain_images(input.data.test, pretrained_.options.side, input.compute.device)) {
  if (options.assumptions && !options.features) {
    throw UsageError({"--assumptions looks at the encoder's features", "--features true",
                      "--features false", "leave one of them out"});
  }
  if (options.features) {
    images_ = point_images(options, input.data.train.count(), input.data.test.count(), input.seed);
  }
  if (options.assumptions && images_.train.size() + images_.test.size() < 2) {
    throw UsageError({"--assumptions looks at neighbours", "two images or more",
                      "one " + std::string(name_of(options.feature_images)) + " image",
                      "take others: --feature-images labeled"});
  }
  const std::vector<int64_t>&given = input.data.train.labels, &judged = input.data.test.labels;
  const std::set<int64_t> classes(given.begin(), given.end());
  const bool comparable = std::any_of(judged.begin(), judged.end(),
                                      [&](int64_t label) { return classes.contains(label); });
  if (options.assumptions && !comparable) {
    throw UsageError({"--assumptions compares test images with training images of their classes",
                      "a class that has both", "none", "check the labels of the data"});
  }
}

void Evaluation::run() {
  const auto start = std::chrono::steady_clock::now();
  if (classifier_) judge_test();
  if (options_.features) encode();
  seconds_encoding_ =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (!options_.features || !input_.compute.group.leads()) return;
  const int64_t classes = input_.data.class_count();
  features_ = measure_features(points_, classes, input_.seed, options_.kmeans_restarts,
                               input_.compute.device);
  if (!options_.assumptions) return;
  assumptions_ = check_assumptions({points_.x, points_.labels},
                                   {.train = {points_.bank.x, points_.bank.labels},
                                    .test = {points_.queries.x, points_.queries.labels},
                                    .unlabeled = unlabeled_features_,
                                    .classes = classes},
                                   options_.checks, input_.seed);
}

void Evaluation::judge_test() {
  Classifier& network = classifier_->network;
  const Compute& compute = input_.compute;
  network->to(compute.device);
  const bool with_features = options_.features && classifier_->tap == pretrained_.tap;
  const auto outputs_of_block = [&](std::span<const int64_t> indices) {
    const at::Tensor x = test_images_.views(indices, compute.network_type);
    const at::Tensor h = features_at(network->encoder, x, classifier_->tap, compute.network_type);
    const at::Tensor logits = network->head(h);
    return with_features ? at::cat({h, logits}, 1) : logits;
  };
  const std::vector<int64_t> indices = all_indices(input_.data.test);
  const at::Tensor outputs =
      checked_outputs(outputs_of(*network, outputs_of_block, indices, compute.group));
  const int64_t width = with_features ? network->encoder->features(pretrained_.tap) : 0;
  if (with_features) test_features_ = outputs.slice(1, 0, width).contiguous().to(at::kCPU);
  test_ =
      judge(outputs.slice(1, width), indices, input_.data.test.labels, input_.data.class_count());
  images_encoded_ += outputs.size(0);
}

void Evaluation::encode() {
  const Dataset& data = input_.data;
  const std::vector<int64_t> train = all_indices(data.train), test = all_indices(data.test);
  const EncoderInput bank{train_images_, train};
  Encoder encoder = options_.random_init ? random_encoder(pretrained_.options, pretrained_.last,
                                                          input_.seed, bank, input_.compute)
                                         : pretrained_.load();
  encoder->to(input_.compute.device);
  points_.bank = {features_of(encoder, bank), labels_of(train, data.train.labels)};
  if (!test_features_.defined()) {
    test_features_ = features_of(encoder, {test_images_, test});
    images_encoded_ += test_features_.size(0);
  }
  points_.queries = {test_features_, labels_of(test, data.test.labels)};
  points_.x =
      at::cat({rows_of(points_.bank.x, images_.train), rows_of(test_features_, images_.test)});
  points_.labels = at::cat(
      {rows_of(points_.bank.labels, images_.train), rows_of(points_.queries.labels, images_.test)});
  points_.one = view(encoder, 0);
  points_.two = view(encoder, 1);
  images_encoded_ += points_.bank.x.size(0) + 2 * points_.one.size(0);
  if (options_.assumptions) encode_unlabeled(encoder);
}

void Evaluation::encode_unlabeled(Encoder& encoder) {
  const ImageSet& unlabeled = input_.data.unlabeled;
  const std::vector<int64_t> some =
      random_sample(unlabeled.count(), options_.unlabeled_images, input_.seed);
  if (some.empty()) {
    unlabeled_features_ = points_.bank.x.slice(0, 0, 0);
    return;
  }
  PlainImages images = plain_images(unlabeled, pretrained_.options.side, input_.compute.device);
  unlabeled_features_ = features_of(encoder, {images, some});
  images_encoded_ += unlabeled_features_.size(0);
}

at::Tensor Evaluation::features_of(Encoder& encoder, const EncoderInput& images) const {
  return encoder_features(encoder, pretrained_.tap, images, input_.compute);
}

at::Tensor Evaluation::view(Encoder& encoder, uint32_t view) {
  const PointImages some = thinned(images_, static_cast<size_t>(options_.alignment_images));
  std::vector<at::Tensor> parts;
  const auto add = [&](PlainImages& images, const std::vector<int64_t>& indices,
                       ImageSource source) {
    if (indices.empty()) return;
    parts.push_back(features_of(encoder, {.images = images,
                                          .indices = indices,
                                          .augmenter = &augmenter_,
                                          .key = {.source = source, .view = view}}));
  };
  add(train_images_, some.train, ImageSource::kTrain);
  add(test_images_, some.test, ImageSource::kTest);
  return at::cat(parts);
}

std::string Evaluation::description() const {
  std::string text;
  if (classifier_) {
    text = "classifier of " + pretrained_.checkpoint.file().string() + " on " +
           std::to_string(input_.data.test.count()) + " test images";
  }
  if (!options_.features) return text;
  const auto count = static_cast<int64_t>(images_.train.size() + images_.test.size());
  return text + (text.empty() ? "" : "; ") +
         (options_.random_init ? "new weights in the kind of encoder of " : "encoder of ") +
         describe(pretrained_) + " on " + std::to_string(count) +
         (count < images_.of ? " of " + std::to_string(images_.of) : "") + " " +
         std::string(name_of(options_.feature_images)) + " images";
}

}  // namespace stl10
