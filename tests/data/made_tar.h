#pragma once

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

namespace stl10::testing {

/// A member of a tar archive as its header tells of it, truly or not.
struct TarMember {
  std::string name;
  std::string content = {};
  char type = '0';  ///< '1' hard link, '2' symbolic link, '3' '4' devices, '5' folder, '6' FIFO
  std::string link = {};
  std::optional<uint64_t> size = {};  ///< what the header says; empty: the content's
};

/// A number as POSIX has it, or, where it is too large for that, as GNU does.
inline void put_tar_number(char* field, size_t width, uint64_t value) {
  if (value < uint64_t{1} << (3 * (width - 1))) {
    std::snprintf(field, width, "%0*lo", static_cast<int>(width - 1), value);
    return;
  }
  for (size_t i = width; i-- > 1; value >>= 8) field[i] = static_cast<char>(value & 0xFF);
  field[0] = '\x80';
}

inline std::string tar_header(const TarMember& member) {
  constexpr size_t kBlock = 512, kNameBytes = 100;
  std::string block(kBlock, '\0');
  char* const header = block.data();
  std::memcpy(header, member.name.data(), std::min(member.name.size(), kNameBytes));
  put_tar_number(header + 100, 8, 0644);
  put_tar_number(header + 108, 8, 0);
  put_tar_number(header + 116, 8, 0);
  put_tar_number(header + 124, 12, member.size.value_or(member.content.size()));
  put_tar_number(header + 136, 12, 0);
  header[156] = member.type;
  std::memcpy(header + 157, member.link.data(), std::min(member.link.size(), kNameBytes));
  std::memcpy(header + 257,
              "ustar\0"
              "00",
              8);
  return block;
}

/// Puts the sum of a header's bytes into it.
inline std::string with_checksum(std::string header) {
  std::memset(header.data() + 148, ' ', 8);
  unsigned sum = 0;
  for (const char byte : header) sum += static_cast<unsigned char>(byte);
  std::snprintf(header.data() + 148, 8, "%06o", sum);
  return header;
}

inline std::string padded_to_block(std::string bytes) {
  constexpr size_t kBlock = 512;
  bytes.resize((bytes.size() + kBlock - 1) / kBlock * kBlock);
  return bytes;
}

inline std::string tar_member(const TarMember& member) {
  return with_checksum(tar_header(member)) + padded_to_block(member.content);
}

/// A member of GNU's old sparse format: so many bytes, of which the first 512 are in the archive.
inline std::string sparse_tar_member(const std::string& name, uint64_t size) {
  std::string header = tar_header({.name = name, .content = std::string(512, 'x'), .type = 'S'});
  std::memcpy(header.data() + 257, "ustar  ", 8);
  put_tar_number(header.data() + 386, 12, 0);
  put_tar_number(header.data() + 398, 12, 512);
  put_tar_number(header.data() + 410, 12, size);
  put_tar_number(header.data() + 422, 12, 0);
  put_tar_number(header.data() + 483, 12, size);
  return with_checksum(header) + std::string(512, 'x');
}

/// What pax says of the next member: "path", "size", ….
inline std::string pax_record(const std::string& key, const std::string& value) {
  const std::string rest = " " + key + "=" + value + "\n";
  size_t length = rest.size() + 1;
  while (std::to_string(length).size() + rest.size() != length) ++length;
  return tar_member({.name = "pax", .content = std::to_string(length) + rest, .type = 'x'});
}

inline std::string tar_end() { return std::string(1024, '\0'); }

}  // namespace stl10::testing
