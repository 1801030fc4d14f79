#include "stl10/tasks/view_counts.h"

#include <charconv>

#include "stl10/base/error.h"

namespace stl10 {
namespace {

constexpr int64_t kMostViews = 64;

/// The number that `text` is; −1 where it is none.
int64_t number_of(const std::string& text) {
  int64_t number = -1;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && rest == end ? number : -1;
}

}  // namespace

std::vector<ViewPair> ViewCounts::directed_pairs() const {
  std::vector<ViewPair> found;
  for (int64_t view = 0; view < all(); ++view) {
    for (int64_t other = 0; other < large; ++other) {
      if (other != view) found.push_back({view, other});
    }
  }
  return found;
}

std::vector<ViewPair> ViewCounts::pairs() const {
  std::vector<ViewPair> found;
  for (const ViewPair& pair : directed_pairs()) {
    if (pair.large < pair.view) found.push_back(pair);
  }
  return found;
}

ViewCounts parse_view_counts(const std::string& text) {
  const size_t plus = text.find('+');
  const ViewCounts counts{
      .large = number_of(text.substr(0, plus)),
      .small = plus == std::string::npos ? 0 : number_of(text.substr(plus + 1))};
  if (counts.large >= 2 && counts.small >= 0 && counts.large <= kMostViews &&
      counts.small <= kMostViews) {
    return counts;
  }
  throw ConfigError({"`views` doesn't say how many views are made of each image",
                     "2 to 64 large ones, or large and small ones such as 2+4", text,
                     "give --views 2, which is the default"});
}

}  // namespace stl10
