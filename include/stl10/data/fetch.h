#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "stl10/base/partial_file.h"

namespace stl10 {

/// A gzip file on a server.
struct FetchSource {
  std::string url;               ///< https://…, or http://…, whose redirections may be either
  std::optional<int64_t> bytes;  ///< its size, where that is known
};

/// How long to go on. Tests take shorter ones.
struct FetchLimits {
  int tries = 5;                          ///< in a row that bring less than `little`
  int64_t little = 64 << 20;              ///< bytes
  std::chrono::milliseconds pause{1000};  ///< before the second try; then twice the one before
  std::chrono::seconds stall{30};         ///< without a byte; and for a connection
  int64_t most = int64_t{8} << 30;        ///< bytes, of a file of unknown size
};

/// Whom fetching tells.
struct FetchWatcher {
  std::function<void(int64_t done, int64_t all)> progress;  ///< in bytes; `all` is −1 if unknown
  std::function<void(const std::string& line)> failed_try;  ///< that is followed by another
};

/// Fetches `source` into `file`, by libcurl, going on behind what `file` holds where the server can
/// do so (RFC 9110, section 14), else from the beginning. It is left whole by the server's account;
/// whether those are the right bytes, the caller must know. What isn't gzip, or can't be the file,
/// overwrites nothing.
/// @throws IoError where the server doesn't have it, or after the last try; Interrupted; UsageError
/// in a program without libcurl. What has come is kept.
void fetch(const FetchSource& source, PartialFile& file, const FetchLimits& limits,
           const FetchWatcher& watcher);

}  // namespace stl10
