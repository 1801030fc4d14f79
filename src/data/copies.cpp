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

std::vector<int64_t> copies_of(const ImageView& images, const ImageView& others) {
  std::unordered_multimap<std::string_view, const uint8_t*> known;
  known.reserve(static_cast<size_t>(others.count));
  for (int64_t i = 0; i < others.count; ++i)
    known.emplace(key_of(others.image(i)), others.image(i));
  std::vector<int64_t> copies;
  for (int64_t i = 0; i < images.count; ++i) {
    const uint8_t* image = images.image(i);
    for (auto [at, end] = known.equal_range(key_of(image)); at != end; ++at) {
      if (std::memcmp(at->second, image, kImageBytes) != 0) continue;
      copies.push_back(i);
      break;
    }
  }
  return copies;
}

std::optional<std::vector<int64_t>> unlabeled_copies_of_test(const Dataset& data,
                                                             const std::string& without) {
  if (data.test.is_open()) return copies_of(data.unlabeled.images(), data.test.images());
  const std::optional<ImageSet> test = open_test_images(data.folder, without);
  if (!test) return std::nullopt;
  return copies_of(data.unlabeled.images(), test->images());
}

}  // namespace stl10
