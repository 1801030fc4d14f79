#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "stl10/base/file.h"
#include "stl10/base/interrupt.h"

namespace stl10 {

/// The digest of a file's bytes by `digest`, an `Md5` or a `Sha256`. @param read called with the
/// bytes of each piece. @param next what to do after an interruption. @throws IoError, Interrupted.
template <class Digest>
std::string file_digest(const std::filesystem::path& path, Digest& digest,
                        const std::function<void(int64_t bytes)>& read, const std::string& next) {
  constexpr size_t kBlock = 1 << 22;
  const MappedFile file(path);
  for (size_t begin = 0; begin < file.size(); begin += kBlock) {
    throw_if_interrupted(next);
    const size_t size = std::min(kBlock, file.size() - begin);
    digest.update(file.data() + begin, size);
    file.release(begin, size);
    read(static_cast<int64_t>(size));
  }
  return digest.hex();
}

}  // namespace stl10
