#include "stl10/data/dataset.h"

#include "stl10/data/dataset_files.h"
#include "stl10/data/shuffle.h"
#include "stl10/data/text_files.h"

namespace stl10 {
namespace {

ImageSet open_labeled(const std::filesystem::path& folder, const std::string& part,
                      size_t class_count) {
  ImageSet set{open_image_file(folder / (part + "_X.bin")),
               read_labels(folder / (part + "_y.bin"), class_count)};
  check_same_count(folder, part, set.count(), set.labels.size());
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
  return ImageSet{open_image_file(path, without), {}};
}

Dataset open_dataset(const std::filesystem::path& folder, const Parts& parts) {
  check_data_folder(folder);
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
    data.unlabeled.file = open_image_file(folder / "unlabeled_X.bin", parts.without_unlabeled);
  return data;
}

}  // namespace stl10
