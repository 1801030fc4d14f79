#include <algorithm>
#include <map>

#include "stl10/base/cpu.h"
#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "stl10/commands/commands.h"
#include "stl10/data/verify.h"
#include "stl10/report/progress_line.h"
#include "stl10/report/text.h"

namespace stl10 {
namespace {

constexpr char kListHeader[] = "part,index,original_part,original_index\n";

/// `data verify`: what to look at.
struct VerifyOptions {
  std::string data_dir = "data/stl10_binary";
  std::string duplicates;
};

template <class Visitor>
void visit_fields(VerifyOptions& options, Visitor& field) {
  field("data_dir", options.data_dir, "folder with the STL-10 binaries");
  field("duplicates", options.duplicates,
        "a CSV file to write: each image that equals one of an earlier part, and that one");
}

std::string list_of(const std::vector<DuplicateImage>& duplicates) {
  std::string text = kListHeader;
  for (const DuplicateImage& image : duplicates) {
    text += std::string(name_of(image.part)) + "," + std::to_string(image.index) + "," +
            std::string(name_of(image.original_part)) + "," + std::to_string(image.original) + "\n";
  }
  return text;
}

Json json_of(const VerifiedData& data, const std::string& folder) {
  Json files = Json::array();
  for (const VerifiedFile& file : data.files) {
    files.push_back({{"name", file.name},
                     {"bytes", file.bytes ? Json(*file.bytes) : Json(nullptr)},
                     {"md5", file.md5.empty() ? Json(nullptr) : Json(file.md5)},
                     {"state", name_of(file.state)},
                     {"reason", as_utf8(file.reason)}});
  }
  return {{"folder", as_utf8(folder)},
          {"files", files},
          {"duplicates", data.duplicates.size()},
          {"sound", data.sound}};
}

/// How many images of which parts are equal, a line each.
std::string duplicates_text(const std::vector<DuplicateImage>& duplicates) {
  std::map<std::pair<DataPart, DataPart>, int64_t> counts;
  for (const DuplicateImage& image : duplicates) ++counts[{image.part, image.original_part}];
  std::string text;
  for (const auto& [parts, count] : counts) {
    const std::string part(name_of(parts.first)), original(name_of(parts.second));
    text += with_commas(count) + " images of " + part + "_X.bin equal one of " + original +
            "_X.bin in every byte\n";
  }
  return text.empty() ? "no image of one part equals one of another\n" : text;
}

std::string text_of(const VerifiedData& data, const std::string& folder) {
  constexpr size_t kState = 10, kName = 18, kBytes = 15;
  std::string text;
  for (const VerifiedFile& file : data.files) {
    text += left(std::string(name_of(file.state)), kState) +
            (file.bytes ? left(file.name, kName) + right(with_commas(*file.bytes), kBytes) + "  " +
                              file.md5
                        : file.name) +
            "\n";
    if (!file.reason.empty()) text += wrapped("            " + printable(file.reason)) + "\n";
  }
  const bool sound = data.sound;
  return text + duplicates_text(data.duplicates) + folder +
         (sound ? ": all that is there is sound\n" : ": not sound\n");
}

void run_verify(const Invocation& invocation) {
  check_alone(invocation.command);
  const auto options = resolve_options<VerifyOptions>(invocation);
  if (!options.duplicates.empty()) {
    check_replaceable(options.duplicates, kListHeader, "a list of equal images");
  }
  ProgressLine line("reading", true, ProgressUnit::kBytes);
  const VerifiedData data = verify_data(options.data_dir, usable_cores(),
                                        [&](int64_t done, int64_t all) { line.show(done, all); });
  line.clear();
  if (!options.duplicates.empty()) save_atomically(options.duplicates, list_of(data.duplicates));
  print_answer({json_of(data, options.data_dir), text_of(data, options.data_dir)}, invocation);
  if (data.sound) return;
  const auto bad = std::count_if(data.files.begin(), data.files.end(), [](const auto& file) {
    return file.state == FileState::kDamaged;
  });
  throw DataError({options.data_dir + " is not sound", "",
                   bad > 0 ? "damaged files: " + std::to_string(bad) : "missing files",
                   "get it anew: by `stl10 data download` into another folder, or from where it "
                   "came"});
}

}  // namespace

Command data_verify_command() {
  return {.name = "data verify",
          .help = "Read every byte of a data set, and say what is official, own, or damaged",
          .fields = [] { return describe_fields(VerifyOptions{}); },
          .run = run_verify};
}

}  // namespace stl10
