#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stl10/base/compute.h"
#include "stl10/base/options.h"
#include "stl10/evaluate/class_weights.h"
#include "stl10/evaluate/l2_path.h"

namespace stl10 {

enum class ProbeOptimizer { kLbfgs, kSgd, kAdam };
inline std::vector<std::string_view> enum_names(ProbeOptimizer) { return {"lbfgs", "sgd", "adam"}; }

/// How a linear classifier of features is found:
/// - lbfgs: logistic regression to its optimum, L2 chosen on held-out labels;
/// - sgd: the literature's probe on standardized features, momentum 0.9, 100 epochs in batches of
///   256, learning rate chosen on held-out labels and annealed by a cosine (Chen et al. 2020,
///   section 2.3; He et al. 2020, section 4.1, sweep it, too);
/// - adam: the report's, on features as they are, 1e-3, 40 epochs in batches of 25.
struct LinearFitOptions {
  std::optional<int64_t> whiten;
  ProbeOptimizer optimizer = ProbeOptimizer::kLbfgs;
  std::optional<double> l2;
  std::optional<double> learning_rate;
  std::optional<int64_t> epochs, batch_size;
  ClassWeights class_weights = ClassWeights::kNone;
};

template <class Visitor>
void visit_fields(LinearFitOptions& options, Visitor& field) {
  field("whiten", options.whiten,
        "fit to this many principal components with unit variance; null: to the features",
        between(1, 65536));
  field("optimizer", options.optimizer,
        "lbfgs: to the optimum; sgd: the literature's probe; adam: as the report did");
  field("l2", options.l2, "strength of the penalty L2/2·|W|² (lbfgs); null: chosen on a path",
        at_least(0));
  field("learning_rate", options.learning_rate, "null: chosen (sgd), or 1e-3 (adam)", above(0));
  field("epochs", options.epochs, "passes over the features; null: 100 (sgd), 40 (adam)",
        between(1, 1e9));
  field("batch_size", options.batch_size, "features a step; null: 256 (sgd), 25 (adam)",
        between(1, 1e9));
  field("class_weights", options.class_weights, kClassWeightsHelp);
}

/// @throws UsageError where an option belongs to another optimizer.
void check(const LinearFitOptions& options);

/// Whether held-out labels choose something.
bool chooses(const LinearFitOptions& options);

/// The flags with which no held-out labels are needed, "--l2 and --no-floors", for messages.
std::string way_without_choice(const LinearFitOptions& options);

/// A linear classifier of features as they are: logits = x·weightᵀ + bias.
struct LinearModel {
  at::Tensor weight, bias;  ///< float (K, D) and (K), on the CPU
  std::optional<double> l2, learning_rate;
  std::optional<Choice> choice;  ///< where one of them was chosen
  std::vector<int64_t> absent;   ///< classes without training images: probability 0

  /// x float (N, D) on the CPU → (N, K).
  at::Tensor logits(const at::Tensor& x) const;
};

/// Chooses on `parts` and fits to `all`, or to its principal components. @throws Interrupted,
/// Diverged; ConfigError as fit_whitening.
/// @param parts ways to hold out; not looked at where nothing is chosen.
LinearModel fit_linear(const LinearFitOptions& options, const LabeledFeatures& all,
                       const std::vector<HeldOutFeatures>& parts, int64_t classes, uint64_t seed,
                       const Compute& compute);

}  // namespace stl10
