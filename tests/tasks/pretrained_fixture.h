#pragma once

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>

#include "stl10/data/toy.h"
#include "stl10/nn/classifier.h"
#include "stl10/tasks/pretrained.h"
#include "stl10/train/checkpoint.h"
#include "temporary_folder.h"

namespace stl10::testing {

/// Toy images, ten classes and two folds of 60, and a checkpoint of an encoder with batch
/// normalization whose running statistics are not the initial ones.
class PretrainedFixture : public ::testing::Test {
 protected:
  PretrainedFixture() {
    write_toy(folder_ / "toy", {.train = 120, .test = 50, .unlabeled = 1});
    data_ = open_dataset(folder_ / "toy");
    data_.folds = {{}, {}};
    for (int64_t i = 0; i < 120; ++i) data_.folds[static_cast<size_t>(i / 60)].push_back(i);
    InitStream init{.seed = 4};
    const EncoderOptions encoder{
        .width = 8, .padding = Padding::kValid, .pools = false, .batch_norm = true};
    Classifier network(encoder, HeadOptions{}, data_.class_count(), init);
    network->encoder(at::rand({8, 3, 96, 96}), Tap::kFlat);
    save_weights(file(), *network,
                 {.config = {{"width", 8}, {"encoder", to_json(encoder)}},
                  .class_names = data_.class_names});
  }

  std::filesystem::path file() const { return folder_ / "weights.safetensors"; }
  PretrainedEncoder pretrained(std::optional<Tap> tap = Tap::kFlat) const {
    return read_pretrained(Checkpoint(file()), tap);
  }

  TemporaryFolder folder_;
  Dataset data_;
};

/// Copies of all weights and buffers by name.
inline std::map<std::string, at::Tensor> tensors_of(const torch::nn::Module& network) {
  std::map<std::string, at::Tensor> tensors;
  for (const auto& item : network.named_parameters()) {
    tensors[item.key()] = item.value().detach().clone();
  }
  for (const auto& item : network.named_buffers()) tensors[item.key()] = item.value().clone();
  return tensors;
}

}  // namespace stl10::testing
