#pragma once

#include <ATen/Functions.h>

#include <cmath>
#include <optional>
#include <vector>

#include "stl10/nn/layers.h"
#include "stl10/train/trainer.h"
#include "temporary_folder.h"

namespace stl10::testing {

inline constexpr int64_t kImages = 10, kBatch = 4;

/// A dense layer that learns to give the index of an "image" back; small enough to check by hand.
class Problem : public Task {
 public:
  Problem()
      : layer_(1, 1, init_),
        loader_({.batch_size = kBatch}, all_indices(kImages), std::vector<int64_t>(kImages, 0), 3) {
    set_optimizer({.kind = OptimizerKind::kSgd}, 0.01);
  }

  torch::nn::Module& network() override { return *layer_; }
  const Loader& loader() const override { return loader_; }
  std::vector<ScheduledOptimizer>& optimizers() override { return optimizers_; }

  Prepared augment(const Batch& batch, const StepContext&) const override {
    const auto count = static_cast<int64_t>(batch.labeled.size());
    at::Tensor x = at::empty({count, 1});
    for (size_t i = 0; i < batch.labeled.size(); ++i) {
      x.data_ptr<float>()[i] = static_cast<float>(batch.labeled[i]) / kImages;
    }
    return {.views = {{"x", x}}, .images = count};
  }

  void step(const Prepared& prepared, MetricSums& sums, const StageEnd& ended) override {
    const at::Tensor& x = prepared.views.at("x");
    std::vector<double> images;
    for (int64_t i = 0; i < x.size(0); ++i) images.push_back(x[i].item<double>());
    const bool broken = static_cast<int64_t>(seen_.size()) == nan_step_;
    seen_.push_back(images);
    const at::Tensor loss = (layer_(x) - x).square().mean();
    ended(Stage::kForward);
    loss.backward();
    ended(Stage::kBackward);
    sums.add_mean("loss", broken ? loss * NAN : loss, x.size(0));
    if (broken_weight_step_ == static_cast<int64_t>(seen_.size()) - 1) {
      layer_->weight.mutable_grad().fill_(INFINITY);
    }
  }

  Splits validate(int64_t) override {
    const size_t epoch = validated_++;
    if (epoch >= accuracies_.size() || !accuracies_[epoch]) return {};
    const double accuracy = *accuracies_[epoch];
    return {{"validation", {{{"loss", 1 - accuracy}, {"accuracy", accuracy}}, 5}}};
  }

  TrainState run(int64_t epochs, const std::filesystem::path& folder, TrainState state = {},
                 const std::vector<Observer*>& observers = {}, const Selection& selection = {}) {
    return train({.epochs = epochs,
                  .selection = selection,
                  .save = SavePlan{folder, {.command = "test"}},
                  .prepare_ahead = prepare_ahead_},
                 *this, state, observers);
  }
  void set_optimizer(const OptimizerOptions& options, double rate) {
    optimizers_.clear();
    optimizers_.push_back(
        {Optimizer(options, rate, named_parameters(*layer_)), {.decay = Decay::kCosine}});
  }
  at::Tensor weight() const { return layer_->weight.detach().clone(); }

  std::vector<std::vector<double>> seen_;  ///< per step, the images of its batch
  bool prepare_ahead_ = false;
  int64_t nan_step_ = -1, broken_weight_step_ = -1;
  std::vector<std::optional<double>> accuracies_;  ///< of each epoch's validation

 private:
  InitStream init_{.seed = 1};
  Dense layer_;
  Loader loader_;
  std::vector<ScheduledOptimizer> optimizers_;
  size_t validated_ = 0;
};

}  // namespace stl10::testing
