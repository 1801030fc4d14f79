#include <algorithm>
#include <string_view>

#include "stl10/base/sha256.h"
#include "stl10/data/dataset.h"

namespace stl10 {
namespace {

constexpr int64_t kSampledImages = 16;
constexpr size_t kDigits = 16;

/// Feeds text with its length, so that no two lists of texts give the same bytes.
void add_text(Sha256& hash, std::string_view text) {
  const std::string length = std::to_string(text.size()) + ":";
  hash.update(length.data(), length.size());
  hash.update(text.data(), text.size());
}

void add_numbers(Sha256& hash, const std::vector<int64_t>& numbers) {
  std::string text;
  for (const int64_t number : numbers) text += std::to_string(number) + " ";
  add_text(hash, text);
}

void add_sampled_images(Sha256& hash, const ImageView& images) {
  const int64_t samples = std::min(images.count, kSampledImages);
  for (int64_t i = 0; i < samples; ++i) {
    const int64_t index = samples == 1 ? 0 : i * (images.count - 1) / (samples - 1);
    hash.update(images.image(index), kImageBytes);
  }
}

std::string part_text(const std::string& name, const Dataset& data, const ImageSet& part) {
  if (!part.is_open()) return "";
  Sha256 hash;
  for (const std::string& class_name : data.class_names) add_text(hash, class_name);
  add_numbers(hash, {part.count()});
  add_numbers(hash, part.labels);
  if (&part == &data.train) {
    for (const std::vector<int64_t>& fold : data.folds) add_numbers(hash, fold);
  }
  add_sampled_images(hash, part.images());
  return name + ":" + hash.hex().substr(0, kDigits) + " ";
}

}  // namespace

std::string fingerprint(const Dataset& data) {
  std::string text = part_text("train", data, data.train) + part_text("test", data, data.test) +
                     part_text("unlabeled", data, data.unlabeled);
  if (!text.empty()) text.pop_back();
  return text;
}

}  // namespace stl10
