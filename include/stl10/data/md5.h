#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace stl10 {

/// MD5 (RFC 1321) by OpenSSL, fed piece by piece: the digest by which STL-10's files are known. It
/// tells of accidents, not of forgery.
class Md5 {
 public:
  /// @throws UsageError in a program without OpenSSL (STL10_WITH_DOWNLOAD).
  Md5();
  ~Md5();
  Md5(const Md5&) = delete;
  Md5& operator=(const Md5&) = delete;

  void update(const void* data, size_t size);

  /// The digest of all bytes so far as 32 lower-case hexadecimal digits; ends the computation.
  std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace stl10
