#include "stl10/tasks/predictor.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <array>

#include "stl10/augment/plain_images.h"
#include "stl10/base/device_images.h"
#include "stl10/base/error.h"
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
}

Prediction Predictor::predict(const uint8_t* image) {
  constexpr std::array<int64_t, 1> kOnly = {0};
  const at::NoGradGuard no_grad;  // of the present thread
  PlainImages images(to_device({image, 1}, compute_.device), side_);
  at::Tensor h;
  for (int64_t view = 0; view < views_; ++view) {
    const at::Tensor x = images.views(kOnly, compute_.network_type, view);
    const at::Tensor features =
        features_at(saved_.network->encoder, x, saved_.tap, compute_.network_type);
    h = view == 0 ? features : h + features;
  }
  h = h / static_cast<double>(views_);
  const at::Tensor logits = checked_outputs(saved_.network->head(h)).to(at::kCPU);
  const auto classes = static_cast<int64_t>(class_names_.size());
  Prediction prediction{.probabilities =
                            at::softmax(at::log_softmax(logits, 1).slice(1, 0, classes), 1)[0]};
  if (saved_.centres) {
    prediction.in_class = in_class(*saved_.centres, h.to(at::kCPU)).item<double>();
  }
  return prediction;
}

}  // namespace stl10
