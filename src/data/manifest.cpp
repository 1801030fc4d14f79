#include "stl10/data/manifest.h"

#include <algorithm>

#include "stl10/base/csv.h"
#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "stl10/base/options.h"

namespace stl10 {
namespace {

const std::vector<std::string> kHeader = {"part", "index", "label", "path", "sha256"};

[[noreturn]] void refuse_manifest(const std::filesystem::path& path, const std::string& expected,
                                  const std::string& found) {
  throw damaged(path.string(), expected, found, "import the pictures again");
}

bool is_label(const std::string& text, DataPart part) {
  constexpr size_t kMostDigits = 3;
  if (part == DataPart::kUnlabeled) return text.empty();
  return !text.empty() && text.size() <= kMostDigits &&
         text.find_first_not_of("0123456789") == std::string::npos;
}

/// Adds the row of a line; false where it is none.
bool add_row(const std::vector<std::string>& line, Manifest& manifest) {
  if (line.size() != kHeader.size()) return false;
  constexpr size_t kHexDigits = 64;
  for (const DataPart part : kDataParts) {
    std::vector<ManifestRow>& rows = rows_of(manifest, part);
    if (line[0] != name_of(part)) continue;
    if (line[1] != std::to_string(rows.size()) || !is_label(line[2], part)) return false;
    if (line[4].size() != kHexDigits) return false;
    rows.push_back({line[2].empty() ? -1 : std::stoll(line[2]), line[3], line[4]});
    return true;
  }
  return false;
}

}  // namespace

std::string manifest_text(const Manifest& manifest) {
  std::string text = "part,index,label,path,sha256\n";
  for (const DataPart part : kDataParts) {
    int64_t index = 0;
    for (const ManifestRow& row : rows_of(manifest, part)) {
      text += std::string(name_of(part)) + "," + std::to_string(index++) + "," +
              (row.label < 0 ? "" : std::to_string(row.label)) + "," + csv_field(row.path) + "," +
              row.sha256 + "\n";
    }
  }
  return text;
}

Manifest read_manifest(const std::filesystem::path& path) {
  const auto lines = csv_lines(read_file(path));
  if (!lines) refuse_manifest(path, "CSV", "a quote that isn't closed");
  if (lines->empty() || lines->front() != kHeader) {
    refuse_manifest(path, "part,index,label,path,sha256", "another first line");
  }
  Manifest manifest;
  for (size_t i = 1; i < lines->size(); ++i) {
    if (add_row((*lines)[i], manifest)) continue;
    refuse_manifest(path, "part, index from 0 on, label, path and SHA-256 of each image",
                    "another line " + std::to_string(i + 1));
  }
  return manifest;
}

}  // namespace stl10
