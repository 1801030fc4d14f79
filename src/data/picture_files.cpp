#include "stl10/data/picture_files.h"

#include <algorithm>
#include <system_error>

#include "stl10/base/error.h"
#include "stl10/data/picture.h"

namespace stl10 {
namespace {

namespace fs = std::filesystem;

void walk(const fs::path& folder, const std::string& prefix, const LeftOut& left_out,
          std::vector<std::string>& files) {
  for (const fs::path& path : visible_entries(folder, left_out)) {
    const std::string name = prefix + path.filename().string();
    std::error_code error;
    if (fs::is_regular_file(path, error)) {
      files.push_back(name);
    } else if (fs::symlink_status(path, error).type() != fs::file_type::directory) {
      left_out(path.string() + " is left out: neither a file nor a folder");
    } else {
      try {
        walk(path, name + "/", left_out, files);
      } catch (const IoError& unreadable) {
        left_out(unreadable.what());
      }
    }
  }
}

}  // namespace

std::vector<fs::path> visible_entries(const fs::path& folder, const LeftOut& left_out) {
  std::error_code error;
  std::vector<fs::path> entries;
  auto entry = fs::directory_iterator(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    entries.push_back(entry->path());
  }
  if (error) {
    throw IoError({"cannot read the folder " + folder.string(), "", error.message(),
                   "check the path and its permissions"});
  }
  std::sort(entries.begin(), entries.end(),
            [](const fs::path& a, const fs::path& b) { return a.native() < b.native(); });
  std::erase_if(entries, [&](const fs::path& path) {
    const bool hidden = path.filename().string().starts_with(".");
    if (hidden) left_out(path.string() + " is left out: hidden");
    return hidden;
  });
  return entries;
}

std::vector<std::string> files_below(const fs::path& folder, const LeftOut& left_out) {
  std::vector<std::string> files;
  walk(folder, "", left_out, files);
  std::sort(files.begin(), files.end());
  return files;
}

ReadPicture read_or_complain(const std::string& path, Fit fit) {
  ReadPicture read{.path = path};
  try {
    read.image = read_picture(path, fit);
  } catch (const DataError& error) {
    read.complaint = error.what();
  } catch (const IoError& error) {
    read.complaint = error.what();
  }
  return read;
}

}  // namespace stl10
