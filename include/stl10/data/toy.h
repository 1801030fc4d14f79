#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "stl10/base/options.h"

/// A small data set to try everything with: ten textured shapes (a barred disc, a checkered
/// triangle, …) at random positions, in random sizes and colours, before random backgrounds, partly
/// covered and noisy. A class is its shape and its texture; colour, place and brightness say
/// nothing. So a small convolutional network learns it within a minute, while a logistic
/// regression on pixels, or on the features of an untrained network, doesn't.
namespace stl10 {

/// How many images, and which.
struct ToyOptions {
  int64_t train = 2000;
  int64_t test = 500;
  int64_t unlabeled = 2000;
  int64_t seed = 0;
};

template <class Visitor>
void visit_fields(ToyOptions& options, Visitor& field) {
  field("train", options.train, "training images, as many of each class", between(20, 100000));
  field("test", options.test, "test images, as many of each class", between(10, 100000));
  field("unlabeled", options.unlabeled, "unlabeled images; 0: none", between(0, 1000000));
  field("seed", options.seed, "of every random draw", at_least(0));
}

/// The names of the ten shapes, in the order of their labels.
std::vector<std::string> toy_class_names();

/// Which file an image belongs to; images of different files are drawn apart.
enum class ToyPart : uint32_t { kTrain, kTest, kUnlabeled };

/// Paints image `index` of a part, of class `label` in 0 … 9, into 27,648 bytes in stored order: a
/// function of its arguments in integer arithmetic, so the same bytes on every machine.
void paint_toy_image(uint64_t seed, ToyPart part, int64_t index, int64_t label, uint8_t* image);

/// Makes `folder` with training, test and unlabeled images, class names and ten folds of a fifth
/// of the training images each, balanced like the official ones.
/// @throws UsageError when `folder` exists and isn't empty; IoError.
void write_toy(const std::filesystem::path& folder, const ToyOptions& options);

}  // namespace stl10
