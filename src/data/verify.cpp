#include "stl10/data/verify.h"

#include <algorithm>
#include <array>

#include "stl10/base/error.h"
#include "stl10/base/image.h"
#include "stl10/base/options.h"
#include "stl10/base/parallel.h"
#include "stl10/base/sha256.h"
#include "stl10/data/copies.h"
#include "stl10/data/dataset.h"
#include "stl10/data/dataset_files.h"
#include "stl10/data/file_digest.h"
#include "stl10/data/fit.h"
#include "stl10/data/md5.h"
#include "stl10/data/official.h"
#include "stl10/data/text_files.h"

namespace stl10 {
namespace {

constexpr char kNamesFile[] = "class_names.txt", kFoldsFile[] = "fold_indices.txt";

std::string images_file(DataPart part) { return std::string(name_of(part)) + "_X.bin"; }
std::string labels_file(DataPart part) { return std::string(name_of(part)) + "_y.bin"; }

/// The state of a data set, file by file.
class Verification {
 public:
  explicit Verification(const std::filesystem::path& folder) : folder_(folder) {
    check_data_folder(folder);
    for (const OfficialFile& file : kOfficialFiles) add_file(std::string(file.name));
    if (is_there(kManifestFile) || is_there(kFitFile)) {
      add_file(kManifestFile);
      add_file(kFitFile);
    }
  }

  void digest(const std::function<void(int64_t done, int64_t all)>& progress);
  void check_structure();
  void check_manifest(int64_t threads);
  void find_duplicates();
  VerifiedData result();

 private:
  bool is_there(const std::string& name) const { return !is_missing(folder_ / name); }
  void add_file(const std::string& name) { data_.files.push_back({.name = name}); }

  VerifiedFile& file(const std::string& name) {
    return *std::find_if(data_.files.begin(), data_.files.end(),
                         [&](const VerifiedFile& file) { return file.name == name; });
  }

  void mark_damaged(const std::string& name, const std::string& reason) {
    VerifiedFile& bad = file(name);
    bad.state = FileState::kDamaged;
    if (bad.reason.empty()) bad.reason = reason;
  }

  /// Calls `read` with the path of a file that is there; what it throws is wrong with the file.
  /// @return whether it is sound.
  template <class Read>
  bool is_sound(const std::string& name, const Read& read) {
    if (!is_there(name)) return false;
    try {
      read(folder_ / name);
      return true;
    } catch (const Error& error) {
      mark_damaged(name, error.fault());
      return false;
    }
  }

  void check_labels(DataPart part, size_t class_count);
  void check_against_manifest(DataPart part, const std::vector<ManifestRow>& rows, int64_t threads);

