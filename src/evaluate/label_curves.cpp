#include "stl10/evaluate/label_curves.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "stl10/base/philox.h"
#include "stl10/base/unit_length.h"
#include "stl10/data/shuffle.h"
#include "stl10/data/splits.h"
#include "stl10/evaluate/classification.h"
#include "stl10/evaluate/label_spreading.h"
#include "stl10/evaluate/neighbour_graph.h"

namespace stl10 {
namespace {

using Indices = std::vector<int64_t>;

constexpr int64_t kFewest[] = {5, 10, 20, 50, 100, 200, 500, 1000};  // labels of each class
constexpr double kRatios[] = {1, 2, 5, 10, 20};
constexpr int64_t kUnevenLabels = 50;  // a class on average, where there are enough
constexpr int64_t kManyLabels = 1000;  // are enough to choose on one held-out part
constexpr int64_t kParts = 5;          // of cross-validation with fewer
constexpr uint32_t kClassOrder = 1;    // tells its draws from those of images

/// Fits and judges both methods; holds what all draws share.
class Learner {
 public:
  Learner(const LearningPoints& points, uint64_t seed)
      : points_(points),
        seed_(seed),
        labels_(points.train.labels.data_ptr<int64_t>(),
                points.train.labels.data_ptr<int64_t>() + points.train.labels.numel()),
        others_(at::cat({points.test.x, points.unlabeled})) {
    const at::Tensor nodes = unit_length(at::cat({points.train.x, others_}));
    graph_ = neighbour_graph(nearest_points(nodes, kSpreadNeighbours), kSpreadNeighbours);
  }

  /// Classes of test and unlabeled images, int64 (M + U).
  at::Tensor probe(const Indices& given) const {
    const LabeledFeatures drawn = features(given);
    return fit_logistic_regression(drawn.x, drawn.labels, points_.classes, chosen_l2(given))
        .logits(others_)
        .argmax(1);
  }

  at::Tensor spreading(const Indices& given) const {
    at::Tensor labels = at::full({graph_.nodes()}, -1, at::kLong);
    const at::Tensor places = at::tensor(given, at::kLong);
    labels.index_put_({places}, points_.train.labels.index_select(0, places));
    const at::Tensor spread = spread_labels(graph_, labels, points_.classes, kSpreadAlpha);
    return spread_probabilities(spread, labels).slice(0, points_.train.x.size(0)).argmax(1);
  }

  Classification judged(const at::Tensor& predicted) const {
    return classification(points_.test.labels, predicted.slice(0, 0, points_.test.labels.numel()),
                          points_.classes);
  }

 private:
  LabeledFeatures features(const Indices& some) const {
    const at::Tensor places = at::tensor(some, at::kLong);
    return {points_.train.x.index_select(0, places), points_.train.labels.index_select(0, places)};
  }

  double chosen_l2(const Indices& given) const {
    // A value a decade; linear-probe tries three.
    static const std::vector<double> values = {10, 1, 0.1, 1e-2, 1e-3, 1e-4};
    std::vector<Split> splits = stratified_parts(given, labels_, kParts, seed_);
    if (static_cast<int64_t>(given.size()) >= kManyLabels) splits.resize(1);
    std::vector<HeldOutFeatures> parts;
    for (const Split& one : splits) {
      if (!one.train.empty()) parts.push_back({features(one.train), features(one.held_out)});
    }
    return parts.empty() ? 1 : choose_l2(parts, points_.classes, values).value;
  }

  const LearningPoints& points_;
  uint64_t seed_;
  Indices labels_;
  at::Tensor others_;  ///< features of test and unlabeled images
  Graph graph_;        ///< of training, test and unlabeled images
};

/// The training images of each class in the order of a draw.
std::vector<Indices> shuffled_classes(const LearningPoints& points, uint64_t seed, uint32_t draw) {
  std::vector<Indices> classes(static_cast<size_t>(points.classes));
  const int64_t* label = points.train.labels.data_ptr<int64_t>();
  for (int64_t i = 0; i < points.train.labels.numel(); ++i) {
    classes[static_cast<size_t>(label[i])].push_back(i);
  }
  for (size_t c = 0; c < classes.size(); ++c) {
    // Epoch 0 draws the labels that a command is given.
    classes[c] = shuffled(std::move(classes[c]), seed,
                          {Purpose::kSubset, draw + 1, static_cast<uint32_t>(c), 0});
  }
  return classes;
}

/// As many images of the classes, in the order of a draw, as `counts` say; ascending.
Indices drawn(const LearningPoints& points, const Indices& counts, uint64_t seed, uint32_t draw) {
  const std::vector<Indices> classes = shuffled_classes(points, seed, draw);
  const Indices order =
      shuffled(all_indices(points.classes), seed, {Purpose::kSubset, draw + 1, 0, kClassOrder});
  Indices given;
  for (size_t place = 0; place < order.size(); ++place) {
    const Indices& images = classes[static_cast<size_t>(order[place])];
    const auto count = std::min(images.size(), static_cast<size_t>(counts[place]));
    given.insert(given.end(), images.begin(), images.begin() + static_cast<int64_t>(count));
  }
  std::sort(given.begin(), given.end());
  return given;
}

using Values = std::vector<std::optional<double>>;

/// Scores of single draws.
struct Scores {
  Values accuracy, macro_f1;

