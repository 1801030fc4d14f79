#include "stl10/data/text_files.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <string_view>

#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "stl10/base/options_json.h"

namespace stl10 {
namespace {

constexpr std::string_view kBlanks = " \t\r";

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

/// Refuses what no plain text holds: UTF-16 of Windows' editors (its zeros), binary files.
void check_text(const std::filesystem::path& path, std::string_view text) {
  const bool utf16 = text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF");
  const bool controls = std::any_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t') ||
           c == 0x7F;
  });
  if (!utf16 && !controls && is_utf8(text)) return;
  throw DataError({path.string() + " is not a plain text file", "text in UTF-8",
                   utf16 ? "UTF-16" : "bytes of another encoding or control characters",
                   "save it as UTF-8"});
}

/// The lines of a text without their ends and surrounding blanks; none of the last is empty.
std::vector<std::string> read_lines(const std::filesystem::path& path) {
  const std::string text = read_text(path);
  check_text(path, text);
  std::string_view rest = text;
  std::vector<std::string> lines;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    lines.emplace_back(trimmed(rest.substr(0, end)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (!(line = trimmed(line)).empty()) {
    const size_t end = std::min(line.find_first_of(kBlanks), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
  return words;
}

/// Where a wrong entry stands and what an entry must be.
struct FoldFile {
  const std::filesystem::path& path;
  int64_t train_count;

  [[noreturn]] void refuse(size_t line, const std::string& found) const {
    throw DataError({"line " + std::to_string(line) + " of " + path.string() + " is not a fold",
                     "different image indices from 0 to " + std::to_string(train_count - 1), found,
                     "get the file again, or remove it if you need no folds"});
  }

  std::vector<int64_t> parse(std::string_view text, size_t line) const {
    std::vector<int64_t> fold;
    std::vector<bool> seen(static_cast<size_t>(train_count));
    for (const std::string_view word : words_of(text)) {
      int64_t index = 0;
      const char* end = word.data() + word.size();
      const auto [stop, error] = std::from_chars(word.data(), end, index);
      const bool valid = error == std::errc() && stop == end && index >= 0 && index < train_count;
      const std::string entry = "entry " + std::to_string(fold.size() + 1);
      if (!valid) refuse(line, entry + ": " + std::string(word.substr(0, 24)));
      if (seen[static_cast<size_t>(index)])
        refuse(line, entry + ": " + std::string(word) + " again");
      seen[static_cast<size_t>(index)] = true;
      fold.push_back(index);
    }
    if (fold.empty()) refuse(line, "nothing");
    return fold;
  }
};

}  // namespace

std::vector<std::string> stl10_class_names() {
  return {"airplane", "bird", "car", "cat", "deer", "dog", "horse", "monkey", "ship", "truck"};
}

bool is_class_name(const std::string& name) {
  return !name.empty() && is_utf8(name) && printable(name) == name && trimmed(name) == name;
}

void check_class_names(const std::vector<std::string>& names, const std::filesystem::path& path) {
  const std::string next = "write one class name a line, in the order of the labels";
  if (names.size() < kMinClasses || names.size() > kMaxClasses) {
    throw DataError({path.string() + " has a wrong number of classes", "2 to 255 class names",
                     std::to_string(names.size()), next});
  }
  std::map<std::string, size_t> line_of;
  for (size_t i = 0; i < names.size(); ++i) {
    const std::string line = "line " + std::to_string(i + 1);
    if (names[i].empty()) {
      throw DataError({line + " of " + path.string() + " is empty", "a class name", "", next});
    }
    if (!is_class_name(names[i])) {
      throw DataError({line + " of " + path.string() + " is no class name",
                       "UTF-8 without control characters or blanks at its ends",
                       "`" + names[i] + "`", next});
    }
    const auto [first, is_new] = line_of.emplace(names[i], i + 1);
    if (is_new) continue;
    throw DataError({line + " of " + path.string() + " repeats a class", "a name of its own",
                     names[i] + " as in line " + std::to_string(first->second), next});
  }
}

std::vector<std::string> read_class_names(const std::filesystem::path& path) {
  std::vector<std::string> names = read_lines(path);
  check_class_names(names, path);
  return names;
}

std::vector<std::vector<int64_t>> read_folds(const std::filesystem::path& path,
                                             int64_t train_count) {
  const FoldFile file{path, train_count};
  std::vector<std::vector<int64_t>> folds;
  const std::vector<std::string> lines = read_lines(path);
  if (lines.empty()) file.refuse(1, "nothing");
  for (size_t i = 0; i < lines.size(); ++i) folds.push_back(file.parse(lines[i], i + 1));
  return folds;
}

}  // namespace stl10