  const std::filesystem::path& folder_;
  VerifiedData data_;
  std::array<ImageSet, kDataParts.size()> parts_;  ///< what is sound of them
};

void Verification::digest(const std::function<void(int64_t done, int64_t all)>& progress) {
  int64_t done = 0, all = 0;
  for (VerifiedFile& one : data_.files) {
    std::error_code error;
    const auto bytes = static_cast<int64_t>(std::filesystem::file_size(folder_ / one.name, error));
    if (!error) one.bytes = bytes;
    all += one.bytes.value_or(0);
  }
  for (VerifiedFile& one : data_.files) {
    Md5 md5;
    is_sound(one.name, [&](const std::filesystem::path& path) {
      one.md5 = file_digest(
          path, md5, [&](int64_t bytes) { progress(done += bytes, all); }, "run it again");
      one.state = FileState::kOwn;
    });
    const auto* const official =
        std::find_if(kOfficialFiles.begin(), kOfficialFiles.end(),
                     [&](const OfficialFile& known) { return known.name == one.name; });
    if (official == kOfficialFiles.end() || one.bytes != official->bytes) continue;
    if (one.md5 == official->md5) {
      one.state = FileState::kOfficial;
    } else if (one.state == FileState::kOwn) {
      one.reason = "of the official size, but of other bytes";
    }
  }
}

void Verification::check_labels(DataPart part, size_t class_count) {
  ImageSet& set = parts_[static_cast<size_t>(part)];
  is_sound(labels_file(part), [&](const std::filesystem::path& path) {
    set.labels = read_labels(path, class_count);
    if (set.is_open()) {
      check_same_count(folder_, std::string(name_of(part)), set.count(), set.labels.size());
    }
  });
}

void Verification::check_structure() {
  size_t class_count = stl10_class_names().size();
  if (is_there(kNamesFile)) class_count = kMaxClasses;
  is_sound(kNamesFile, [&](const auto& path) { class_count = read_class_names(path).size(); });
  for (const DataPart part : kDataParts) {
    ImageSet& set = parts_[static_cast<size_t>(part)];
    is_sound(images_file(part), [&](const auto& path) { set.file = open_image_file(path); });
    if (part != DataPart::kUnlabeled) check_labels(part, class_count);
  }
  const ImageSet& train = parts_.front();
  if (train.is_open()) {
    is_sound(kFoldsFile, [&](const auto& path) { read_folds(path, train.count()); });
  }
  is_sound(kFitFile, [&](const auto&) { read_fit(folder_); });
}

void Verification::check_against_manifest(DataPart part, const std::vector<ManifestRow>& rows,
                                          int64_t threads) {
  const ImageSet& set = parts_[static_cast<size_t>(part)];
  const ImageView images = set.images();
  if (static_cast<size_t>(images.count) != rows.size()) {
    if (!set.is_open()) return;
    mark_damaged(images_file(part), "it has " + std::to_string(images.count) + " images, and " +
                                        kManifestFile + " " + std::to_string(rows.size()));
    return;
  }
  std::vector<char> differs(rows.size());
  on_threads(threads, images.count, [&](int64_t i) {
    const auto place = static_cast<size_t>(i);
    const auto* const bytes = reinterpret_cast<const char*>(images.image(i));
    differs[place] = sha256_hex({bytes, kImageBytes}) != rows[place].sha256 ? 1 : 0;
  });
  const auto report = [&](const std::string& name, const std::string& what) {
    const auto first = std::find(differs.begin(), differs.end(), 1);
    if (first == differs.end()) return;
    const auto place = static_cast<size_t>(first - differs.begin());
    mark_damaged(name, std::to_string(std::count(differs.begin(), differs.end(), 1)) + " of " +
                           std::to_string(rows.size()) + " " + what + " not as " + kManifestFile +
                           " says, the first that of image " + std::to_string(place) + ", " +
                           rows[place].path);
  };
  report(images_file(part), "images are");
  for (size_t i = 0; i < set.labels.size() && i < rows.size(); ++i) {
    differs[i] = set.labels[i] != rows[i].label ? 1 : 0;
  }
  if (set.labels.size() == rows.size()) report(labels_file(part), "labels are");
}

void Verification::check_manifest(int64_t threads) {
  Manifest manifest;
  if (!is_sound(kManifestFile, [&](const auto& path) { manifest = read_manifest(path); })) return;
  for (const DataPart part : kDataParts) {
    check_against_manifest(part, rows_of(manifest, part), threads);
  }
}

void Verification::find_duplicates() {
  for (const DataPart original : kDataParts) {
    const ImageView originals = parts_[static_cast<size_t>(original)].images();
    for (const DataPart part : kDataParts) {
      if (part <= original) continue;
      const ImageView images = parts_[static_cast<size_t>(part)].images();
      for (const ImageCopy& copy : copies_and_originals(images, originals)) {
        data_.duplicates.push_back({part, copy.index, original, copy.original});
      }
    }
  }
}

VerifiedData Verification::result() {
  bool any = false;
  data_.sound = true;
  for (const VerifiedFile& one : data_.files) {
    any = any || one.state != FileState::kMissing;
    if (one.state == FileState::kDamaged) data_.sound = false;
  }
  for (const DataPart part : {DataPart::kTrain, DataPart::kTest}) {
    for (const auto& [name, other] : {std::pair(images_file(part), labels_file(part)),
                                      {labels_file(part), images_file(part)}}) {
      if (is_there(name) || !is_there(other)) continue;
      file(name).reason = other + " needs it";
      data_.sound = false;
    }
  }
  data_.sound = data_.sound && any;
  return std::move(data_);
}

}  // namespace

VerifiedData verify_data(const std::filesystem::path& folder, int64_t threads,
                         const std::function<void(int64_t done, int64_t all)>& progress) {
  Verification verification(folder);
  verification.digest(progress);
  verification.check_structure();
  verification.check_manifest(threads);
  verification.find_duplicates();
  return verification.result();
}

}  // namespace stl10
