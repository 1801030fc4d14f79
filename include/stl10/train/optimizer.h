#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "stl10/base/options.h"

namespace stl10 {

enum class OptimizerKind { kAdam, kAdamW, kSgd, kLars, kMuon };
inline std::vector<std::string_view> enum_names(OptimizerKind) {
  return {"adam", "adamw", "sgd", "lars", "muon"};
}

struct OptimizerOptions {
  OptimizerKind kind = OptimizerKind::kAdam;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-7;
  double momentum = 0.9;
  double weight_decay = 0;
  double trust_coefficient = 1e-3;
  double adam_learning_rate = 1e-3;
};

template <class Visitor>
void visit_fields(OptimizerOptions& options, Visitor& field) {
  field("kind", options.kind,
        "adam, adamw (decoupled weight decay), sgd (with momentum), lars (each weight's "
        "rate by its length) or muon (orthogonal updates of weights)");
  field("beta1", options.beta1, "decay of the first moment (adam, adamw, muon's rest)",
        between(0, 0.9999999));
  field("beta2", options.beta2, "decay of the second moment (adam, adamw, muon's rest)",
        between(0, 0.9999999));
  field("epsilon", options.epsilon, "added to the root of the second moment, as Keras does",
        above(0));
  field("momentum", options.momentum, "momentum (sgd, lars, muon)", between(0, 1));
  field("weight_decay", options.weight_decay, "decay of weights with two or more axes",
        at_least(0));
  field("trust_coefficient", options.trust_coefficient,
        "a step's share of a weight's length (lars), by the learning rate", above(0));
  field("adam_learning_rate", options.adam_learning_rate,
        "of biases and normalization (muon), by the same schedule", above(0));
}

using NamedTensor = std::pair<std::string, at::Tensor>;

/// Adam (Kingma and Ba 2015), AdamW (Loshchilov and Hutter 2019), SGD with momentum, LARS (You et
/// al. 2017) or Muon (Jordan et al. 2024), on LibTorch's fused kernels where it has such. Epsilon
/// is Keras', "epsilon hat" of Kingma and Ba's section 2: w −= lr·√(1 − β₂ᵗ)/(1 − β₁ᵗ) · m/(√v +
/// ε). Weight decay applies to convolution and dense weights, not to biases and normalization.
///
/// LARS is SGD of `lars_ratio` · (g + decay·w); biases and normalization take plain SGD. Muon takes
/// a weight as the matrix (outputs, rest): m = momentum·m + (1 − momentum)·g; w −= lr·(decay·w +
/// √max(1, outputs/rest) · `orthogonalized`(momentum·m + (1 − momentum)·g)), as
/// torch.optim.Muon does; the rest takes Adam. Their learning rates are other ones than Adam's:
/// about 1 for LARS, 0.02 for Muon.
class Optimizer {
 public:
  /// `parameters` keep their names in checkpoints; their memory is changed in place.
  Optimizer(const OptimizerOptions& options, double base_rate,
            const std::vector<NamedTensor>& parameters);

  double base_rate() const { return base_rate_; }
  void zero_gradients();

  /// All parameters, in an order of its own.
  std::vector<at::Tensor> parameters() const;

  /// One update with learning rate `base_rate · factor` from the parameters' gradients; parameters
  /// without a gradient are an error. A factor of 0 is no update: weights, moments and the count of
  /// steps stay, and gradients are not needed.
  void step(double factor);

  /// The moments (or momentum) by name, "first.encoder.conv1.weight"; they share memory with the
  /// optimizer, so copying into them, and `set_steps`, takes a saved state back.
  std::map<std::string, at::Tensor> state() const;

  /// The number of steps done, on which Adam's bias correction depends.
  int64_t steps() const { return steps_; }
  void set_steps(int64_t steps);

 private:
  struct Group {
    double weight_decay = 0;
    std::vector<std::string> names;
    std::vector<at::Tensor> parameters, step_counts;
    std::vector<at::Tensor> values, first, second;  ///< (n), in the order of their memory
  };
  void step_adam(Group& group, const std::vector<at::Tensor>& gradients, double rate);
  void step_sgd(Group& group, const std::vector<at::Tensor>& gradients, double decay, double rate);
  /// @return what SGD takes in place of the gradients.
  std::vector<at::Tensor> adapted(const Group& group,
                                  const std::vector<at::Tensor>& gradients) const;
  void step_muon(Group& group, const std::vector<at::Tensor>& gradients, double rate);
  void step_group(Group& group, const std::vector<at::Tensor>& gradients, double factor);
  bool is_of_weights(const Group& group) const { return &group == &groups_[0]; }
  /// Whether it has second moments.
  bool takes_adam(const Group& group) const;

  OptimizerOptions options_;
  double base_rate_;
  int64_t steps_ = 0;
  std::vector<Group> groups_;
};

}  // namespace stl10
