#ifdef STL10_WITH_DOWNLOAD

#include "stl10/data/verify.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "data/tiny_data.h"
#include "stl10/base/error.h"
#include "stl10/base/sha256.h"
#include "stl10/data/fit.h"
#include "stl10/data/text_files.h"

namespace stl10 {
namespace {

using testing::bytes_of;
using testing::expect_says;
using testing::message_of;
using testing::plain_images;
using testing::TemporaryFolder;
using testing::write_bytes;

/// A folder with the tiny data set.
class Verify : public ::testing::Test {
 protected:
  Verify() { testing::write_tiny_data(folder_.path()); }

  VerifiedData verified() const {
    return verify_data(folder_.path(), 2, [](int64_t, int64_t) {});
  }
  VerifiedFile file(const std::string& name) const {
    for (const VerifiedFile& one : verified().files) {
      if (one.name == name) return one;
    }
    ADD_FAILURE() << "no word on " << name;
    return {};
  }
  void expect_damaged(const std::string& name, const std::string& reason) const {
    const VerifiedFile one = file(name);
    EXPECT_EQ(one.state, FileState::kDamaged) << name;
    expect_says(one.reason, {reason});
    EXPECT_FALSE(verified().sound);
    const VerifiedData data = verified();
    EXPECT_EQ(std::count_if(data.files.begin(), data.files.end(),
                            [](const auto& f) { return f.state == FileState::kDamaged; }),
              1);
  }
  void change_byte(const std::string& name, size_t place) const {
    std::string bytes = bytes_of(folder_ / name);
    bytes[place] = static_cast<char>(bytes[place] ^ 1);
    write_bytes(folder_ / name, bytes);
  }

  /// What `data import` leaves beside the data.
  void write_manifest() const {
    Manifest manifest;
    for (const DataPart part : kDataParts) {
      const std::string name(name_of(part)), images = bytes_of(folder_ / (name + "_X.bin"));
      const bool labeled = part != DataPart::kUnlabeled;
      const std::string labels = labeled ? bytes_of(folder_ / (name + "_y.bin")) : "";
      for (size_t i = 0; i < images.size() / kImageBytes; ++i) {
        rows_of(manifest, part)
            .push_back({labeled ? labels[i] - 1 : -1, name + std::to_string(i) + ".png",
                        sha256_hex(images.substr(i * kImageBytes, kImageBytes))});
      }
    }
    write_bytes(folder_ / kManifestFile, manifest_text(manifest));
    write_bytes(folder_ / kFitFile, fit_file_text(Fit::kCrop));
  }

