#include "stl10/base/npy.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <stdexcept>

#include "temporary_folder.h"

namespace stl10 {
namespace {

using testing::TemporaryFolder;

TEST(Npy, HasTheBytesThatNumPyWrites) {
  TemporaryFolder folder;
  const std::array<int64_t, 2> shape = {2, 3};
  const std::array<float, 6> values = {0, 1, 2, 3, 4, -5.5f};
  save_npy(folder / "a.npy", NpyType::kFloat32, shape, [&](const auto& write) {
    write(values.data(), 8);  // in two pieces
    write(values.data() + 2, 16);
  });
  const std::string bytes = read_file(folder / "a.npy");
  ASSERT_EQ(bytes.size(), 128U + 24U);
  EXPECT_EQ(bytes.substr(0, 8), std::string("\x93NUMPY\x01\0", 8));
  EXPECT_EQ(bytes[8], 118);  // the header's text: 128 − 10
  EXPECT_EQ(bytes[9], 0);
  EXPECT_TRUE(
      bytes.substr(10).starts_with("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), } "));
  EXPECT_EQ(bytes[127], '\n');
  EXPECT_EQ(std::memcmp(&bytes[128], values.data(), 24), 0);
}

TEST(Npy, OfOneDimensionIsATuple) {
  TemporaryFolder folder;
  const std::array<int64_t, 1> shape = {1};
  const int64_t value = 7;
  save_npy(folder / "a.npy", NpyType::kInt64, shape,
           [&](const auto& write) { write(&value, sizeof value); });
  EXPECT_NE(read_file(folder / "a.npy").find("'<i8', 'fortran_order': False, 'shape': (1,), }"),
            std::string::npos);
}

TEST(Npy, IsRefusedWithoutAFileWhereValuesDoNotFit) {
  TemporaryFolder folder;
  const std::array<int64_t, 1> shape = {2};
  const std::array<float, 3> values = {};
  for (const size_t size : {4U, 12U}) {
    EXPECT_THROW(save_npy(folder / "a.npy", NpyType::kFloat32, shape,
                          [&](const auto& write) { write(values.data(), size); }),
                 std::logic_error);
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  }
}

}  // namespace
}  // namespace stl10
