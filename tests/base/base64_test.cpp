#include "stl10/base/base64.h"

#include <gtest/gtest.h>

namespace stl10 {
namespace {

TEST(Base64, AgreesWithTheRfc) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foob"), "Zm9vYg==");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
}

TEST(Base64, TakesEveryByte) {
  EXPECT_EQ(base64(std::string_view("\x00\xFF\xFE", 3)), "AP/+");
  EXPECT_EQ(base64("\xFB\xEF\xBE"), "++++");
}

}  // namespace
}  // namespace stl10
