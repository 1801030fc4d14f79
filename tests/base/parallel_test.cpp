#include "stl10/base/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <vector>

namespace stl10 {
namespace {

TEST(OnThreads, DoesEachPieceOnce) {
  for (const int64_t threads : {1, 3, 100}) {
    std::vector<std::atomic<int>> done(50);
    on_threads(threads, 50, [&](int64_t i) { ++done[static_cast<size_t>(i)]; });
    for (const std::atomic<int>& times : done) EXPECT_EQ(times, 1);
  }
}

TEST(OnThreads, DoesNothingWhereThereIsNothing) {
  on_threads(4, 0, [](int64_t) { FAIL(); });
}

TEST(OnThreads, HandsOnTheError) {
  std::atomic<int> begun = 0;
  const auto work = [&](int64_t i) {
    ++begun;
    if (i == 3) throw std::runtime_error("three");
  };
  EXPECT_THROW(on_threads(2, 100000, work), std::runtime_error);
  EXPECT_LT(begun, 100000);
}

}  // namespace
}  // namespace stl10
