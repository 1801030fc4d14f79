#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "stl10/base/options.h"
#include "stl10/data/fetch.h"

namespace stl10 {

/// Where STL-10's binaries come from and go to.
struct DownloadOptions {
  std::string output = "data/stl10_binary";
  std::string mirror;  ///< the archive's URL; empty: the official one
  std::string sha256;  ///< of another archive than the official one
};

template <class Visitor>
void visit_fields(DownloadOptions& options, Visitor& field) {
  field("output", options.output, "the folder to make");
  field("mirror", options.mirror,
        "URL of the archive elsewhere: https://…, or http://…, with a warning");
  field("sha256", options.sha256,
        "of the archive at --mirror, where it isn't STL-10's own: 64 hexadecimal digits");
}

/// Whom a download tells.
struct DownloadWatcher {
  /// In bytes of the archive; `all` is −1 if unknown. @param work "downloading", then others.
  std::function<void(const std::string& work, int64_t done, int64_t all)> progress;
  std::function<void(const std::string& line)> warning;
};

/// What came of it.
struct Downloaded {
  bool was_there = false;  ///< the folder held the data before, by its sizes; nothing was fetched
  std::string url;
};

/// Makes `output` hold STL-10's seven files, fetched as one archive and checked by its size and MD5
/// (or its SHA-256, where that is given) before anything is unpacked. Until then the archive lies
/// beside `output`, as OUTPUT.<digits of its digest>.part, where a later call goes on. The folder
/// appears whole or not at all.
/// @throws UsageError where `output` holds something else, or for options that don't fit; IoError
/// for no room, no network; DataError for wrong bytes; Locked; Interrupted.
Downloaded download_data(const DownloadOptions& options, const FetchLimits& limits,
                         const DownloadWatcher& watcher);

}  // namespace stl10
