#include "stl10/train/shared_step.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <csignal>
#include <cstring>
#include <functional>
#include <iterator>
#include <string_view>

#include "stl10/base/error.h"

namespace stl10 {
namespace {

constexpr int kVotedSignals[] = {SIGINT, SIGTERM, SIGHUP};

at::Tensor as_values(const StepVote& vote) {
  std::vector<float> values;
  for (const int signal : kVotedSignals) values.push_back(vote.signal == signal ? 1 : 0);
  values.push_back(vote.bad ? 1 : 0);
  return at::tensor(values);
}

StepVote as_vote(const at::Tensor& values) {
  const auto* const votes = values.const_data_ptr<float>();
  StepVote vote{.bad = votes[std::size(kVotedSignals)] > 0};
  for (size_t i = 0; i < std::size(kVotedSignals); ++i) {
    if (votes[i] > 0) vote.signal = kVotedSignals[i];
  }
  return vote;
}

int64_t hash_of(const at::Tensor& tensor) {
  const at::Tensor values = tensor.detach().to(at::kCPU).contiguous();
  const std::string_view bytes(static_cast<const char*>(values.const_data_ptr()), values.nbytes());
  const size_t hash = std::hash<std::string_view>{}(bytes);
  int64_t result = 0;
  std::memcpy(&result, &hash, sizeof(result));
  return result;
}

}  // namespace

StepVote share_step(const Group& group, const std::vector<ScheduledOptimizer>& optimizers,
                    const StepVote& own) {
  if (group.is_one()) return own;
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> gradients, parts;
  for (const auto& [optimizer, schedule] : optimizers) {
    for (const at::Tensor& parameter : optimizer.parameters()) {
      if (!parameter.grad().defined()) parameter.mutable_grad() = at::zeros_like(parameter);
      gradients.push_back(parameter.grad());
      parts.push_back(parameter.grad().reshape({-1}).to(at::kCPU));
    }
  }
  parts.push_back(as_values(own));
  const at::Tensor sum = group.sum(at::cat(parts));
  int64_t place = 0;
  for (const at::Tensor& gradient : gradients) {
    gradient.copy_(sum.narrow(0, place, gradient.numel()).view(gradient.sizes()));
    place += gradient.numel();
  }
  return as_vote(sum.slice(0, place).to(at::kFloat));
}

void check_same_weights(const Group& group, const torch::nn::Module& network) {
  if (group.is_one()) return;
  std::vector<std::string> names;
  std::vector<int64_t> hashes;
  const auto add = [&](const auto& tensors) {
    for (const auto& item : tensors) {
      names.push_back(item.key());
      hashes.push_back(hash_of(item.value()));
    }
  };
  add(network.named_parameters());
  add(network.named_buffers());
  const std::optional<int64_t> place = group.first_difference(at::tensor(hashes));
  if (!place) return;
  throw GroupError({"the processes' weights have parted",
                    "equal bits of " + names[static_cast<size_t>(*place)], "different ones",
                    "use equal processors and libraries, or go on from the last epoch with one "
                    "process"});
}

}  // namespace stl10
