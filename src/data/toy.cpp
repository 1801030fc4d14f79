#include "stl10/data/toy.h"

#include <algorithm>

#include "stl10/base/philox.h"
#include "stl10/data/shuffle.h"
#include "stl10/data/toy_shapes.h"
#include "stl10/data/writer.h"

namespace stl10 {
namespace {

constexpr int64_t kClasses = kToyClasses.size();
constexpr int kFolds = 10;
constexpr int64_t kFoldShare = 5;  // a fold is a fifth of the training images, as in STL-10

/// Streams of Purpose::kToy beside those of the three parts.
enum : uint32_t { kUnlabeledClassStream = 3, kFoldStream = 4 };

/// Classes take turns, so that any ten neighbours are balanced.
NewImages labeled_images(uint64_t seed, ToyPart part, int64_t count) {
  NewImages images{.count = count};
  for (int64_t i = 0; i < count; ++i) images.labels.push_back(i % kClasses);
  images.make = [seed, part](int64_t index, uint8_t* image) {
    paint_toy_image(seed, part, index, index % kClasses, image);
  };
  return images;
}

NewImages unlabeled_images(uint64_t seed, int64_t count) {
  const auto make = [seed](int64_t index, uint8_t* image) {
    const StreamId id{Purpose::kToy, kUnlabeledClassStream, static_cast<uint32_t>(index)};
    const int64_t label = Philox(seed, id).below(static_cast<uint32_t>(kClasses));
    paint_toy_image(seed, ToyPart::kUnlabeled, index, label, image);
  };
  return {count, {}, make};
}

/// Each fold takes whole groups of ten neighbours, one image of each class.
std::vector<std::vector<int64_t>> make_folds(uint64_t seed, int64_t train_count) {
  const int64_t groups = train_count / kClasses;
  const int64_t taken = std::max<int64_t>(1, groups / kFoldShare);
  std::vector<std::vector<int64_t>> folds(kFolds);
  for (uint32_t f = 0; f < kFolds; ++f) {
    const auto order = shuffled(all_indices(groups), seed, {Purpose::kToy, kFoldStream, f});
    for (int64_t g = 0; g < taken; ++g) {
      for (int64_t k = 0; k < kClasses; ++k) {
        folds[f].push_back(order[static_cast<size_t>(g)] * kClasses + k);
      }
    }
    std::sort(folds[f].begin(), folds[f].end());
  }
  return folds;
}

}  // namespace

std::vector<std::string> toy_class_names() {
  std::vector<std::string> names(kToyClasses.size());
  std::transform(kToyClasses.begin(), kToyClasses.end(), names.begin(),
                 [](const ToyClass& kind) { return kind.name; });
  return names;
}

void write_toy(const std::filesystem::path& folder, const ToyOptions& options) {
  const auto seed = static_cast<uint64_t>(options.seed);
  write_dataset(folder, {.class_names = toy_class_names(),
                         .folds = make_folds(seed, options.train),
                         .train = labeled_images(seed, ToyPart::kTrain, options.train),
                         .test = labeled_images(seed, ToyPart::kTest, options.test),
                         .unlabeled = unlabeled_images(seed, options.unlabeled)});
}

}  // namespace stl10
