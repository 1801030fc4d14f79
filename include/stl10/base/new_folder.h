#pragma once

#include <filesystem>

namespace stl10 {

/// Files that appear together or not at all: they are made in a temporary folder beside `target`,
/// or in it where that exists, so that whoever stands in `target`, or has mounted something there,
/// keeps it. What hasn't been kept at the end of the scope is removed.
class NewFolder {
 public:
  /// Symbolic links in `target` are resolved as far as it exists. @throws IoError.
  explicit NewFolder(const std::filesystem::path& target);
  ~NewFolder();
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;

  /// Where to make the files.
  const std::filesystem::path& path() const { return path_; }

  /// Gives the folder the target's name, or its files the target's folder, where they replace those
  /// of their names. @throws IoError.
  void keep() const;

 private:
  std::filesystem::path target_, path_;
  bool fills_;
};

/// Refuses a folder that holds something. @throws UsageError.
void check_new_folder(const std::filesystem::path& folder);

}  // namespace stl10
