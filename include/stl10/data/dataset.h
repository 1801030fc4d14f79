#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "stl10/base/file.h"
#include "stl10/base/image.h"
#include "stl10/data/fit.h"

/// The one reader of STL-10's binary files; data/README.md describes them.
namespace stl10 {

/// One image file, mapped read-only, and its labels.
struct ImageSet {
  std::optional<MappedFile> file;  ///< empty where the part was not asked for
  std::vector<int64_t> labels;  ///< one per image in 0 … classes − 1; empty for unlabeled images

  bool is_open() const { return file.has_value(); }
  int64_t count() const { return images().count; }

  /// The mapped images in stored order; valid as long as this set lives.
  ImageView images() const;

  /// Says that nobody will look at these images soon, so that a pass over a large file needs no
  /// more memory than one over a small one.
  void release(int64_t begin, int64_t count) const;
};

/// The index of every image of a set, in order.
std::vector<int64_t> all_indices(const ImageSet& images);

/// Which files a command needs.
struct Parts {
  bool train = true;
  bool test = true;
  bool unlabeled = false;
  std::string without_unlabeled = {};  ///< the option that does without, for messages
};

/// A folder in the official layout. Images cost no heap: 100,000 of them are a mapping.
struct Dataset {
  std::filesystem::path folder;
  std::vector<std::string> class_names;     ///< 2 to 255 of them; label k is class_names[k]
  std::vector<std::vector<int64_t>> folds;  ///< indices into `train`; empty without the file
  ImageSet train;
  ImageSet test;
  ImageSet unlabeled;
  Fit fit = Fit::kCrop;  ///< how its pictures became squares, where they were none

  int64_t class_count() const { return static_cast<int64_t>(class_names.size()); }
};

/// Opens and checks the parts of `folder` that are asked for: sizes to the byte, every label, the
/// class names (STL-10's ten where class_names.txt is missing), pictures.json and, with the
/// training images, the folds where fold_indices.txt is present. Files of other parts are not
/// touched.
/// @throws DataError for a missing or damaged file, IoError for an unreadable one; both name path,
/// expected, found and what to do.
Dataset open_dataset(const std::filesystem::path& folder, const Parts& parts = {});

/// The test images of `folder` without their labels, for comparing alone. @param without the option
/// that does without them; where there is none, missing images are no error, and nullopt.
/// @throws as open_dataset.
std::optional<ImageSet> open_test_images(const std::filesystem::path& folder,
                                         const std::string& without = "");

/// Tells data sets apart without reading 2.8 GB: for each open part its name and 16 hexadecimal
/// digits of a SHA-256 over class names, count, labels, folds and up to 16 whole images that are
/// spread evenly (the first and the last among them), as "train:… test:…". A change in another
/// image passes unseen.
std::string fingerprint(const Dataset& data);

}  // namespace stl10
