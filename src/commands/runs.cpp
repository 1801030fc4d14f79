#include <filesystem>
#include <optional>

#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "stl10/base/log.h"
#include "stl10/commands/commands.h"
#include "stl10/report/html.h"
#include "stl10/report/html_runs.h"
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
  std::optional<std::string> output;
};

template <class Visitor>
void visit_fields(RunsOptions& options, Visitor& field) {
  field("folder", options.folder, "FOLDER: where runs are looked for, however deep");
  field("sort", options.sort, "the newest, the best or the shortest first, or from A to Z");
  field("format", options.format, "of what is printed");
  field("output", options.output,
        "a page to write as well, with links to the runs' own; of a folder, its index.html");
}

/// Writes the page that was asked for. @return where; empty where none was.
std::string write_page(const RunsOptions& options, const std::vector<RunRow>& rows) {
  if (!options.output) return "";
  namespace fs = std::filesystem;
  const fs::path page = fs::is_directory(*options.output) ? fs::path(*options.output) / "index.html"
                                                          : fs::path(*options.output);
  check_replaceable(page, kPageBeginning, "a page");
  save_atomically(page, html_runs(rows, page));
  return page.string();
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
  const std::string page = write_page(options, rows);
  Json list = Json::array();
  for (const RunRow& row : rows) list.push_back(to_json(row));
  Json json = {{"folder", as_utf8(options.folder)}, {"runs", list}};
  if (!page.empty()) {
    json["page"] = as_utf8(page);
    log.info("all of them on one page: " + page);
  }
  return {.json = json,
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
