#include "stl10/report/event_file.h"

#include <bit>

#include "stl10/base/crc32c.h"
#include "stl10/base/little_endian.h"
#include "stl10/base/protobuf.h"

namespace stl10 {
namespace {

/// A CRC-32C of bytes that may hold such sums themselves (TFRecord's masking).
std::string masked_crc(const std::string& bytes) {
  constexpr uint32_t kMask = 0xA282EAD8;
  return little_endian(std::rotr(crc32c(bytes), 15) + kMask, 4);
}

/// The framing of TFRecord files.
std::string record_of(const ProtoMessage& event) {
  const std::string length = little_endian(event.bytes().size(), 8);
  return length + masked_crc(length) + event.bytes() + masked_crc(event.bytes());
}

}  // namespace

std::string first_event(double time) {
  return record_of(ProtoMessage().number(1, time).text(3, "brain.Event:2"));
}

std::string scalars_event(double time, int64_t step, const std::vector<Scalar>& scalars) {
  ProtoMessage summary;
  for (const Scalar& scalar : scalars) {
    const auto value = static_cast<float>(scalar.value);
    summary.message(1, ProtoMessage().text(1, scalar.tag).number(2, value));
  }
  return record_of(ProtoMessage().number(1, time).integer(2, step).message(5, summary));
}

}  // namespace stl10
