#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "stl10/data/dataset.h"

namespace stl10 {

/// The unlabeled images that a method trains on.
struct UnlabeledImages {
  std::vector<int64_t> indices;  ///< into their file, ascending
  int64_t stored = 0;            ///< images in the file; 0 where it isn't open
  /// How many of the file's are copies of test images; empty where there are no test images.
  std::optional<int64_t> copies_of_test;
};

/// All of them, or @param without_test those that are not copies of test images.
/// @throws DataError where these can't be compared.
UnlabeledImages choose_unlabeled(const Dataset& data, bool without_test);

/// What follows the sentence on labels, for people; empty without unlabeled images.
std::string describe(const UnlabeledImages& unlabeled);

}  // namespace stl10
