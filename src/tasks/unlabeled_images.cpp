#include "stl10/tasks/unlabeled_images.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "stl10/data/copies.h"

namespace stl10 {

UnlabeledImages choose_unlabeled(const Dataset& data, bool without_test) {
  if (!data.unlabeled.is_open()) return {};
  const auto copies =
      unlabeled_copies_of_test(data, without_test ? "leaving out --unlabeled-without-test" : "");
  UnlabeledImages result{.indices = all_indices(data.unlabeled), .stored = data.unlabeled.count()};
  if (copies) result.copies_of_test = static_cast<int64_t>(copies->size());
  if (!without_test) return result;
  std::vector<int64_t> rest;
  std::set_difference(result.indices.begin(), result.indices.end(), copies->begin(), copies->end(),
                      std::back_inserter(rest));
  result.indices = std::move(rest);
  return result;
}

std::string describe(const UnlabeledImages& unlabeled) {
  if (unlabeled.stored == 0) return "";
  const std::string text = "; " + std::to_string(unlabeled.stored) + " unlabeled images, ";
  if (!unlabeled.copies_of_test) {
    return text + "not compared with test images, which are missing";
  }
  const int64_t copies = *unlabeled.copies_of_test;
  if (copies == 0) return text + "none of them a copy of a test image";
  const bool left_out = static_cast<int64_t>(unlabeled.indices.size()) < unlabeled.stored;
  return text + std::to_string(copies) + " of them copies of test images" +
         (left_out ? ", which are left out" : " (--unlabeled-without-test leaves these out)");
}

}  // namespace stl10
