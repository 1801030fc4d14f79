#include "stl10/data/md5.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "data/tiny_data.h"
#include "stl10/base/error.h"

namespace stl10 {
namespace {

#ifdef STL10_WITH_DOWNLOAD

std::string md5_of(std::string_view text) {
  Md5 md5;
  md5.update(text.data(), text.size());
  return md5.hex();
}

TEST(Md5, DigestsOfRfc1321) {
  EXPECT_EQ(md5_of(""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(md5_of("abc"), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(md5_of("message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
}

TEST(Md5, PiecesAreOneText) {
  Md5 md5;
  for (const std::string_view piece : {"message", " ", "digest"})
    md5.update(piece.data(), piece.size());
  EXPECT_EQ(md5.hex(), "f96b697d7cb7938d525a2f31aaf161d0");
}

#else

TEST(Md5, NeedsOpenSsl) {
  testing::expect_says(testing::message_of<UsageError>([] { const Md5 md5; }),
                       {"download or verify", "a build with libcurl", "STL10_WITH_DOWNLOAD=OFF"});
}

#endif

}  // namespace
}  // namespace stl10
