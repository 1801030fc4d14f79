#include "stl10/evaluate/l2_path.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <cmath>

namespace stl10 {
namespace {

constexpr double kPathTolerance = 3e-4;  // of the gradient: enough to compare held-out losses
constexpr size_t kPatience = 3;

}  // namespace

void add_held_out(const at::Tensor& logits, const at::Tensor& labels, Candidate& candidate,
                  const at::Tensor& class_weights) {
  at::Tensor of_label = at::log_softmax(logits, 1).gather(1, labels.unsqueeze(1)).squeeze(1);
  if (class_weights.defined()) of_label = of_label * class_weights.index_select(0, labels);
  candidate.loss -= of_label.sum().item<double>();
  candidate.accuracy += logits.argmax(1).eq(labels).sum().item<double>();
  candidate.logits = candidate.logits.defined() ? at::cat({candidate.logits, logits}) : logits;
}

void settle(Choice& choice, size_t best, size_t count) {
  choice.value = choice.path[best].value;
  choice.logits = choice.path[best].logits;
  for (Candidate& candidate : choice.path) candidate.logits.reset();
  choice.at_end = best == 0 || best + 1 == count;
}

std::vector<double> l2_values() {
  constexpr int kValues = 19, kPerDecade = 3;
  std::vector<double> values;
  for (int i = 0; i < kValues; ++i) {
    values.push_back(std::pow(10.0, 1 - static_cast<double>(i) / kPerDecade));
  }
  return values;
}

Choice choose_l2(const std::vector<HeldOutFeatures>& parts, int64_t classes,
                 const std::vector<double>& values, const at::Tensor& class_weights,
                 const Group& group) {
  TORCH_CHECK(!parts.empty() && !values.empty(), "a choice needs parts and values");
  std::vector<LogisticRegressionFit> fits;
  double count = 0;
  for (const HeldOutFeatures& part : parts) {
    fits.emplace_back(part.train.x, part.train.labels, classes, at::kFloat, class_weights, group);
    count += static_cast<double>(part.held_out.labels.size(0));
  }
  Choice choice;
  size_t best = 0;
  for (size_t i = 0; i < values.size() && i <= best + kPatience; ++i) {
    Candidate judgement{.value = values[i]};
    for (size_t part = 0; part < parts.size(); ++part) {
      fits[part].minimize(values[i], kPathTolerance);
      const LabeledFeatures& held_out = parts[part].held_out;
      add_held_out(fits[part].model().logits(held_out.x), held_out.labels, judgement,
                   class_weights);
    }
    judgement.loss /= count;
    judgement.accuracy /= count;
    choice.path.push_back(judgement);
    if (judgement.loss < choice.path[best].loss) best = i;
  }
  settle(choice, best, values.size());
  return choice;
}

}  // namespace stl10
