#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace stl10 {

/// SHA-256 (FIPS 180-4), fed piece by piece. Our own because no packaged library gives it without
/// all of OpenSSL, whose headers a cluster or GPU machine often lacks.
class Sha256 {
 public:
  void update(const void* data, size_t size);

  /// The digest of all bytes so far as 64 lower-case hexadecimal digits; ends the computation.
  std::string hex();

 private:
  void compress(const uint8_t* block);

  std::array<uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<uint8_t, 64> pending_{};
  size_t pending_size_ = 0;
  uint64_t total_ = 0;
};

/// The digest of `bytes` as 64 lower-case hexadecimal digits.
std::string sha256_hex(std::string_view bytes);

}  // namespace stl10
