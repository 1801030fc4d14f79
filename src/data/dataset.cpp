#include "stl10/data/dataset.h"

#include <system_error>

#include "stl10/base/error.h"
#include "stl10/data/shuffle.h"
#include "stl10/data/text_files.h"

namespace stl10 {
namespace {

std::string ways_on(const std::filesystem::path& folder) {
  const std::string there = " --output " + folder.string() + "`";
  return "fetch STL-10 (2.6 GB) by `stl10 data download" + there +
         ", or make practice data by `stl10 data toy" + there +
         ", or name another folder with --data-dir";
}

/// Whether nothing is at `path`; what is there but can't be looked at is the opener's to explain.
bool is_missing(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::status(path, error).type() == std::filesystem::file_type::not_found;
}

void check_folder(const std::filesystem::path& folder) {
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

/// @param without the option that does without the file, if there is one.
MappedFile open_file(const std::filesystem::path& path, const std::string& without = "") {
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

MappedFile open_images(const std::filesystem::path& path, const std::string& without = "") {
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
  const MappedFile file = open_file(path);
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

ImageSet open_labeled(const std::filesystem::path& folder, const std::string& part,
                      size_t class_count) {
  const std::filesystem::path images = folder / (part + "_X.bin"),
                              labels = folder / (part + "_y.bin");
  ImageSet set{open_images(images), read_labels(labels, class_count)};
  if (set.labels.size() != static_cast<size_t>(set.count())) {
    throw DataError({images.string() + " and " + labels.filename().string() + " don't agree",
                     "one label an image",
                     std::to_string(set.count()) + " images and " +
                         std::to_string(set.labels.size()) + " labels",
                     "remove their folder, then " + ways_on(folder)});
  }
  return set;
}

}  // namespace

void ImageSet::release(int64_t begin, int64_t count) const {
  file->release(static_cast<size_t>(begin * kImageBytes), static_cast<size_t>(count * kImageBytes));
}

ImageView ImageSet::images() const {
  if (!file) return {};
  return {file->data(), static_cast<int64_t>(file->size() / kImageBytes)};
}

std::vector<int64_t> all_indices(const ImageSet& images) { return all_indices(images.count()); }

std::optional<ImageSet> open_test_images(const std::filesystem::path& folder,
                                         const std::string& without) {
  const std::filesystem::path path = folder / "test_X.bin";
  if (without.empty() && is_missing(path)) return std::nullopt;
  return ImageSet{open_images(path, without), {}};
}

Dataset open_dataset(const std::filesystem::path& folder, const Parts& parts) {
  check_folder(folder);
  Dataset data;
  data.folder = folder;
  data.fit = read_fit(folder);
  const std::filesystem::path names = folder / "class_names.txt",
                              folds = folder / "fold_indices.txt";
  data.class_names = is_missing(names) ? stl10_class_names() : read_class_names(names);
  if (parts.train) {
    data.train = open_labeled(folder, "train", data.class_names.size());
    if (!is_missing(folds)) data.folds = read_folds(folds, data.train.count());
  }
  if (parts.test) data.test = open_labeled(folder, "test", data.class_names.size());
  if (parts.unlabeled)
    data.unlabeled.file = open_images(folder / "unlabeled_X.bin", parts.without_unlabeled);
  return data;
}

}  // namespace stl10
