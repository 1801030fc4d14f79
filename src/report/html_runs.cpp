#include "stl10/report/html_runs.h"

#include <system_error>

#include "stl10/report/html.h"
#include "stl10/report/run_report.h"
#include "stl10/report/text.h"

namespace stl10 {
namespace {

namespace fs = std::filesystem;

/// The run's folder, as a link where there is a page to go to.
HtmlCell folder_cell(const RunRow& row, const fs::path& page) {
  const fs::path report = fs::path(row.folder) / kReportName;
  std::error_code error;
  const fs::path base = fs::absolute(page, error).parent_path();
  const fs::path target = fs::absolute(report, error).lexically_relative(base);
  if (!fs::exists(report, error) || target.empty()) return {.text = row.folder};
  return {.content =
              "<a href=\"" + html_url(target.string()) + "\">" + escaped(row.folder) + "</a>"};
}

HtmlCell share_cell(const std::optional<double>& value) {
  return {.text = value ? points(*value) + " %" : "–", .share = value};
}

}  // namespace

std::string html_runs(const std::vector<RunRow>& rows, const fs::path& page) {
  std::vector<HtmlRow> cells;
  for (const RunRow& row : rows) {
    cells.push_back({folder_cell(row, page),
                     {.text = row.command},
                     {.text = row.status},
                     share_cell(row.accuracy),
                     {.text = row.judged},
                     share_cell(row.knn),
                     {.text = row.seconds ? clock_text(*row.seconds) : "–"},
                     {.text = row.ended},
                     {.text = joined(row.differs, ", ")}});
  }
  return html_page("stl10: runs", "<main>\n<h1>Runs</h1>\n" +
                                      html_table({{"run"},
                                                  {"command"},
                                                  {"status"},
                                                  {"accuracy", true},
                                                  {"of"},
                                                  {"kNN", true},
                                                  {"time", true},
                                                  {"ended, UTC"},
                                                  {"what differs from the defaults"}},
                                                 cells) +
                                      "</main>\n");
}

}  // namespace stl10