  TemporaryFolder folder_;
};

TEST_F(Verify, OwnDataAreSound) {
  const VerifiedData data = verified();
  EXPECT_TRUE(data.sound);
  EXPECT_EQ(data.files.size(), 7U);
  for (const VerifiedFile& one : data.files) {
    EXPECT_EQ(one.state, FileState::kOwn) << one.name;
    EXPECT_EQ(one.bytes, std::ssize(bytes_of(folder_ / one.name)));
    EXPECT_EQ(one.reason, "");
  }
  EXPECT_EQ(file("class_names.txt").md5, "40c53c58fdafacc83cfff6ee3d2f6d69");
}

TEST_F(Verify, OfficialFilesAreKnownByTheirBytes) {
  std::string names;
  for (const std::string& name : stl10_class_names()) names += name + "\n";
  write_bytes(folder_ / "class_names.txt", names);
  EXPECT_EQ(file("class_names.txt").state, FileState::kOfficial);
  EXPECT_TRUE(verified().sound);
  names[0] = 'A';
  write_bytes(folder_ / "class_names.txt", names);
  EXPECT_EQ(file("class_names.txt").state, FileState::kOwn);
  expect_says(file("class_names.txt").reason, {"official size"});
}

TEST_F(Verify, MissingFilesAreNoFaultButLabelsAre) {
  for (const char* name : {"unlabeled_X.bin", "fold_indices.txt"}) {
    std::filesystem::remove(folder_ / name);
    EXPECT_EQ(file(name).state, FileState::kMissing);
    EXPECT_FALSE(file(name).bytes.has_value());
  }
  EXPECT_TRUE(verified().sound);
  std::filesystem::remove(folder_ / "test_y.bin");
  EXPECT_EQ(file("test_y.bin").reason, "test_X.bin needs it");
  EXPECT_FALSE(verified().sound);
  std::filesystem::remove(folder_ / "test_X.bin");
  EXPECT_TRUE(verified().sound);
}

TEST_F(Verify, WithoutFilesNothingIsSound) {
  const TemporaryFolder empty;
  EXPECT_FALSE(verify_data(empty.path(), 1, [](int64_t, int64_t) {}).sound);
  expect_says(message_of<DataError>([&] { verify_data(empty / "no", 1, [](int64_t, int64_t) {}); }),
              {"is missing"});
}

TEST_F(Verify, DamagedFilesSayWhatIsWrong) {
  const auto damage = [&](const std::string& name, const std::string& bytes,
                          const std::string& reason) {
    const std::string before = bytes_of(folder_ / name);
    write_bytes(folder_ / name, bytes);
    expect_damaged(name, reason);
    write_bytes(folder_ / name, before);
  };
  damage("train_X.bin", plain_images(6).substr(1), "27648 bytes an image");
  damage("unlabeled_X.bin", "", "found 0 bytes");
  damage("train_y.bin", "\1\2\3\1\2\4", "labels 1 to 3");
  damage("test_y.bin", "\3\2", "3 images and 2 labels");
  damage("fold_indices.txt", "0 6\n", "entry 2: 6");
  damage("class_names.txt", "a\na\nb\n", "repeats a class");
  EXPECT_TRUE(verified().sound);
  std::filesystem::remove(folder_ / "unlabeled_X.bin");
  std::filesystem::create_directory(folder_ / "unlabeled_X.bin");
  expect_damaged("unlabeled_X.bin", "a folder");
}

TEST_F(Verify, ImportedImagesAndLabelsAreThoseOfTheManifest) {
  write_manifest();
  EXPECT_TRUE(verified().sound);
  EXPECT_EQ(verified().files.size(), 9U);
  change_byte("unlabeled_X.bin", 2 * kImageBytes + 17);
  expect_damaged("unlabeled_X.bin",
                 "1 of 4 images are not as manifest.csv says, the first that of "
                 "image 2, unlabeled2.png");
  change_byte("unlabeled_X.bin", 2 * kImageBytes + 17);
  write_bytes(folder_ / "train_y.bin", "\1\2\3\1\3\2");
  expect_damaged("train_y.bin",
                 "2 of 6 labels are not as manifest.csv says, the first that of "
                 "image 4, train4.png");
  write_bytes(folder_ / "train_y.bin", "\1\2\3\1\2\3");
  write_bytes(folder_ / "unlabeled_X.bin", plain_images(3, 200));
  expect_damaged("unlabeled_X.bin", "3 images, and manifest.csv 4");
}

TEST_F(Verify, FilesOfAnImportAreLookedAt) {
  write_manifest();
  write_bytes(folder_ / kFitFile, "{\"fit\": \"squeeze\"}");
  expect_damaged(kFitFile, "squeeze");
  write_bytes(folder_ / kFitFile, fit_file_text(Fit::kPad));
  write_bytes(folder_ / kManifestFile, "part\n");
  expect_damaged(kManifestFile, "another first line");
  std::filesystem::remove(folder_ / kManifestFile);
  EXPECT_EQ(file(kManifestFile).state, FileState::kMissing);
}

TEST_F(Verify, EqualImagesOfDifferentPartsAreListed) {
  EXPECT_TRUE(verified().duplicates.empty());
  // Training images have the values 0 to 5, test images 100 to 102.
  write_bytes(folder_ / "unlabeled_X.bin", plain_images(1, 102) + plain_images(1, 5) +
                                               plain_images(2, 200) + plain_images(1, 5));
  std::vector<std::string> found;
  for (const DuplicateImage& image : verified().duplicates) {
    found.push_back(std::string(name_of(image.part)) + std::to_string(image.index) + "=" +
                    std::string(name_of(image.original_part)) + std::to_string(image.original));
  }
  EXPECT_EQ(found, (std::vector<std::string>{"unlabeled1=train5", "unlabeled4=train5",
                                             "unlabeled0=test2"}));
  EXPECT_TRUE(verified().sound);
}

}  // namespace
}  // namespace stl10

#endif
