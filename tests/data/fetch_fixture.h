#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/http_server.h"
#include "data/tiny_data.h"
#include "stl10/base/error.h"
#include "stl10/data/fetch.h"

namespace stl10::testing {

/// Begins as gzip files do, and has no two equal parts.
inline std::string made_archive(size_t size) {
  std::string bytes = "\x1F\x8B";
  uint32_t state = 1;
  while (bytes.size() < size)
    bytes += static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  return bytes;
}

class FetchFixture : public ::testing::Test {
 protected:
  /// Fetches what `answer` serves, behind the bytes `before`. @param size known before; 0: none is.
  void fetch_from(const HttpServer& server, size_t size = 0) {
    PartialFile partial(file_);
    const std::optional<int64_t> bytes =
        size > 0 ? std::optional<int64_t>(static_cast<int64_t>(size)) : std::nullopt;
    fetch({server.url(), bytes}, partial, limits_,
          {.progress = [](int64_t, int64_t) {},
           .failed_try = [&](const std::string& line) { failures_.push_back(line); }});
  }
  std::string refusal_of(const HttpServer& server, size_t size = 0) {
    return message_of<IoError>([&] { fetch_from(server, size); });
  }
  void have(const std::string& bytes) const {
    std::filesystem::create_directories(file_.parent_path());
    write_bytes(file_, bytes);
  }
  void have(size_t bytes) const { have(whole_.substr(0, bytes)); }
  void expect_whole() const { EXPECT_TRUE(bytes_of(file_) == whole_); }

  TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "new/archive.part";
  std::string whole_ = made_archive(220000);
  FetchLimits limits_{.little = 1 << 20, .pause = std::chrono::milliseconds(1), .most = 1 << 22};
  std::vector<std::string> failures_;
};

}  // namespace stl10::testing
