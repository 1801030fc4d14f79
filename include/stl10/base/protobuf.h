#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

#include "stl10/base/little_endian.h"

namespace stl10 {

/// A message in the wire format of Protocol Buffers
/// (https://protobuf.dev/programming-guides/encoding): fields by number, in the order of the calls.
/// No library for a format of four kinds of fields that is only written here.
class ProtoMessage {
 public:
  /// int32, int64, uint64, bool and enums; negative values take ten bytes.
  ProtoMessage& integer(uint32_t field, int64_t value) {
    key(field, 0);
    varint(static_cast<uint64_t>(value));
    return *this;
  }
  ProtoMessage& number(uint32_t field, float value) {
    key(field, 5);
    bytes_ += little_endian(std::bit_cast<uint32_t>(value), 4);
    return *this;
  }
  ProtoMessage& number(uint32_t field, double value) {
    key(field, 1);
    bytes_ += little_endian(std::bit_cast<uint64_t>(value), 8);
    return *this;
  }
  ProtoMessage& text(uint32_t field, std::string_view bytes) {
    key(field, 2);
    varint(bytes.size());
    bytes_ += bytes;
    return *this;
  }
  ProtoMessage& message(uint32_t field, const ProtoMessage& inner) {
    return text(field, inner.bytes_);
  }

  const std::string& bytes() const { return bytes_; }

 private:
  void key(uint32_t field, uint32_t wire_type) { varint(uint64_t{field} << 3 | wire_type); }
  void varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>((value & 0x7F) | 0x80);
    bytes_ += static_cast<char>(value);
  }

  std::string bytes_;
};

}  // namespace stl10
