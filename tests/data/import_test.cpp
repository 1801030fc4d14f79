#include "stl10/data/import.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "stl10/base/error.h"
#include "stl10/base/image.h"
#include "stl10/base/png.h"
#include "stl10/base/sha256.h"
#include "stl10/data/dataset.h"
#include "stl10/data/verify.h"
#include "tiny_data.h"

#ifdef STL10_WITH_OPENCV

namespace stl10 {
namespace {

using testing::bytes_of;
using testing::expect_says;
using testing::message_of;
using testing::TemporaryFolder;
using testing::write_bytes;

/// One line of manifest.csv.
struct Line {
  std::string part, index, label, path, sha256;
};

class Import : public ::testing::Test {
 protected:
  /// A picture of one value everywhere, so that an image tells which one it was.
  void picture(const std::string& name, int value, int64_t side = kSide) {
    const std::filesystem::path path = pictures() / name;
    std::filesystem::create_directories(path.parent_path());
    const std::vector<uint8_t> rgb(static_cast<size_t>(3 * side * side),
                                   static_cast<uint8_t>(value));
    save_png(path, rgb.data(), side, side);
  }
  void classes(const std::vector<std::string>& names, int each) {
    int value = 0;
    for (const std::string& name : names) {
      for (int i = 0; i < each; ++i) picture(name + "/" + std::to_string(i) + ".png", value++);
    }
  }
  ImportCounts import(ImportOptions options = {}) {
    if (options.folder.empty() && options.unlabeled.empty()) options.folder = pictures().string();
    options.output = output().string();
    lines_.clear();
    return import_pictures(options, 2,
                           {.left_out = [&](const std::string& line) { lines_.push_back(line); },
                            .progress = [](int64_t, int64_t) {}});
  }
  std::vector<Line> manifest() const {
    std::istringstream text(bytes_of(output() / "manifest.csv"));
    std::string row;
    std::getline(text, row);
    EXPECT_EQ(row, "part,index,label,path,sha256");
    std::vector<Line> lines;
    while (std::getline(text, row)) {
      std::istringstream fields(row);
      Line line;
      for (std::string* field : {&line.part, &line.index, &line.label, &line.path, &line.sha256}) {
        std::getline(fields, *field, ',');
      }
      lines.push_back(line);
    }
    return lines;
  }
  bool said(const std::string& what, const std::string& why) const {
    return std::any_of(lines_.begin(), lines_.end(), [&](const std::string& line) {
      return line.find(what) != std::string::npos && line.find(why) != std::string::npos;
    });
  }

  std::filesystem::path pictures() const { return folder_ / "pictures"; }
  std::filesystem::path output() const { return folder_ / "own"; }

