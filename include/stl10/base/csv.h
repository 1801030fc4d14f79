#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// CSV as RFC 4180 has it.
namespace stl10 {

/// `text` as a field of a CSV file, in quotes where it needs them.
std::string csv_field(const std::string& text);

/// The fields of each line; lines end with "\n" or "\r\n", the last one perhaps with neither.
/// nullopt where a quote isn't closed, or something stands behind a closed one.
std::optional<std::vector<std::vector<std::string>>> csv_lines(std::string_view text);

}  // namespace stl10
