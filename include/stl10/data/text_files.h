#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

/// The two text files of the official layout. Lines end with "\n" or "\r\n", the last one perhaps
/// with neither; empty lines at the end don't count.
namespace stl10 {

inline constexpr size_t kMinClasses = 2;
inline constexpr size_t kMaxClasses = 255;

/// STL-10's ten classes in the order of their labels (https://cs.stanford.edu/~acoates/stl10).
std::vector<std::string> stl10_class_names();

/// Whether class_names.txt can hold it: UTF-8 without control characters or blanks at its ends, not
/// empty.
bool is_class_name(const std::string& name);

/// Refuses names that can't label the classes of `path`. @throws DataError for fewer than 2, more
/// than 255, one that `is_class_name` refuses or one that stands twice.
void check_class_names(const std::vector<std::string>& names, const std::filesystem::path& path);

/// One class name a line. @throws DataError as `check_class_names`, IoError when unreadable.
std::vector<std::string> read_class_names(const std::filesystem::path& path);

/// One fold a line: indices in 0 … train_count − 1 (they exceed 255), separated by spaces, none
/// twice in a fold. @throws DataError naming line and entry, IoError when unreadable.
std::vector<std::vector<int64_t>> read_folds(const std::filesystem::path& path,
                                             int64_t train_count);

}  // namespace stl10
