#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "stl10/data/fit.h"

namespace stl10 {

/// Fills the 27,648 bytes of image `index` in stored order (stl10/base/image.h); asked for each
/// index once, in order.
using ImageMaker = std::function<void(int64_t index, uint8_t* image)>;

/// An image file to be written, and its labels.
struct NewImages {
  int64_t count = 0;
  std::vector<int64_t> labels =
      {};  ///< 0 … classes − 1, one per image; unused for unlabeled images
  ImageMaker make = {};
};

/// What `write_dataset` writes.
struct NewDataset {
  /// 2 to 255, different; or none, for unlabeled images alone.
  std::vector<std::string> class_names;
  std::vector<std::vector<int64_t>> folds;  ///< empty: no fold_indices.txt
  NewImages train;
  NewImages test;
  NewImages unlabeled;                                 ///< count 0: no unlabeled_X.bin
  std::optional<Fit> fit = {};                         ///< empty: no pictures.json
  std::map<std::string, std::string> more_files = {};  ///< further ones, by name
};

/// Makes `folder` in the official layout: the files are written to a temporary folder that then
/// takes its name, or, where it exists, whose files then move into it; an interruption leaves no
/// half of a data set. Images are held one
/// at a time. @throws UsageError when `folder` exists and isn't empty, DataError for content that
/// `open_dataset` would refuse, IoError, Interrupted.
void write_dataset(const std::filesystem::path& folder, const NewDataset& data);

}  // namespace stl10
