#include "stl10/tasks/label_spread.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <chrono>

#include "stl10/base/error.h"
#include "stl10/base/unit_length.h"
#include "stl10/data/sample.h"
#include "stl10/data/shuffle.h"
#include "stl10/tasks/encoder_features.h"

namespace stl10 {
namespace {

std::vector<int64_t> ks_of(const LabelSpreadOptions& options) {
  return options.k ? std::vector<int64_t>{*options.k} : std::vector<int64_t>{5, 10, 20, 50};
}

std::vector<double> alphas_of(const LabelSpreadOptions& options) {
  return options.alpha ? std::vector<double>{*options.alpha}
                       : std::vector<double>{0.2, 0.5, 0.8, 0.9, 0.99};
}

ProbeLabels checked_labels(const LabelSpreadOptions& options, const TaskInput& input) {
  const bool chooses = !options.alpha || !options.k;
  if (options.split.validation != Validation::kHoldout && chooses) {
    throw UsageError({"k and alpha are chosen on held-out labels", "--validation holdout",
                      std::string(name_of(options.split.validation)),
                      "give --k and --alpha, or --validation holdout"});
  }
  SplitOptions split = options.split;
  if (!chooses) split.validation = Validation::kNone;
  const int64_t there = options.unlabeled_images > 0 ? input.data.unlabeled.count() : 0;
  if (options.unlabeled_images > there) {
    throw UsageError({"there are not as many unlabeled images",
                      std::to_string(options.unlabeled_images), std::to_string(there),
                      "ask for fewer with --unlabeled-images"});
  }
  return probe_labels(input.data, split, Protocol::kNone, input.seed, "--k and --alpha").front();
}

}  // namespace

LabelSpread::LabelSpread(const LabelSpreadOptions& options, const TaskInput& input,
                         const PretrainedEncoder& pretrained)
    : options_(options),
      input_(input),
      pretrained_(pretrained),
      labels_(checked_labels(options, input)),
      nodes_(input.data.train.count() + input.data.test.count() + options.unlabeled_images) {}

at::Tensor LabelSpread::features() {
  const auto start = std::chrono::steady_clock::now();
  Encoder encoder = pretrained_.load();
  encoder->to(input_.compute.device);
  std::vector<at::Tensor> parts;
  const auto add = [&](const ImageSet& set, std::vector<int64_t> indices) {
    PlainImages images = plain_images(set, pretrained_.options.side, input_.compute.device);
    parts.push_back(encoder_features(encoder, pretrained_.tap, {images, indices}, input_.compute));
  };
  const Dataset& data = input_.data;
  add(data.train, all_indices(data.train));
  add(data.test, all_indices(data.test));
  if (options_.unlabeled_images > 0) {
    add(data.unlabeled,
        random_sample(data.unlabeled.count(), options_.unlabeled_images, input_.seed));
  }
  seconds_encoding_ =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  images_encoded_ = nodes_;
  return unit_length(at::cat(parts));
}

at::Tensor LabelSpread::given(const std::vector<int64_t>& images) const {
  at::Tensor labels = at::full({nodes_}, -1, at::kLong);
  labels.index_put_({at::tensor(images, at::kLong)}, labels_of(images, input_.data.train.labels));
  return labels;
}

double LabelSpread::held_out_accuracy(const Graph& graph, double alpha) const {
  int64_t right = 0, count = 0;
  for (const Split& part : labels_.parts) {
    const at::Tensor labels = given(part.train);
    const at::Tensor p = spread_probabilities(
        spread_labels(graph, labels, input_.data.class_count(), alpha), labels);
    const at::Tensor predicted = p.argmax(1).index_select(0, at::tensor(part.held_out, at::kLong));
    right += predicted.eq(labels_of(part.held_out, input_.data.train.labels)).sum().item<int64_t>();
    count += predicted.numel();
  }
  return count > 0 ? static_cast<double>(right) / static_cast<double>(count) : 0;
}

void LabelSpread::run() {
  const std::vector<int64_t> ks = ks_of(options_);
  const at::Tensor points = features();
  if (!input_.compute.group.leads()) return;
  const NearestPoints nearest = nearest_points(points, ks.back());
  Graph best;
  for (const int64_t asked : ks) {
    const int64_t k = std::min(asked, nearest.places.size(1));  // all others, where there are fewer
    if (!path_.empty() && k == path_.back().k) break;
    const Graph graph = neighbour_graph(nearest, k);
    for (const double alpha : alphas_of(options_)) {
      path_.push_back({k, alpha, held_out_accuracy(graph, alpha)});
      if (path_.size() > 1 && path_.back().accuracy <= chosen_.accuracy) continue;
      chosen_ = path_.back();
      best = graph;
    }
  }
  const at::Tensor labels = given(labels_.images);
  const at::Tensor spread = spread_labels(best, labels, input_.data.class_count(), chosen_.alpha);
  const int64_t train = input_.data.train.count(), test = input_.data.test.count();
  const at::Tensor of_test = spread_probabilities(spread, labels).slice(0, train, train + test);
  unreached_ = spread.slice(0, train, train + test).clamp_min(0).sum(1).eq(0).sum().item<int64_t>();
  // The logarithm's softmax is the probability itself.
  test_ =
      judge(of_test.log(), all_indices(test), input_.data.test.labels, input_.data.class_count());
}

std::string LabelSpread::description() const {
  std::string text = "label spreading on features of " + describe(pretrained_) + ", " +
                     std::to_string(labels_.images.size()) + " labels among " +
                     std::to_string(nodes_) + " images; ";
  if (labels_.parts.empty()) return text + "nothing is chosen";
  if (labels_.parts.size() == 1) {
    return text + "k and alpha chosen on " + std::to_string(labels_.parts[0].held_out.size()) +
           " of them";
  }
  return text + "k and alpha chosen by " + std::to_string(labels_.parts.size()) +
         "-fold cross-validation inside them";
}

}  // namespace stl10
