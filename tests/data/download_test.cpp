#ifdef STL10_WITH_DOWNLOAD

#include "stl10/data/download.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "data/http_server.h"
#include "data/made_tar.h"
#include "data/tiny_data.h"
#include "stl10/base/error.h"
#include "stl10/base/sha256.h"
#include "stl10/data/official.h"

namespace stl10 {
namespace {

using testing::bytes_of;
using testing::expect_says;
using testing::good_answer;
using testing::HttpClient;
using testing::HttpServer;
using testing::message_of;
using testing::pax_record;
using testing::sparse_tar_member;
using testing::tar_end;
using testing::tar_member;
using testing::TarMember;
using testing::write_bytes;

using Files = std::map<std::string, std::string>;

/// The seven files of a tiny data set of three classes.
Files tiny_files() {
  const testing::TemporaryFolder folder;
  testing::write_tiny_data(folder.path());
  Files files;
  for (const OfficialFile& file : kOfficialFiles) {
    files[std::string(file.name)] = bytes_of(folder / file.name);
  }
  return files;
}

std::string tar_of(const Files& files, const std::string& folder = "stl10_binary/") {
  std::string tar = tar_member({.name = folder, .type = '5'});
  for (const auto& [name, bytes] : files) tar += tar_member({folder + name, bytes});
  return tar;
}

/// The names below a folder, in order.
std::vector<std::string> names_below(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    names.push_back(entry.path().lexically_relative(folder).string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class DownloadFixture : public ::testing::Test {
 protected:
  std::string gzip(const std::string& bytes) const {
    write_bytes(scratch_ / "archive", bytes);
    const std::string file = (scratch_ / "archive").string();
    EXPECT_EQ(std::system(("gzip -n -f " + file).c_str()), 0);
    return bytes_of(file + ".gz");
  }

  /// Downloads `archive` as "here/data" from a server that answers well.
  Downloaded download(const std::string& archive, std::string sha256 = "") {
    if (sha256.empty()) sha256 = sha256_hex(archive);
    const HttpServer server([&](const HttpClient& client, const std::string& request, int) {
      client.send(good_answer(archive, request));
      ++requests_;
    });
    return download_data({output_.string(), server.url(), sha256},
                         {.pause = std::chrono::milliseconds(1)},
                         {.progress = [](const std::string&, int64_t, int64_t) {},
                          .warning = [&](const std::string& line) { warnings_.push_back(line); }});
  }

  testing::TemporaryFolder scratch_, folder_;
  std::filesystem::path output_ = folder_ / "here/data";
  int requests_ = 0;
  std::vector<std::string> warnings_;
};

using Download = DownloadFixture;

TEST_F(Download, BringsTheSevenFilesAndNothingElse) {
  const Files files = tiny_files();
  for (const std::string inside : {"stl10_binary/", "./", "", "./other/"}) {
    const std::string tar =
        inside.empty() ? tar_of(files, "./").substr(512) : tar_of(files, inside);
    EXPECT_FALSE(download(gzip(tar + tar_end())).was_there);
    for (const auto& [name, bytes] : files) EXPECT_TRUE(bytes_of(output_ / name) == bytes) << name;
    EXPECT_EQ(names_below(folder_.path()).size(), 2 + files.size());
    std::filesystem::remove_all(output_);
  }
  expect_says(warnings_.front(), {"http://"});
}

TEST_F(Download, DataThatAreThereAreNotFetched) {
  const std::string archive = gzip(tar_of(tiny_files()) + tar_end());
  download(archive);
  EXPECT_TRUE(download(archive).was_there);
  EXPECT_EQ(requests_, 1);
  // Only the official ones are known by their sizes.
  expect_says(message_of<UsageError>([&] { download_data({output_.string()}, {}, {}); }),
              {"is not empty"});
}

TEST_F(Download, AMountedFolderIsFilled) {
  std::filesystem::create_directories(output_);
  download(gzip(tar_of(tiny_files()) + tar_end()));
  EXPECT_EQ(names_below(folder_.path()).size(), 9U);
}

TEST_F(Download, ThePresentFolderIsFilledFromBeside) {
  std::filesystem::create_directories(output_);
  const testing::WorkingFolder inside(output_);
  std::string archive = gzip(tar_of(tiny_files()) + tar_end());
  const std::string right = sha256_hex(archive);
  for (const char* output : {".", "../data/", "./"}) {
    output_ = output;
    EXPECT_THROW(download(gzip("no archive")), DataError);
    EXPECT_TRUE(std::filesystem::is_empty(".")) << output;
  }
  download(archive, right);
  EXPECT_EQ(names_below(".").size(), 7U);
}

TEST_F(Download, AWrongByteIsUnpackedNowhere) {
  std::string archive = gzip(tar_of(tiny_files()) + tar_end());
  const std::string right = sha256_hex(archive);
  archive[archive.size() / 2] = static_cast<char>(archive[archive.size() / 2] ^ 1);
  expect_says(message_of<DataError>([&] { download(archive, right); }),
              {"another file", right, sha256_hex(archive)});
  EXPECT_EQ(names_below(folder_.path()), std::vector<std::string>{"here"});
}

TEST_F(Download, OptionsThatDontFitAreRefused) {
  const std::string digest(64, 'a');
  for (const auto& [mirror, sha256] : {std::pair<std::string, std::string>("", digest),
                                       {"https://h/a", "12"},
                                       {"https://h/a", std::string(64, 'x')},
                                       {"ftp://h/a", digest},
                                       {"/a.tar.gz", digest},
                                       {"file:///a.tar.gz", digest}}) {
    EXPECT_THROW(download_data({output_.string(), mirror, sha256}, {}, {}), UsageError) << mirror;
  }
  EXPECT_TRUE(names_below(folder_.path()).empty());
}

/// An archive that must not be unpacked, and a word of the refusal.
struct CraftedArchive {
  std::string name;
  std::string word;
  std::function<std::string(const Files& good)> make;
};

std::ostream& operator<<(std::ostream& out, const CraftedArchive& archive) {
  return out << archive.name;
}

/// The good files behind one more member.
CraftedArchive with_member(const std::string& name, const std::string& word,
                           const TarMember& member) {
  return {name, word,
          [member](const Files& good) { return tar_member(member) + tar_of(good) + tar_end(); }};
}

/// The good files, but one of them as another member.
CraftedArchive with_file_as(const std::string& name, const std::string& word,
                            const std::string& file, const std::string& member) {
  return {name, word, [file, member](const Files& good) {
            Files others = good;
            others.erase(file);
            return tar_of(others) + member + tar_end();
          }};
}

CraftedArchive with_content(const std::string& name, const std::string& word,
                            const std::string& file, const std::string& content) {
  return {name, word, [file, content](const Files& good) {
            Files others = good;
            others[file] = content;
            return tar_of(others) + tar_end();
          }};
}

std::vector<CraftedArchive> crafted_archives() {
  const std::string images(2 * 27648, 'x');
  constexpr uint64_t kTera = uint64_t{1} << 40;
  return {
      with_member("AbsolutePath", "/etc/train_X.bin", {"/etc/train_X.bin", images}),
      with_member("AbsoluteName", "`/train_X.bin`", {"/train_X.bin", images}),
      with_member("Above", "../train_X.bin", {"../train_X.bin", images}),
      with_member("AboveInside", "a/../train_X.bin", {"a/../train_X.bin", images}),
      with_member("AboveTwice", "../../train_X.bin", {"stl10_binary/../../train_X.bin", images}),
      with_member("FolderAbove", "a folder `..`", {.name = "..", .type = '5'}),
      with_member("FolderElsewhere", "a folder `/tmp/x`", {.name = "/tmp/x", .type = '5'}),
      with_member("DeepFolder", "a folder `a/b/`", {.name = "a/b/", .type = '5'}),
      with_member("DeepFile", "a/b/train_X.bin", {"a/b/train_X.bin", images}),
      with_member("OtherFile", "a file `readme.txt`", {"readme.txt", "hello"}),
      with_member("HiddenFile", "._train_X.bin", {"stl10_binary/._train_X.bin", "x"}),
      with_member("OtherCase", "TRAIN_X.BIN", {"TRAIN_X.BIN", images}),
      with_member("EmptyName", "a file ``", {"", "x"}),
      with_member("CommandsOfATerminal", "train_X.bin", {"\x1B[2Jtrain_X.bin", "x"}),
      with_member("LinkAsFolder", "a link `stl10_binary`",
                  {.name = "stl10_binary", .type = '2', .link = "/tmp"}),
      with_member("HardLink", "a link",
                  {.name = "train_X.bin", .type = '1', .link = "/etc/passwd"}),
      with_file_as("SymbolicLink", "a link", "train_X.bin",
                   tar_member({.name = "train_X.bin", .type = '2', .link = "/etc/passwd"})),
      with_file_as("FileThroughALink", "a link `out`", "train_X.bin",
                   tar_member({.name = "out", .type = '2', .link = "../.."}) +
                       tar_member({"out/train_X.bin", images})),
      with_file_as("CharacterDevice", "a device", "train_y.bin",
                   tar_member({.name = "train_y.bin", .type = '3'})),
      with_file_as("BlockDevice", "a device", "train_y.bin",
                   tar_member({.name = "train_y.bin", .type = '4'})),
      with_file_as("Fifo", "a device", "train_y.bin",
                   tar_member({.name = "train_y.bin", .type = '6'})),
      with_file_as("FolderAsFile", "a folder", "train_X.bin",
                   tar_member({.name = "stl10_binary/train_X.bin/", .type = '5'})),
      with_member("DoubledMember", "stl10_binary/class_names.txt",
                  {"class_names.txt", "a\nb\nc\n"}),
      with_file_as("SparseTerabyte", "holes", "unlabeled_X.bin",
                   sparse_tar_member("unlabeled_X.bin", kTera)),
      with_file_as("SparseOfImages", "holes", "unlabeled_X.bin",
                   sparse_tar_member("unlabeled_X.bin", images.size())),
      with_file_as("TerabyteThatIsntThere", "8 GiB in all", "unlabeled_X.bin",
                   tar_member({.name = "unlabeled_X.bin", .size = 27648 * (kTera / 27648)})),
      with_file_as("TerabyteByPax", "8 GiB in all", "unlabeled_X.bin",
                   pax_record("size", std::to_string(27648 * (kTera / 27648))) +
                       tar_member({"unlabeled_X.bin", images})),
      with_file_as("PathByPax", "../train_X.bin", "train_X.bin",
                   pax_record("path", "../train_X.bin") + tar_member({"train_X.bin", images})),
      with_file_as("LongerThanItsContent", "whole tar archive", "unlabeled_X.bin",
                   tar_member({.name = "unlabeled_X.bin", .content = images, .size = 27648 * 99})),
      with_content("HalfAnImage", "whole images", "train_X.bin", std::string(27648 / 2, 'x')),
      with_content("EmptyFile", "0 bytes", "test_y.bin", ""),
      with_content("LabelsThatDontFit", "6 labels", "train_y.bin", "\1\2\3\1\2"),
      with_content("LabelsOfNoClass", ".part holds no sound data", "train_y.bin", "\1\2\3\1\2\7"),
      with_file_as("MissingMember", "a member fold_indices.txt", "fold_indices.txt", ""),
      {"CutInTheMiddle", "tar archive",
       [](const Files& good) { return tar_of(good).substr(0, 200000); }},
      {"Empty", "a member train_X.bin", [](const Files&) { return tar_end(); }},
      {"NoTarArchive", "tar archive", [](const Files&) { return std::string(5000, 'x'); }},
  };
}

class CraftedDownload : public DownloadFixture,
                        public ::testing::WithParamInterface<CraftedArchive> {};

TEST_P(CraftedDownload, LeavesNothing) {
  const std::string archive = gzip(GetParam().make(tiny_files()));
  expect_says(message_of<DataError>([&] { download(archive); }), {GetParam().word});
  const std::string partial = "here/data." + sha256_hex(archive).substr(0, 8) + ".part";
  EXPECT_EQ(names_below(folder_.path()), (std::vector<std::string>{"here", partial}));
}

INSTANTIATE_TEST_SUITE_P(All, CraftedDownload, ::testing::ValuesIn(crafted_archives()),
                         [](const auto& made) { return made.param.name; });

TEST_F(Download, ACutArchiveIsUnpackedNowhere) {
  const std::string archive = gzip(tar_of(tiny_files()) + tar_end());
  EXPECT_THROW(download(archive.substr(0, archive.size() / 2)), DataError);
  EXPECT_FALSE(std::filesystem::exists(output_));
}

}  // namespace
}  // namespace stl10

#endif
