#include "stl10/base/mapping_guard.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "stl10/base/file.h"
#include "temporary_folder.h"

namespace stl10 {
namespace {

/// Maps a file of one page and cuts it; a read ends the process.
const uint8_t* cut_mapping(const std::filesystem::path& path) {
  const auto page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  save_atomically(path, std::string(page, 'x'));
  auto* const data = new MappedFile(path);  // kept until the process ends
  EXPECT_EQ(::truncate(path.c_str(), 0), 0);
  return data->data();
}

int read_byte(const uint8_t* data) { return *const_cast<const volatile uint8_t*>(data); }

TEST(MappingGuardDeathTest, AWatchedFileThatIsCutIsNamed) {
  const testing::TemporaryFolder folder;
  EXPECT_EXIT(read_byte(cut_mapping(folder / "images.bin")), ::testing::ExitedWithCode(1),
              "images.bin was cut while it was read .expected [0-9]+ bytes, found fewer");
}

TEST(MappingGuardDeathTest, AForgottenOneIsNotOurs) {
  const testing::TemporaryFolder folder;
  EXPECT_EXIT(
      {
        const uint8_t* data = cut_mapping(folder / "images.bin");
        forget_mapping(data);
        read_byte(data);
      },
      ::testing::KilledBySignal(SIGBUS), "");
}

}  // namespace
}  // namespace stl10
