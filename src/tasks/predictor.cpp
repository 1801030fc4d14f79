#include "stl10/tasks/predictor.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "stl10/augment/plain_images.h"
#include "stl10/base/device_images.h"
#include "stl10/base/error.h"
#include "stl10/data/shuffle.h"
#include "stl10/nn/features.h"
#include "stl10/tasks/encoder_features.h"
#include "stl10/tasks/pretrained.h"

namespace stl10 {
namespace {

SavedClassifier classifier_in(const Checkpoint& checkpoint) {
  const std::optional<SavedClassifier> saved =
      load_classifier(checkpoint, checkpoint.provenance().class_names);
  if (saved) return *saved;
  throw UsageError({checkpoint.file().string() + " holds no classifier",
                    "a run of supervised, finetune or linear-probe", "an encoder alone",
                    "fit a classifier to its features first: stl10 linear-probe --checkpoint " +
                        checkpoint.file().string()});
}

}  // namespace

Predictor::Predictor(const Checkpoint& checkpoint, std::optional<int64_t> views,
                     const Compute& compute)
    : class_names_(checkpoint.provenance().class_names),
      saved_(classifier_in(checkpoint)),
      fit_(fit_of(checkpoint)),
      side_(read_pretrained(checkpoint, {}).options.side),
      views_(views.value_or(checkpoint.provenance().config.value("views", int64_t{1}))),
      compute_(compute) {
  saved_.network->to(compute.device);
  saved_.network->eval();
  if (!places_matter()) together_ = kTogether;
}

/// Some processors' and libraries' kernels may add up in another order in another place of a batch.
bool Predictor::places_matter() {
  std::vector<uint8_t> images(static_cast<size_t>(kTogether * kImageBytes));
  for (size_t i = 0; i < kImageBytes; ++i) images[i] = static_cast<uint8_t>(i * i >> 3);
  for (size_t i = kImageBytes; i < images.size(); ++i) images[i] = images[i - kImageBytes];
  bool matter = false;
  // On one thread of a team, as all answers are made.
  at::parallel_for(0, 2, 1, [&](int64_t begin, int64_t) {
    if (begin > 0) return;
    const at::NoGradGuard no_grad;
    const Answers answers = told({images.data(), kTogether});
    const auto differ = [](const at::Tensor& of_each) {
      return of_each.defined() && !of_each.eq(of_each.narrow(0, 0, 1)).all().item<bool>();
    };
    matter = differ(answers.probabilities) || differ(answers.in_class);
  });
  return matter;
}

/// @return float (together, D), mean features of the views.
at::Tensor Predictor::features(const ImageView& images) {
  PlainImages plain(to_device(images, compute_.device), side_);
  const std::vector<int64_t> all = all_indices(images.count);
  at::Tensor sum;
  for (int64_t view = 0; view < views_; ++view) {
    const at::Tensor x = plain.views(all, compute_.network_type, view);
    const at::Tensor h = features_at(saved_.network->encoder, x, saved_.tap, compute_.network_type);
    sum = view == 0 ? h : sum + h;
  }
  return sum / static_cast<double>(views_);
}

/// Of a whole batch at a time: there are more operations behind the features than in the network.
Predictor::Answers Predictor::told(const ImageView& images) {
  const at::Tensor h = features(images);
  const at::Tensor logits = checked_outputs(saved_.network->head(h)).to(at::kCPU);
  const auto classes = static_cast<int64_t>(class_names_.size());
  return {at::softmax(at::log_softmax(logits, 1).slice(1, 0, classes), 1),
          saved_.centres ? in_class(*saved_.centres, h.to(at::kCPU)) : at::Tensor()};
}

std::vector<Prediction> Predictor::predict(std::span<const uint8_t* const> images) {
  if (images.empty()) return {};
  const auto count = static_cast<int64_t>(images.size());
  TORCH_CHECK(count <= together_, count, " images for ", together_);
  // Always as many, so that the same kernels are at work.
  std::vector<uint8_t> all(static_cast<size_t>(together_ * kImageBytes));
  for (size_t i = 0; i < images.size(); ++i) {
    std::copy_n(images[i], kImageBytes, &all[i * kImageBytes]);
  }
  const at::NoGradGuard no_grad;  // of the present thread
  const Answers answers = told({all.data(), together_});
  std::vector<Prediction> predictions;
  for (int64_t i = 0; i < count; ++i) {
    Prediction& prediction = predictions.emplace_back(Prediction{answers.probabilities[i]});
    if (saved_.centres) prediction.in_class = answers.in_class[i].item<double>();
  }
  return predictions;
}

}  // namespace stl10
