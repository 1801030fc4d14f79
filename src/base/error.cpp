#include "stl10/base/error.h"

namespace stl10 {

std::string to_line(const Complaint& complaint) {
  std::string details;
  if (!complaint.expected.empty()) details = "expected " + complaint.expected;
  if (!complaint.found.empty())
    details += (details.empty() ? "found " : ", found ") + complaint.found;
  std::string line = complaint.what;
  if (!details.empty()) line += " (" + details + ")";
  if (!complaint.next.empty()) line += "; next: " + complaint.next;
  for (char& c : line) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  return line;
}

}  // namespace stl10
