#include "stl10/evaluate/outputs.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <utility>
#include <vector>

#include "stl10/base/interrupt.h"
#include "stl10/data/shuffle.h"

namespace stl10 {
namespace {

/// Puts a network into evaluation mode while it lives. Its parts may be in different ones (a frozen
/// encoder under a trained head), so each goes back to its own.
class EvaluationGuard {
 public:
  explicit EvaluationGuard(torch::nn::Module& network) {
    add(network);
    for (const auto& part : network.modules(/*include_self=*/false)) add(*part);
    network.eval();
  }
  ~EvaluationGuard() {  // from the whole to its parts, since `train` goes down to them
    for (const auto& [part, training] : modes_) part->train(training);
  }
  EvaluationGuard(const EvaluationGuard&) = delete;
  EvaluationGuard& operator=(const EvaluationGuard&) = delete;

 private:
  void add(torch::nn::Module& part) { modes_.emplace_back(&part, part.is_training()); }
  std::vector<std::pair<torch::nn::Module*, bool>> modes_;
};

int64_t default_block(const torch::nn::Module& network) {
  const std::vector<at::Tensor> parameters = network.parameters();
  return !parameters.empty() && parameters.front().is_cuda() ? 1024 : 64;
}

}  // namespace

at::Tensor outputs_of(torch::nn::Module& network, const OutputsOfBlock& outputs_of_block,
                      std::span<const int64_t> indices, const Group& group,
                      std::optional<int64_t> asked) {
  const int64_t block = asked.value_or(default_block(network));
  TORCH_CHECK(!indices.empty() && block > 0, "outputs need images and a positive block");
  const at::NoGradGuard no_grad;
  const EvaluationGuard evaluation(network);
  const std::vector<std::span<const int64_t>> parts = sequential_batches(indices, block);
  const auto [first, last] = group.part_of(static_cast<int64_t>(parts.size()));
  std::vector<at::Tensor> blocks;
  for (int64_t part = first; part < last; ++part) {
    throw_if_interrupted();
    blocks.push_back(outputs_of_block(parts[static_cast<size_t>(part)]).to(at::kFloat));
  }
  if (!blocks.empty()) return group.gather_rows(at::cat(blocks));
  // Only the shape of what others have.
  return group.gather_rows(outputs_of_block(indices.first(1)).to(at::kFloat).slice(0, 0, 0));
}

}  // namespace stl10
