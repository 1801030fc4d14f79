#include "stl10/tasks/encoder_features.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "stl10/base/error.h"
#include "stl10/evaluate/outputs.h"
#include "stl10/nn/features.h"

namespace stl10 {

at::Tensor checked_outputs(at::Tensor outputs) {
  if (outputs.isfinite().all().item<bool>()) return outputs;
  throw Diverged({"the network's weights make NaN or infinity of images", "finite outputs", "",
                  "name the checkpoint of a run that did not diverge, or train with a lower "
                  "learning rate"});
}

namespace {

at::Tensor views_of(const EncoderInput& input, std::span<const int64_t> indices,
                    const Compute& compute) {
  if (input.augmenter == nullptr) {
    return input.images.views(indices, compute.network_type, input.view);
  }
  return input.augmenter->views(input.images.stored(), indices, input.key, compute.device,
                                compute.network_type);
}

}  // namespace

at::Tensor device_features(Encoder encoder, Tap tap, const EncoderInput& input,
                           const Compute& compute) {
  const auto features_of_block = [&](std::span<const int64_t> indices) {
    return features_at(encoder, views_of(input, indices, compute), tap, compute.network_type);
  };
  return checked_outputs(outputs_of(*encoder, features_of_block, input.indices, compute.group));
}

at::Tensor encoder_features(Encoder encoder, Tap tap, const EncoderInput& input,
                            const Compute& compute) {
  return device_features(std::move(encoder), tap, input, compute).to(at::kCPU);
}

at::Tensor mean_features(const Encoder& encoder, Tap tap, const EncoderInput& input, int64_t views,
                         const Compute& compute) {
  EncoderInput one = input;
  at::Tensor sum;
  for (one.view = 0; one.view < views; ++one.view) {
    const at::Tensor h = encoder_features(encoder, tap, one, compute);
    sum = one.view == 0 ? h : sum + h;
  }
  return sum / static_cast<double>(views);
}

Encoder random_encoder(const EncoderOptions& options, Tap last, uint64_t seed,
                       const EncoderInput& input, const Compute& compute) {
  constexpr size_t kImages = 256;
  InitStream init{.seed = seed};
  Encoder encoder = make_encoder(options, init, last);
  encoder->to(compute.device);
  std::vector<int64_t> chosen;
  const size_t count = std::min(kImages, input.indices.size());
  for (size_t i = 0; i < count; ++i)
    chosen.push_back(input.indices[i * input.indices.size() / count]);
  estimate_statistics(*encoder, [&] {
    features_at(encoder, views_of(input, chosen, compute), last, compute.network_type);
  });
  return encoder;
}

at::Tensor labels_of(std::span<const int64_t> indices, std::span<const int64_t> labels) {
  std::vector<int64_t> chosen;
  for (const int64_t index : indices) chosen.push_back(labels[static_cast<size_t>(index)]);
  return at::tensor(chosen, at::kLong);
}

PlainImages plain_images(const ImageSet& images, int64_t size, at::Device device) {
  return {images.is_open() ? to_device(images.images(), device) : DeviceImages{}, size};
}

}  // namespace stl10
