#include "stl10/data/writer.h"

#include <array>

#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "stl10/base/image.h"
#include "stl10/base/interrupt.h"
#include "stl10/base/new_folder.h"
#include "stl10/data/dataset.h"
#include "stl10/data/text_files.h"

namespace stl10 {
namespace {

void write_images(const std::filesystem::path& path, const NewImages& images) {
  save_atomically(path, [&](const auto& write) {
    std::array<uint8_t, kImageBytes> image{};
    for (int64_t i = 0; i < images.count; ++i) {
      throw_if_interrupted();
      images.make(i, image.data());
      write(image.data(), image.size());
    }
  });
}

void write_labels(const std::filesystem::path& path, const std::vector<int64_t>& labels) {
  std::string bytes;
  for (const int64_t label : labels) bytes += static_cast<char>(static_cast<uint8_t>(label + 1));
  save_atomically(path, bytes);
}

void write_folds(const std::filesystem::path& path,
                 const std::vector<std::vector<int64_t>>& folds) {
  std::string text;
  for (const std::vector<int64_t>& fold : folds) {
    for (const int64_t index : fold) text += std::to_string(index) + " ";
    text += "\n";
  }
  save_atomically(path, text);
}

void check_labels(const std::string& part, const NewImages& images, size_t class_count) {
  const auto classes = static_cast<int64_t>(class_count);
  for (const int64_t label : images.labels) {
    if (label >= 0 && label < classes) continue;
    throw DataError({"a label of the " + part + " images fits no class",
                     "0 to " + std::to_string(classes - 1), std::to_string(label), ""});
  }
}

void write_labeled(const std::filesystem::path& path, const NewDataset& data) {
  std::string names;
  for (const std::string& name : data.class_names) names += name + "\n";
  save_atomically(path / "class_names.txt", names);
  write_images(path / "train_X.bin", data.train);
  write_labels(path / "train_y.bin", data.train.labels);
  write_images(path / "test_X.bin", data.test);
  write_labels(path / "test_y.bin", data.test.labels);
  if (!data.folds.empty()) write_folds(path / "fold_indices.txt", data.folds);
}

}  // namespace

void write_dataset(const std::filesystem::path& folder, const NewDataset& data) {
  check_new_folder(folder);
  const bool labeled = !data.class_names.empty(), unlabeled = data.unlabeled.count > 0;
  if (labeled || !unlabeled) {
    check_class_names(data.class_names, folder / "class_names.txt");
    check_labels("train", data.train, data.class_names.size());
    check_labels("test", data.test, data.class_names.size());
  }
  const NewFolder temporary(folder);
  const std::filesystem::path& path = temporary.path();
  if (labeled) write_labeled(path, data);
  if (unlabeled) write_images(path / "unlabeled_X.bin", data.unlabeled);
  if (data.fit) save_atomically(path / kFitFile, fit_file_text(*data.fit));
  for (const auto& [name, text] : data.more_files) save_atomically(path / name, text);
  open_dataset(path, {.train = labeled, .test = labeled, .unlabeled = unlabeled});
  temporary.keep();
}

}  // namespace stl10
