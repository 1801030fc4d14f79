#include "stl10/data/download.h"

#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <optional>

#include "stl10/base/disk_space.h"
#include "stl10/base/error.h"
#include "stl10/base/new_folder.h"
#include "stl10/base/sha256.h"
#include "stl10/data/dataset.h"
#include "stl10/data/file_digest.h"
#include "stl10/data/md5.h"
#include "stl10/data/official.h"
#include "stl10/data/unpack.h"

namespace stl10 {
namespace {

namespace fs = std::filesystem;

/// Which archive is wanted.
struct WantedArchive {
  FetchSource source;
  bool official = true;
  std::string digest;  ///< its MD5, or, of one that isn't official, its SHA-256

  MemberSizes sizes() const { return official ? MemberSizes::kOfficial : MemberSizes::kFitting; }
};

WantedArchive wanted_archive(const DownloadOptions& options) {
  const std::string& url = options.mirror;
  std::string digest = options.sha256;
  std::transform(digest.begin(), digest.end(), digest.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (!url.empty() && !url.starts_with("https://") && !url.starts_with("http://")) {
    throw UsageError({"`mirror` is no URL of an archive", "https://… or http://…", url, ""});
  }
  constexpr size_t kDigits = 64;
  if (!digest.empty() && (digest.size() != kDigits ||
                          digest.find_first_not_of("0123456789abcdef") != std::string::npos)) {
    throw UsageError({"`sha256` is no SHA-256", "64 hexadecimal digits", options.sha256,
                      "take it from sha256sum"});
  }
  if (!digest.empty() && url.empty()) {
    throw UsageError({"`sha256` names another archive than STL-10's", "its URL, too", "none",
                      "add --mirror URL"});
  }
  if (!digest.empty()) return {{url, std::nullopt}, false, digest};
  return {{url.empty() ? std::string(kOfficialUrl) : url, kOfficialArchive.bytes},
          true,
          std::string(kOfficialArchive.md5)};
}

/// Without reading the images.
bool holds_data(const fs::path& folder, bool official) {
  for (const OfficialFile& file : kOfficialFiles) {
    std::error_code error;
    const auto bytes = static_cast<int64_t>(fs::file_size(folder / file.name, error));
    if (error || (official && bytes != file.bytes)) return false;
  }
  open_dataset(folder, {.unlabeled = true});
  return true;
}

/// Beside `output`, also where that is "." or ends with "/".
fs::path partial_path(const fs::path& output, const std::string& digest) {
  constexpr size_t kDigits = 8;
  fs::path path = output.lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  if (path == "." || path.filename() == "..") path = fs::weakly_canonical(path);
  return path += "." + digest.substr(0, kDigits) + ".part";
}

/// Of the official archive everything is known before: what is left to come, and what is in it.
void check_space_for_all(const fs::path& output, const fs::path& archive) {
  std::error_code error;
  const auto come = static_cast<int64_t>(fs::file_size(archive, error));
  int64_t unpacked = 0;
  for (const OfficialFile& one : kOfficialFiles) unpacked += one.bytes;
  const int64_t rest = std::max<int64_t>(0, kOfficialArchive.bytes - (error ? 0 : come));
  struct stat of_archive {
  }, of_folder{};
  const bool same = ::stat(existing_folder(archive).c_str(), &of_archive) != 0 ||
                    ::stat(existing_folder(output).c_str(), &of_folder) != 0 ||
                    of_archive.st_dev == of_folder.st_dev;
  if (!same) check_space(archive, rest, "the archive");
  check_space(output, unpacked + (same ? rest : 0),
              same ? "the archive and its files" : "its files");
}

/// Refuses, and empties, an archive of other bytes.
void check_digest(const WantedArchive& wanted, PartialFile& file, const DownloadWatcher& watcher) {
  Md5 md5;
  Sha256 sha256;
  int64_t done = 0;
  const auto read = [&](int64_t bytes) {
    watcher.progress("checking", done += bytes, file.size());
  };
  const std::string next = "run this again: " + file.path().string() + " is kept";
  const std::string found = wanted.official ? file_digest(file.path(), md5, read, next)
                                            : file_digest(file.path(), sha256, read, next);
  if (found == wanted.digest) return;
  file.cut(0);
  const std::string name = wanted.official ? "MD5 " : "SHA-256 ";
  throw DataError({"what came from " + wanted.source.url + " is another file, and is removed",
                   name + wanted.digest, name + found,
                   "run this again, or name another source by --mirror"});
}

/// What was unpacked lies where nobody will find it; the archive is what can be looked at.
void check_unpacked(const fs::path& folder, const fs::path& archive) {
  try {
    open_dataset(folder, {.unlabeled = true});
  } catch (const DataError& error) {
    throw DataError({archive.string() + " holds no sound data", "", error.fault(),
                     "remove it, and name a source of STL-10's binaries by --mirror"});
  }
}

}  // namespace

Downloaded download_data(const DownloadOptions& options, const FetchLimits& limits,
                         const DownloadWatcher& watcher) {
  const WantedArchive wanted = wanted_archive(options);
  const fs::path output = options.output;
  if (holds_data(output, wanted.official)) return {.was_there = true, .url = wanted.source.url};
  check_new_folder(output);
  if (wanted.source.url.starts_with("http:")) {
    watcher.warning(
        "what comes over http:// can be seen and changed on its way; it is checked by "
        "its digest");
  }
  const fs::path partial = partial_path(output, wanted.digest);
  if (wanted.official) check_space_for_all(output, partial);
  PartialFile archive(partial);
  fetch(wanted.source, archive, limits,
        {.progress = [&](int64_t done, int64_t all) { watcher.progress("downloading", done, all); },
         .failed_try = watcher.warning});
  check_digest(wanted, archive, watcher);
  const NewFolder folder(output);
  unpack_archive(archive.path(), folder.path(), wanted.sizes(),
                 [&](int64_t done, int64_t all) { watcher.progress("unpacking", done, all); });
  check_unpacked(folder.path(), archive.path());
  folder.keep();
  archive.cut(0);
  return {.url = wanted.source.url};
}

}  // namespace stl10
