#include "stl10/base/error.h"

namespace stl10 {

std::string printable(std::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    // C1 controls, U+0080 to U+009F, are C2 80 to C2 9F in UTF-8; some terminals obey them.
    const bool c1 = byte == 0xC2 && i + 1 < text.size() && (text[i + 1] & 0xE0) == 0x80;
    if (c1) ++i;
    result += byte < 0x20 || byte == 0x7F || c1 ? ' ' : text[i];
  }
  return result;
}

std::string to_line(const Complaint& complaint) {
  std::string details;
  if (!complaint.expected.empty()) details = "expected " + complaint.expected;
  if (!complaint.found.empty())
    details += (details.empty() ? "found " : ", found ") + complaint.found;
  std::string line = complaint.what;
  if (!details.empty()) line += " (" + details + ")";
  if (!complaint.next.empty()) line += "; next: " + complaint.next;
  return printable(line);
}

DataError damaged(const std::string& path, const std::string& expected, const std::string& found,
                  const std::string& next) {
  return DataError({path + " is damaged", expected, found, next});
}

}  // namespace stl10