  TemporaryFolder folder_;
  std::vector<std::string> lines_;
};

TEST_F(Import, MakesADataSetInByteOrderWithAFifthForTesting) {
  classes({"cat", "Zebra", "ant"}, 10);
  const ImportCounts counts = import();
  EXPECT_EQ(counts.classes, 3);
  EXPECT_EQ(counts.train, 24);
  EXPECT_EQ(counts.test, 6);
  const Dataset data = open_dataset(output());
  EXPECT_EQ(data.class_names, (std::vector<std::string>{"Zebra", "ant", "cat"}));
  std::map<int64_t, int> tested;
  for (const int64_t label : data.test.labels) ++tested[label];
  EXPECT_EQ(tested, (std::map<int64_t, int>{{0, 2}, {1, 2}, {2, 2}}));
  EXPECT_TRUE(lines_.empty());
}

TEST_F(Import, SaysOfEachImageWhereItIsFrom) {
  classes({"a", "b"}, 5);
  import();
  const Dataset data = open_dataset(output());
  std::set<std::string> paths;
  for (const Line& line : manifest()) {
    const ImageSet& part = line.part == "train" ? data.train : data.test;
    const auto index = static_cast<size_t>(std::stoi(line.index));
    const uint8_t* image = part.images().image(static_cast<int64_t>(index));
    EXPECT_EQ(line.sha256, sha256_hex({reinterpret_cast<const char*>(image), kImageBytes}));
    EXPECT_EQ(std::to_string(part.labels[index]), line.label);
    // picture() numbers the values: five of "a", then those of "b".
    const int value = (line.path[0] - 'a') * 5 + (line.path[2] - '0');
    EXPECT_EQ(image[0], value) << line.path;
    EXPECT_EQ(line.label, line.path[0] == 'a' ? "0" : "1");
    paths.insert(line.path);
  }
  EXPECT_EQ(paths.size(), 10U);
}

#ifdef STL10_WITH_DOWNLOAD
TEST_F(Import, IsVerifiedToTheImage) {
  classes({"a", "b"}, 5);
  import();
  const auto verified = [&] { return verify_data(output(), 2, [](int64_t, int64_t) {}); };
  EXPECT_TRUE(verified().sound);
  std::string images = bytes_of(output() / "test_X.bin");
  images[kImageBytes + 1] = static_cast<char>(images[kImageBytes + 1] ^ 1);
  write_bytes(output() / "test_X.bin", images);
  EXPECT_FALSE(verified().sound);
  for (const VerifiedFile& file : verified().files) {
    if (file.name != "test_X.bin") continue;
    expect_says(file.reason, {"1 of 2 images", "image 1, b/"});
  }
}
#endif

TEST_F(Import, GivesTheSameBytesTwice) {
  classes({"a", "b"}, 9);
  import();
  std::map<std::string, std::string> first;
  for (const auto& file : std::filesystem::directory_iterator(output())) {
    first[file.path().filename().string()] = bytes_of(file.path());
  }
  EXPECT_EQ(first.size(), 8U);
  std::filesystem::remove_all(output());
  import();
  for (const auto& [name, bytes] : first) EXPECT_EQ(bytes_of(output() / name), bytes) << name;
  std::filesystem::remove_all(output());
  import({.seed = 1});
  EXPECT_NE(bytes_of(output() / "manifest.csv"), first["manifest.csv"]);
}

TEST_F(Import, TakesThePartsThatAreThere) {
  for (int i = 0; i < 3; ++i) {
    picture("train/a/" + std::to_string(i) + ".png", i);
    picture("train/b/deeper/" + std::to_string(i) + ".png", 10 + i);
  }
  picture("test/b/0.png", 20);
  picture("unlabeled/0.png", 30);
  picture("elsewhere/0.png", 40);
  const ImportCounts counts = import();
  EXPECT_EQ(counts.train, 6);
  EXPECT_EQ(counts.test, 1);
  EXPECT_EQ(counts.unlabeled, 1);
  EXPECT_EQ(open_dataset(output()).test.labels, (std::vector<int64_t>{1}));
  EXPECT_TRUE(said("elsewhere", "beside train, test and unlabeled"));
  EXPECT_EQ(manifest().back().path, "unlabeled/0.png");
  EXPECT_EQ(manifest().back().label, "");
}

TEST_F(Import, KnowsAClassThatIsCalledTrain) {
  classes({"train", "plane"}, 4);
  import();
  EXPECT_EQ(open_dataset(output()).class_names, (std::vector<std::string>{"plane", "train"}));
}

TEST_F(Import, TakesUnlabeledPicturesAlone) {
  picture("one.png", 1);
  picture("deeper/two.png", 2);
  const ImportCounts counts = import({.unlabeled = pictures().string()});
  EXPECT_EQ(counts.unlabeled, 2);
  const Dataset data = open_dataset(output(), {.train = false, .test = false, .unlabeled = true});
  EXPECT_EQ(data.unlabeled.images().image(0)[0], 2);
  EXPECT_FALSE(std::filesystem::exists(output() / "train_X.bin"));
}

TEST_F(Import, KeepsOneOfEqualPicturesAndOfTwoPartsThatForTraining) {
  for (int i = 0; i < 2; ++i) {
    picture("train/a/" + std::to_string(i) + ".png", i);
    picture("train/b/" + std::to_string(i) + ".png", 10 + i);
  }
  picture("train/a/again.png", 1, 2 * kSide);  // another file that becomes the same image
  picture("train/b/of-a.png", 0);
  picture("test/a/0.png", 1);
  picture("test/a/1.png", 7);
  picture("unlabeled/0.png", 7);
  picture("unlabeled/1.png", 8);
  const ImportCounts counts = import();
  EXPECT_EQ(counts.train, 4);
  EXPECT_EQ(counts.test, 1);
  EXPECT_EQ(counts.unlabeled, 1);
  EXPECT_EQ(counts.equal, 4);
  EXPECT_TRUE(said("of-a.png", "of another class"));
  EXPECT_EQ(lines_.size(), 1U);
}

TEST_F(Import, LeavesOutWithALineWhatIsNoPicture) {
  classes({"a", "b"}, 3);
  write_bytes(pictures() / "a" / "notes.txt", "a holiday");
  write_bytes(pictures() / "a" / "empty.png", "");
  write_bytes(pictures() / "readme.md", "of the folder");
  picture("b/.hidden.png", 99);
  std::filesystem::create_directories(pictures() / ".git");
  std::filesystem::create_directories(pictures() / "nothing");
  const ImportCounts counts = import();
  EXPECT_EQ(counts.left_out, 2);
  EXPECT_EQ(counts.classes, 2);
  EXPECT_TRUE(said("notes.txt", "can't be read as a picture"));
  EXPECT_TRUE(said("empty.png", "an empty file"));
  EXPECT_TRUE(said("readme.md", "in no class's folder"));
  EXPECT_TRUE(said(".hidden.png", "hidden"));
  EXPECT_TRUE(said(".git", "hidden"));
  EXPECT_TRUE(said("nothing", "no file is in it"));
  EXPECT_EQ(lines_.size(), 6U);
}

TEST_F(Import, MakesTenFoldsOfAFifthOfEachClass) {
  classes({"a", "b", "c"}, 25);
  import();
  const Dataset data = open_dataset(output());
  ASSERT_EQ(data.folds.size(), 10U);
  for (const std::vector<int64_t>& fold : data.folds) {
    std::map<int64_t, int> of_class;
    for (const int64_t index : fold) ++of_class[data.train.labels[static_cast<size_t>(index)]];
    EXPECT_EQ(of_class, (std::map<int64_t, int>{{0, 4}, {1, 4}, {2, 4}}));
  }
  EXPECT_NE(data.folds[0], data.folds[1]);
}

TEST_F(Import, KeepsHowPicturesWereFitted) {
  classes({"a", "b"}, 2);
  import({.fit = Fit::kPad});
  EXPECT_EQ(open_dataset(output()).fit, Fit::kPad);
}

TEST_F(Import, WritesNothingOfFoldersThatMakeNoDataSet) {
  const auto refused = [&](const std::vector<std::string>& parts) {
    expect_says(message_of<DataError>([&] { import(); }), parts);
    EXPECT_FALSE(std::filesystem::exists(output()));
    std::filesystem::remove_all(pictures());
  };
  classes({"a"}, 3);
  refused({"wrong number of classes", "2 to 255", "found 1", "FOLDER/<class>"});
  for (int i = 0; i < 256; ++i) picture("c" + std::to_string(i) + "/0.png", i % 256);
  refused({"wrong number of classes", "found 256"});
  classes({"a", "two\nlines"}, 2);
  refused({"can't name a class", "rename it"});
  classes({"a", " b"}, 2);
  refused({"can't name a class", "` b`"});
  classes({"a", "b"}, 1);
  refused({"no picture for testing"});
  for (const char* name : {"a/0.png", "b/0.png"}) {
    std::filesystem::create_directories((pictures() / name).parent_path());
    write_bytes(pictures() / name, "no picture");
  }
  refused({"wrong number of classes with pictures", "found 0"});
  picture("a/0.png", 1);
  picture("b/0.png", 1);
  refused({"wrong number of classes with pictures", "found 1"});
}

TEST_F(Import, WantsANewFolderAndOneToReadFrom) {
  classes({"a", "b"}, 2);
  std::filesystem::create_directories(output());
  write_bytes(output() / "mine.txt", "mine");
  expect_says(message_of<UsageError>([&] { import(); }), {"own is not empty"});
  EXPECT_EQ(bytes_of(output() / "mine.txt"), "mine");
  std::filesystem::remove_all(output());
  expect_says(message_of<IoError>([&] { import({.folder = (folder_ / "none").string()}); }),
              {"none", "No such file"});
  EXPECT_FALSE(std::filesystem::exists(output()));
}

TEST_F(Import, QuotesPathsThatACsvFileWouldBreakAt) {
  classes({"a", "b"}, 2);
  picture("a/x,\"y\".png", 50);
  picture("a/z.png", 51);
  import();
  EXPECT_NE(bytes_of(output() / "manifest.csv").find("\"a/x,\"\"y\"\".png\""), std::string::npos);
}

}  // namespace
}  // namespace stl10

#endif
