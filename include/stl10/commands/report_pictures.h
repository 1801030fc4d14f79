#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "stl10/base/compute.h"
#include "stl10/data/dataset.h"
#include "stl10/report/html_pictures.h"

namespace stl10 {

/// The data that a run saw, or why it can't be shown.
struct RunImages {
  Dataset data;
  std::string reason;  ///< a sentence; empty where the data is open

  bool is_open() const { return reason.empty(); }
};

/// Opens the parts that the run's environment.json names and compares their fingerprint.
/// @param data_dir empty: where the run's config says; there, nothing to open is no error.
/// @throws DataError, IoError where `data_dir` can't be opened.
RunImages open_run_images(const std::filesystem::path& folder,
                          const std::optional<std::string>& data_dir);

/// What a report shows of the images that a run worked on: augmented views, the surest mistakes,
/// nearest training images and a map of the features, for whatever of them the folder's config,
/// predictions and checkpoint (or that of the run it judges) allow. The test images where the run
/// opened them, else training images. @throws Interrupted.
ReportPictures report_pictures(const std::filesystem::path& folder, const RunImages& images,
                               const Compute& compute);

}  // namespace stl10