  void add(const Classification& judged) {
    accuracy.push_back(judged.accuracy);
    macro_f1.push_back(judged.f1.value);
  }
  MethodScores mean() const { return {mean_deviation(accuracy), mean_deviation(macro_f1)}; }
};

LabelCurvePoint curve_point(const Learner& learner, const LearningPoints& points,
                            const Indices& counts, double ratio, int64_t draws, uint64_t seed) {
  Scores probe, spreading;
  LabelCurvePoint point{.counts = counts, .ratio = ratio};
  for (int64_t draw = 0; draw < draws; ++draw) {
    const Indices given = drawn(points, counts, seed, static_cast<uint32_t>(draw));
    point.labels = static_cast<int64_t>(given.size());
    probe.add(learner.judged(learner.probe(given)));
    spreading.add(learner.judged(learner.spreading(given)));
  }
  point.probe = probe.mean();
  point.spreading = spreading.mean();
  return point;
}

/// The most labels whose uneven draws each class has images for at every ratio.
int64_t uneven_labels(const Indices& there) {
  const auto classes = static_cast<int64_t>(there.size());
  const int64_t least = *std::min_element(there.begin(), there.end());
  int64_t labels = classes * kUnevenLabels;
  while (labels > classes &&
         uneven_counts(labels, classes, std::end(kRatios)[-1]).front() > least) {
    --labels;
  }
  return labels;
}

}  // namespace

std::vector<int64_t> uneven_counts(int64_t labels, int64_t classes, double ratio) {
  const auto share = [&](int64_t place) {
    return classes < 2
               ? 1
               : std::pow(ratio, -static_cast<double>(place) / static_cast<double>(classes - 1));
  };
  double sum = 0;
  for (int64_t place = 0; place < classes; ++place) sum += share(place);
  Indices counts;
  for (int64_t place = 0; place < classes; ++place) {
    counts.push_back(
        std::max<int64_t>(1, std::llround(static_cast<double>(labels) * share(place) / sum)));
  }
  return counts;
}

LabelCurves label_curves(const LearningPoints& points, int64_t draws, uint64_t seed) {
  const Learner learner(points, seed);
  const at::Tensor counts = at::bincount(points.train.labels, {}, points.classes);
  const Indices there(counts.data_ptr<int64_t>(), counts.data_ptr<int64_t>() + points.classes);
  const int64_t least = *std::min_element(there.begin(), there.end());
  LabelCurves curves;
  for (const int64_t count : kFewest) {
    if (count >= least || draws == 0) break;
    const Indices even(there.size(), count);
    curves.fewer.push_back(curve_point(learner, points, even, 1, draws, seed));
  }
  const Indices all = all_indices(points.train.labels.numel());
  const at::Tensor probe = learner.probe(all), spreading = learner.spreading(all);
  Scores of_probe, of_spreading;
  of_probe.add(learner.judged(probe));
  of_spreading.add(learner.judged(spreading));
  curves.fewer.push_back({.counts = there,
                          .labels = std::accumulate(there.begin(), there.end(), int64_t{0}),
                          .probe = of_probe.mean(),
                          .spreading = of_spreading.mean()});
  const int64_t test = points.test.labels.numel();
  curves.probe_test = probe.slice(0, 0, test);
  curves.probe_unlabeled = probe.slice(0, test);
  curves.spreading_test = spreading.slice(0, 0, test);
  curves.spreading_unlabeled = spreading.slice(0, test);
  if (least == 0 || draws == 0) return curves;
  const int64_t labels = uneven_labels(there);
  for (const double ratio : kRatios) {
    curves.uneven.push_back(curve_point(
        learner, points, uneven_counts(labels, points.classes, ratio), ratio, draws, seed));
  }
  return curves;
}

}  // namespace stl10
