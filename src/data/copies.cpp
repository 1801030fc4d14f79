#include "stl10/data/copies.h"

#include <cstring>
#include <string_view>
#include <unordered_map>

namespace stl10 {
namespace {

/// What tells most images apart: a piece of a column in the middle, within one page.
std::string_view key_of(const uint8_t* image) {
  constexpr size_t kBytes = 64;
  return {reinterpret_cast<const char*>(image) + stored_offset(1, 0, kSide / 2), kBytes};
}

}  // namespace

std::vector<ImageCopy> copies_and_originals(const ImageView& images, const ImageView& others) {
  std::unordered_map<std::string_view, std::vector<int64_t>> known;
  known.reserve(static_cast<size_t>(others.count));
  for (int64_t i = 0; i < others.count; ++i) known[key_of(others.image(i))].push_back(i);
  std::vector<ImageCopy> copies;
  for (int64_t i = 0; i < images.count; ++i) {
    const uint8_t* image = images.image(i);
    const auto alike = known.find(key_of(image));
    if (alike == known.end()) continue;
    for (const int64_t other : alike->second) {
      if (std::memcmp(others.image(other), image, kImageBytes) != 0) continue;
      copies.push_back({i, other});
      break;
    }
  }
  return copies;
}

std::vector<int64_t> copies_of(const ImageView& images, const ImageView& others) {
  std::vector<int64_t> indices;
  for (const ImageCopy& copy : copies_and_originals(images, others)) indices.push_back(copy.index);
  return indices;
}

std::optional<std::vector<int64_t>> unlabeled_copies_of_test(const Dataset& data,
                                                             const std::string& without) {
  if (data.test.is_open()) return copies_of(data.unlabeled.images(), data.test.images());
  const std::optional<ImageSet> test = open_test_images(data.folder, without);
  if (!test) return std::nullopt;
  return copies_of(data.unlabeled.images(), test->images());
}

}  // namespace stl10
