#include "stl10/data/dataset_files.h"

#include <system_error>

#include "stl10/base/error.h"
#include "stl10/base/image.h"

namespace stl10 {
namespace {

std::string ways_on(const std::filesystem::path& folder) {
  const std::string there = " --output " + folder.string() + "`";
  return "fetch STL-10 (2.6 GB) by `stl10 data download" + there +
         ", or make practice data by `stl10 data toy" + there +
         ", or name another folder with --data-dir";
}

/// @param without the option that does without the file, if there is one.
MappedFile open_file(const std::filesystem::path& path, const std::string& without) {
  if (is_missing(path)) {
    throw DataError({path.string() + " is missing", "", "",
                     (without.empty() ? "" : "do without it by " + without + ", or ") +
                         ways_on(path.parent_path())});
  }
  return MappedFile(path);
}

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& expected,
                         const std::string& found) {
  throw damaged(path.string(), expected, found,
                "remove its folder, then " + ways_on(path.parent_path()));
}

std::string bytes_for(size_t images) {
  return std::to_string(images * kImageBytes) + " bytes for " + std::to_string(images) + " images";
}

}  // namespace

bool is_missing(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::status(path, error).type() == std::filesystem::file_type::not_found;
}

void check_data_folder(const std::filesystem::path& folder) {
  if (is_missing(folder)) {
    throw DataError(
        {"the data folder " + folder.string() + " is missing", "", "", ways_on(folder)});
  }
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(folder, error);
  if (!error && !std::filesystem::is_directory(status)) {
    throw DataError({folder.string() + " holds no data", "a folder", "a file",
                     "name the folder that holds train_X.bin with --data-dir"});
  }
}

MappedFile open_image_file(const std::filesystem::path& path, const std::string& without) {
  MappedFile file = open_file(path, without);
  if (file.size() == 0 || file.size() % kImageBytes != 0) {
    const size_t nearest = (file.size() + kImageBytes / 2) / kImageBytes;
    const std::string example = nearest > 0 ? ", so " + bytes_for(nearest) : "";
    refuse(path, std::to_string(kImageBytes) + " bytes an image" + example,
           std::to_string(file.size()) + " bytes");
  }
  return file;
}

std::vector<int64_t> read_labels(const std::filesystem::path& path, size_t class_count) {
  const MappedFile file = open_file(path, "");
  if (file.size() == 0) refuse(path, "one byte an image", "0 bytes");
  std::vector<int64_t> labels(file.data(), file.data() + file.size());
  for (size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] < 1 || labels[i] > static_cast<int64_t>(class_count)) {
      refuse(path, "labels 1 to " + std::to_string(class_count),
             std::to_string(labels[i]) + " for image " + std::to_string(i));
    }
    --labels[i];
  }
  return labels;
}

void check_same_count(const std::filesystem::path& folder, const std::string& part, int64_t images,
                      size_t labels) {
  if (labels == static_cast<size_t>(images)) return;
  throw DataError({(folder / (part + "_X.bin")).string() + " and " + part + "_y.bin don't agree",
                   "one label an image",
                   std::to_string(images) + " images and " + std::to_string(labels) + " labels",
                   "remove their folder, then " + ways_on(folder)});
}

}  // namespace stl10
