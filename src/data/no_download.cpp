// What stands in for md5.cpp, fetch.cpp and unpack.cpp in a program without their libraries.

#include "stl10/base/error.h"
#include "stl10/data/fetch.h"
#include "stl10/data/md5.h"
#include "stl10/data/unpack.h"

namespace stl10 {
namespace {

[[noreturn]] void refuse_without_libraries() {
  throw UsageError(
      {"this stl10 can't download or verify data", "a build with libcurl, libarchive and OpenSSL",
       "STL10_WITH_DOWNLOAD=OFF",
       "install libcurl4-openssl-dev, libarchive-dev and libssl-dev, and build again"});
}

}  // namespace

struct Md5::State {};

Md5::Md5() { refuse_without_libraries(); }
Md5::~Md5() = default;
void Md5::update(const void*, size_t) {}
std::string Md5::hex() { return {}; }

void fetch(const FetchSource&, PartialFile&, const FetchLimits&, const FetchWatcher&) {
  refuse_without_libraries();
}

void unpack_archive(const std::filesystem::path&, const std::filesystem::path&, MemberSizes,
                    const std::function<void(int64_t, int64_t)>&) {
  refuse_without_libraries();
}

}  // namespace stl10
