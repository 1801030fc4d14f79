#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "stl10/data/import.h"
#include "stl10/data/manifest.h"

namespace stl10 {

/// A file that may hold a picture.
struct ImportSource {
  DataPart part = DataPart::kTrain;
  std::string class_name;  ///< empty without a class
  std::string name;        ///< relative to the folder that it was found in
  bool beside = false;     ///< found in `ImportOptions::unlabeled`

  std::filesystem::path path(const ImportOptions& options) const {
    return std::filesystem::path(beside ? options.unlabeled : options.folder) / name;
  }
};

/// What an import has to read.
struct ImportSources {
  std::vector<ImportSource> files;  ///< by part, class and name
  bool has_test = false;            ///< whether the folders say which pictures are for testing
};

/// Finds the files. Folders of classes without any file are left out.
/// @throws IoError for a missing folder, DataError for one that names no 2 to 255 classes.
ImportSources find_import_sources(const ImportOptions& options, const LeftOut& left_out);

/// @throws DataError for fewer than 2 or more than 255 classes, or names that are none.
void check_imported_classes(const std::vector<std::string>& names, const std::string& folder);

}  // namespace stl10
