#include "stl10/commands/failures.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <new>

#include "stl10/base/error.h"

namespace stl10 {
namespace {

std::string io_error_of(const std::function<void()>& work) {
  try {
    with_own_errors(work);
  } catch (const IoError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Failures, MemoryThatIsNotThereIsOurError) {
  EXPECT_NE(io_error_of([] { throw std::bad_alloc(); }).find("out of memory"), std::string::npos);
  // More than any address space, and more than any machine of today.
  for (const int64_t size : {int64_t{1} << 60, int64_t{1} << 44}) {
    EXPECT_NE(io_error_of([&] { at::empty({size}, at::kFloat); }).find("--batch-size"),
              std::string::npos);
  }
}

TEST(Failures, PathsThatCannotBeLookedAtAreOurError) {
  const std::string message =
      io_error_of([] { (void)std::filesystem::exists(std::string(300, 'x')); });
  EXPECT_NE(message.find("xxx"), std::string::npos) << message;
  EXPECT_NE(message.find("next: "), std::string::npos) << message;
}

TEST(Failures, FaultsOfThisProgramAreOneLineWithoutABacktrace) {
  try {
    with_own_errors([] { at::ones({2, 3}).mm(at::ones({2, 3})); });
    FAIL() << "no error";
  } catch (const Error&) {
    FAIL() << "a fault of the program was taken for the user's";
  } catch (const std::exception& error) {
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("mat1"), std::string::npos) << error.what();
  }
}

TEST(Failures, OurErrorsPassAsTheyAre) {
  EXPECT_THROW(with_own_errors([] { throw ConfigError({"x", "", "", ""}); }), ConfigError);
}

}  // namespace
}  // namespace stl10
