#include "stl10/base/new_folder.h"

#include <unistd.h>

#include <string>
#include <system_error>

#include "stl10/base/error.h"
#include "stl10/base/file.h"

namespace stl10 {
namespace {

constexpr char kAnotherFolder[] = "choose another folder, or empty this one";

/// Without a "/" at its end.
std::filesystem::path resolved(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::path path = std::filesystem::weakly_canonical(folder, error);
  if (error) path = std::filesystem::absolute(folder).lexically_normal();
  return path.has_filename() ? path : path.parent_path();
}

}  // namespace

NewFolder::NewFolder(const std::filesystem::path& target)
    : target_(resolved(target)), fills_(std::filesystem::is_directory(target_)) {
  const std::string suffix = ".tmp" + std::to_string(::getpid());
  path_ = fills_ ? target_ / suffix : target_;
  if (!fills_) path_ += suffix;
  make_folder(path_);
}

NewFolder::~NewFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void NewFolder::keep() const {
  std::error_code error;
  if (!fills_) std::filesystem::rename(path_, target_, error);
  if (fills_) {
    for (const auto& file : std::filesystem::directory_iterator(path_)) {
      if (!error) std::filesystem::rename(file, target_ / file.path().filename(), error);
    }
  }
  if (error) {
    throw IoError(
        {"cannot make the folder " + target_.string(), "", error.message(), kAnotherFolder});
  }
}

void check_new_folder(const std::filesystem::path& folder) {
  std::error_code error;
  const bool exists = std::filesystem::exists(folder, error);
  if (!exists || (std::filesystem::is_empty(folder, error) && !error)) return;
  throw UsageError(
      {folder.string() + " is not empty", "a new or an empty folder", "", kAnotherFolder});
}

}  // namespace stl10
