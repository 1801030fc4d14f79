#pragma once

#include <array>
#include <cstdint>
#include <string_view>

/// STL-10 as its authors publish it (https://cs.stanford.edu/~acoates/stl10).
namespace stl10 {

/// A file, its size in bytes and its MD5 as 32 lower-case hexadecimal digits.
struct OfficialFile {
  std::string_view name;
  int64_t bytes;
  std::string_view md5;
};

inline constexpr std::array<OfficialFile, 7> kOfficialFiles = {
    {{"train_X.bin", 138240000, "918c2871b30a85fa023e0c44e0bee87f"},
     {"train_y.bin", 5000, "5a34089d4802c674881badbb80307741"},
     {"test_X.bin", 221184000, "7f263ba9f9e0b06b93213547f721ac82"},
     {"test_y.bin", 8000, "36f9794fa4beb8a2c72628de14fa638e"},
     {"unlabeled_X.bin", 2764800000, "5242ba1fed5e4be9e1e742405eb56ca4"},
     {"fold_indices.txt", 47794, "4bbf8cd098ab9f87fe03fbcb37c06b28"},
     {"class_names.txt", 55, "6de44d022411c4d5cda4673b7f147c3f"}}};

/// What holds all of them.
inline constexpr OfficialFile kOfficialArchive = {"stl10_binary.tar.gz", 2640397119,
                                                  "91f7769df0f17e558f3565bffb0c7dfb"};
inline constexpr std::string_view kOfficialUrl =
    "https://cs.stanford.edu/~acoates/stl10/stl10_binary.tar.gz";

}  // namespace stl10
