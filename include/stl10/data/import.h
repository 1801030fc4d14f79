#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "stl10/base/options.h"
#include "stl10/data/picture.h"
#include "stl10/data/picture_files.h"

namespace stl10 {

/// Own pictures that are to become a data set.
struct ImportOptions {
  std::string folder;     ///< FOLDER/<class>/…, or train/, test/ and unlabeled/ in it; or empty
  std::string unlabeled;  ///< a further folder of pictures without classes; or empty
  std::string output = "data/own";
  Fit fit = Fit::kCrop;
  double test_fraction = 0.2;
  int64_t seed = 0;
};

template <class Visitor>
void visit_fields(ImportOptions& options, Visitor& field) {
  field("folder", options.folder,
        "FOLDER: of a folder for each class, or of train, test and unlabeled with such folders");
  field("unlabeled", options.unlabeled,
        "a folder of pictures without classes, beside or instead of FOLDER");
  field("output", options.output, "the folder to make");
  field("fit", options.fit,
        "of pictures that aren't square take the middle, or all of it between black bars");
  field("test_fraction", options.test_fraction,
        "part of each class that becomes test images, where FOLDER has no test/",
        Range{.low = 0, .high = 0.9, .low_excluded = true});
  field("seed", options.seed, "of which those are, and of the folds", at_least(0));
}

/// What came of it.
struct ImportCounts {
  int64_t classes = 0, train = 0, test = 0, unlabeled = 0;
  int64_t equal = 0;     ///< pictures of which an equal one is kept
  int64_t left_out = 0;  ///< files that aren't readable pictures
};

/// Whom an import tells.
struct ImportWatcher {
  LeftOut left_out;                                         ///< of a file or folder
  std::function<void(int64_t done, int64_t all)> progress;  ///< in files
};

/// Makes a data set in the official layout from pictures in folders, with manifest.csv, which says
/// of each image `part,index,label,path,sha256` (of its 27,648 bytes), and pictures.json, which
/// says how they were fitted. The classes stand in the byte order of their names, the pictures in
/// that of class and path. Of equal images the first is kept, of the parts first train, then test.
/// Ten folds, each a fifth of every class's training images, as STL-10 has them. Memory holds a
/// line a picture; `threads` read at a time. The same files and options give the same bytes.
/// @throws UsageError where `output` isn't free, DataError where the folders make no data set,
/// IoError, Interrupted; nothing is left then.
ImportCounts import_pictures(const ImportOptions& options, int64_t threads,
                             const ImportWatcher& watcher);

}  // namespace stl10
