#include <ATen/Context.h>
#include <gtest/gtest.h>

namespace stl10::testing {
namespace {

/// LibTorch seeds its generator with the time; tests that draw from it get the same draws always.
class SameRandomNumbers : public ::testing::EmptyTestEventListener {
  void OnTestStart(const ::testing::TestInfo&) override { at::manual_seed(0); }
};

const bool listening = [] {
  ::testing::UnitTest::GetInstance()->listeners().Append(new SameRandomNumbers);
  return true;
}();

}  // namespace
}  // namespace stl10::testing
