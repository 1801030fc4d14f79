#include "stl10/base/error.h"
#include "stl10/base/log.h"
#include "stl10/commands/commands.h"
#include "stl10/report/runs_table.h"
#include "stl10/report/text.h"

namespace stl10 {
namespace {

enum class RunsFormat { kTable, kCsv };
std::vector<std::string_view> enum_names(RunsFormat) { return {"table", "csv"}; }

/// The keys of `stl10 runs`.
struct RunsOptions {
  std::string folder = "runs";
  RunOrder sort = RunOrder::kEnded;
  RunsFormat format = RunsFormat::kTable;
};

template <class Visitor>
void visit_fields(RunsOptions& options, Visitor& field) {
  field("folder", options.folder, "FOLDER: where runs are looked for, however deep");
  field("sort", options.sort, "the newest, the best or the shortest first, or from A to Z");
  field("format", options.format, "of what is printed");
}

Answer list_runs(const RunsOptions& options) {
  std::vector<RunRow> rows;
  Log log;
  for (const std::filesystem::path& folder : runs_below(options.folder)) {
    try {
      rows.push_back(run_row(folder, fields_of));
    } catch (const Error& error) {
      log.warn(error.what());
    }
  }
  if (rows.empty()) log.warn("no run is in " + options.folder);
  sort_runs(rows, options.sort);
  Json list = Json::array();
  for (const RunRow& row : rows) list.push_back(to_json(row));
  return {.json = {{"folder", as_utf8(options.folder)}, {"runs", list}},
          .text = options.format == RunsFormat::kCsv ? runs_csv(rows)
                  : rows.empty()                     ? ""
                                                     : runs_text(rows)};
}

void take_runs_folder(Invocation& invocation) {
  one_word_as_flag(invocation, "folder", "look at one after the other");
}

}  // namespace

Command runs_command() {
  return plain_command(
      "runs", "List runs with what they reached", list_runs,
      {.name = "FOLDER", .help = "where runs are looked for (runs)", .apply = take_runs_folder});
}

}  // namespace stl10
