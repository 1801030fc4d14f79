#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "stl10/base/image.h"
#include "stl10/data/dataset.h"

namespace stl10 {

/// An image, and the first one that it equals in every byte.
struct ImageCopy {
  int64_t index, original;

  friend bool operator==(const ImageCopy&, const ImageCopy&) = default;
};

/// Those of `images` that equal one of `others`, ascending. Of most images it reads a few bytes
/// alone.
std::vector<ImageCopy> copies_and_originals(const ImageView& images, const ImageView& others);

/// Their indices.
std::vector<int64_t> copies_of(const ImageView& images, const ImageView& others);

/// The open unlabeled images that are copies of test images, of which STL-10 is said to have 7,545
/// (CleanSTL-10, arXiv:2506.03582). Opens the test images where `data` doesn't have them, and
/// never their labels; nullopt where there are none.
/// @throws DataError for a damaged test_X.bin, and for a missing one where there is an option
/// `without` that does without it.
std::optional<std::vector<int64_t>> unlabeled_copies_of_test(const Dataset& data,
                                                             const std::string& without = "");

}  // namespace stl10
