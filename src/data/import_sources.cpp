#include "stl10/data/import_sources.h"

#include <algorithm>
#include <set>
#include <system_error>

#include "stl10/base/error.h"
#include "stl10/data/text_files.h"

namespace stl10 {
namespace {

namespace fs = std::filesystem;

constexpr char kLayout[] =
    "give each class a folder of its own, named like it: FOLDER/<class>/…, or "
    "FOLDER/train/<class>/… and FOLDER/test/<class>/…";

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

/// Whether FOLDER/train is the training part, and not a class of that name.
bool holds_folders(const fs::path& folder) {
  if (!is_folder(folder)) return false;
  const std::vector<fs::path> entries = visible_entries(folder, [](const std::string&) {});
  return std::any_of(entries.begin(), entries.end(), is_folder);
}

class Finder {
 public:
  Finder(const ImportOptions& options, const LeftOut& left_out)
      : options_(options), left_out_(left_out) {}

  /// The class folders in `below`, "" or "train/".
  void add_classes(DataPart part, const std::string& below) {
    for (const fs::path& path : visible_entries(fs::path(options_.folder) / below, left_out_)) {
      const std::string class_name = path.filename().string();
      if (!is_folder(path)) {
        left_out_(path.string() + " is left out: in no class's folder");
      } else {
        add_files({.part = part, .class_name = class_name, .name = below + class_name + "/"}, path);
      }
    }
  }

  /// All files below a folder. @param prefix its source, with the folder in place of the name.
  void add_files(const ImportSource& prefix, const fs::path& folder) {
    const std::vector<std::string> names = files_below(folder, left_out_);
    if (names.empty()) left_out_(folder.string() + " is left out: no file is in it");
    for (const std::string& name : names) {
      found.files.push_back(prefix);
      found.files.back().name += name;
    }
  }

  ImportSources found;

 private:
  const ImportOptions& options_;
  const LeftOut& left_out_;
};

void add_parts(const ImportOptions& options, const LeftOut& left_out, Finder& finder) {
  const fs::path folder = options.folder;
  finder.add_classes(DataPart::kTrain, "train/");
  finder.found.has_test = is_folder(folder / "test");
  if (finder.found.has_test) finder.add_classes(DataPart::kTest, "test/");
  if (is_folder(folder / "unlabeled")) {
    finder.add_files({.part = DataPart::kUnlabeled, .name = "unlabeled/"}, folder / "unlabeled");
  }
  for (const fs::path& path : visible_entries(folder, [](const std::string&) {})) {
    const std::string name = path.filename().string();
    if (name == "train" || name == "test" || name == "unlabeled") continue;
    left_out(path.string() + " is left out: beside train, test and unlabeled");
  }
}

}  // namespace

void check_imported_classes(const std::vector<std::string>& names, const std::string& folder) {
  if (names.size() < kMinClasses || names.size() > kMaxClasses) {
    throw DataError({folder + " has a wrong number of classes with pictures", "2 to 255",
                     std::to_string(names.size()), kLayout});
  }
  for (const std::string& name : names) {
    if (is_class_name(name)) continue;
    throw DataError({"a folder in " + folder + " can't name a class",
                     "UTF-8 without control characters or blanks at its ends", "`" + name + "`",
                     "rename it"});
  }
}

ImportSources find_import_sources(const ImportOptions& options, const LeftOut& left_out) {
  Finder finder(options, left_out);
  if (!options.folder.empty()) {
    if (holds_folders(fs::path(options.folder) / "train")) {
      add_parts(options, left_out, finder);
    } else {
      finder.add_classes(DataPart::kTrain, "");
    }
    std::set<std::string> names;
    for (const ImportSource& file : finder.found.files) {
      if (file.part != DataPart::kUnlabeled) names.insert(file.class_name);
    }
    check_imported_classes({names.begin(), names.end()}, options.folder);
  }
  if (!options.unlabeled.empty()) {
    finder.add_files({.part = DataPart::kUnlabeled, .beside = true}, options.unlabeled);
  }
  return std::move(finder.found);
}

}  // namespace stl10
