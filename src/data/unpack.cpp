#include "stl10/data/unpack.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <memory>
#include <new>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "stl10/base/disk_space.h"
#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "stl10/base/image.h"
#include "stl10/base/interrupt.h"
#include "stl10/data/official.h"

namespace stl10 {
namespace {

/// Of an archive that is to become data.
[[noreturn]] void refuse_archive(const std::filesystem::path& archive, const std::string& expected,
                                 const std::string& found) {
  throw DataError({archive.string() + " is not unpacked", expected, found,
                   "remove it, and name a source of STL-10's binaries by --mirror"});
}

/// The steps of a path but "." and empty ones.
std::vector<std::string_view> steps_of(std::string_view path) {
  std::vector<std::string_view> steps;
  while (!path.empty()) {
    const size_t end = std::min(path.find('/'), path.size());
    const std::string_view step = path.substr(0, end);
    if (!step.empty() && step != ".") steps.push_back(step);
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return steps;
}

std::string kind_of(archive_entry* entry) {
  if (archive_entry_hardlink(entry) != nullptr) return "a link";
  if (archive_entry_sparse_count(entry) > 0) return "a file with holes";
  const auto type = archive_entry_filetype(entry);
  if (type == AE_IFREG) return "a file";
  if (type == AE_IFDIR) return "a folder";
  return type == AE_IFLNK ? "a link" : "a device, pipe or socket";
}

struct ArchiveFreer {
  void operator()(archive* reader) const { archive_read_free(reader); }
};

/// An archive that is read from its beginning to its end.
class ArchiveReader {
 public:
  explicit ArchiveReader(const std::filesystem::path& path)
      : path_(path),
        bytes_(static_cast<int64_t>(std::filesystem::file_size(path))),
        reader_(archive_read_new()) {
    if (reader_ == nullptr) throw std::bad_alloc();
    archive_read_support_filter_gzip(reader_.get());
    archive_read_support_format_tar(reader_.get());
    constexpr size_t kBlock = 1 << 18;
    if (archive_read_open_filename(reader_.get(), path.c_str(), kBlock) != ARCHIVE_OK) fail();
  }

  /// The header of the next member; nullptr behind the last.
  archive_entry* next() {
    archive_entry* entry = nullptr;
    const int code = archive_read_next_header(reader_.get(), &entry);
    if (code == ARCHIVE_EOF) return nullptr;
    if (code < ARCHIVE_WARN) fail();  // warnings are of dates, owners and the like
    return entry;
  }

  /// Bytes of this member's content; 0 behind the last.
  size_t read(std::vector<char>& block) {
    const la_ssize_t count = archive_read_data(reader_.get(), block.data(), block.size());
    if (count < 0) fail();
    return static_cast<size_t>(count);
  }

  int64_t bytes() const { return bytes_; }
  int64_t bytes_read() const { return archive_filter_bytes(reader_.get(), -1); }
  [[noreturn]] void fail() const {
    const char* const words = archive_error_string(reader_.get());
    refuse_archive(path_, "a whole tar archive", words == nullptr ? "a damaged one" : words);
  }

 private:
  const std::filesystem::path& path_;
  int64_t bytes_;
  std::unique_ptr<archive, ArchiveFreer> reader_;
};

/// Takes the seven files, one after another.
class Unpacking {
 public:
  Unpacking(const std::filesystem::path& archive, const std::filesystem::path& folder,
            MemberSizes sizes)
      : archive_(archive), folder_(folder), sizes_(sizes), reader_(archive) {}

  void run(const std::function<void(int64_t, int64_t)>& progress) {
    while (archive_entry* const entry = reader_.next()) {
      const OfficialFile* const file = known(entry);
      if (file != nullptr) save(*file, entry, progress);
    }
    for (const OfficialFile& file : kOfficialFiles) {
      if (seen_.contains(file.name)) continue;
      refuse_archive(archive_, "a member " + std::string(file.name), "none");
    }
    check_labels("train");
    check_labels("test");
  }

 private:
  /// Which file a member is; nullptr where it is the folder of them all. Else it is refused.
  const OfficialFile* known(archive_entry* entry) const {
    const char* const name = archive_entry_pathname(entry);
    const std::string path = name == nullptr ? "a name that is no text" : name;
    const std::string kind = kind_of(entry);
    const std::vector<std::string_view> steps = steps_of(path);
    const bool plain = name != nullptr && !path.starts_with("/") &&
                       std::find(steps.begin(), steps.end(), "..") == steps.end();
    if (plain && kind == "a folder" && steps.size() <= 1) return nullptr;
    const auto* const file = std::find_if(
        kOfficialFiles.begin(), kOfficialFiles.end(),
        [&](const OfficialFile& one) { return !steps.empty() && one.name == steps.back(); });
    constexpr size_t kDeepest = 2;  // "stl10_binary/train_X.bin"
    const bool good = plain && kind == "a file" && steps.size() <= kDeepest &&
                      file != kOfficialFiles.end() && !seen_.contains(file->name);
    if (good) return file;
    refuse_archive(archive_, "STL-10's seven files, each once", kind + " `" + path + "`");
  }

  /// Whether a file may have so many bytes.
  bool fits(const OfficialFile& file, int64_t bytes) const {
    constexpr int64_t kMost = int64_t{8} << 30, kMostText = 64 << 20;
    if (sizes_ == MemberSizes::kOfficial) return bytes == file.bytes;
    if (bytes <= 0 || bytes > kMost - written_) return false;
    if (file.name.ends_with("_X.bin")) return bytes % kImageBytes == 0;
    return bytes <= kMostText;
  }

  void save(const OfficialFile& file, archive_entry* entry,
            const std::function<void(int64_t, int64_t)>& progress) {
    const int64_t bytes = archive_entry_size_is_set(entry) != 0 ? archive_entry_size(entry) : -1;
    const std::string name(file.name);
    if (!fits(file, bytes)) {
      const bool official = sizes_ == MemberSizes::kOfficial;
      refuse_archive(
          archive_,
          official ? name + " of " + std::to_string(file.bytes) + " bytes"
                   : "sizes of whole images and their labels, 8 GiB in all",
          name + " of " + (bytes < 0 ? "unknown size" : std::to_string(bytes) + " bytes"));
    }
    check_space(folder_, bytes, name);
    seen_.insert(file.name);
    written_ += bytes;
    save_atomically(folder_ / name, [&](const auto& write) {
      constexpr size_t kBlock = 1 << 20;
      std::vector<char> block(kBlock);
      int64_t left = bytes;
      while (const size_t count = reader_.read(block)) {
        throw_if_interrupted("run this again: " + archive_.string() + " is kept");
        left -= static_cast<int64_t>(count);
        if (left < 0) reader_.fail();
        write(block.data(), count);
        progress(reader_.bytes_read(), reader_.bytes());
      }
      if (left > 0) reader_.fail();
    });
  }

  void check_labels(const std::string& part) const {
    const auto bytes = [&](const std::string& name) {
      return static_cast<int64_t>(std::filesystem::file_size(folder_ / name));
    };
    const int64_t images = bytes(part + "_X.bin") / kImageBytes, labels = bytes(part + "_y.bin");
    if (images == labels) return;
    refuse_archive(archive_, std::to_string(images) + " labels in " + part + "_y.bin",
                   std::to_string(labels));
  }

  const std::filesystem::path& archive_;
  const std::filesystem::path& folder_;
  MemberSizes sizes_;
  ArchiveReader reader_;
  std::set<std::string_view> seen_;
  int64_t written_ = 0;
};

}  // namespace

void unpack_archive(const std::filesystem::path& archive, const std::filesystem::path& folder,
                    MemberSizes sizes,
                    const std::function<void(int64_t done, int64_t all)>& progress) {
  Unpacking(archive, folder, sizes).run(progress);
}

}  // namespace stl10
