#include "stl10/report/runs_table.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <system_error>
#include <utility>

#include "stl10/base/csv.h"
#include "stl10/base/error.h"
#include "stl10/report/json_at.h"
#include "stl10/report/run_folder.h"
#include "stl10/report/text.h"

namespace stl10 {
namespace {

namespace fs = std::filesystem;

std::string utc(fs::file_time_type time) {
  const auto system = std::chrono::file_clock::to_sys(time);
  const std::time_t seconds = std::chrono::system_clock::to_time_t(
      std::chrono::time_point_cast<std::chrono::system_clock::duration>(system));
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts)};
}

/// What a run reaches by its final weights, and on which images.
void add_results(const Json& summary, RunRow& row) {
  const std::string held_out = text_at(summary, "validation_split", "validation");
  const std::pair<std::vector<std::string>, std::string> places[] = {
      {{"test", "accuracy"}, "test"},
      {{"protocol", "mean"}, "test"},
      {{"validation", "accuracy"}, held_out},
      {{"probe", "validation", "accuracy"}, held_out}};
  for (const auto& [path, judged] : places) {
    row.accuracy = number_at(summary, path);
    row.judged = row.accuracy ? judged : "";
    if (row.accuracy) break;
  }
  row.knn = number_at(summary, {"knn", "accuracy"});
  if (!row.knn) row.knn = number_at(summary, {"features", "knn", "accuracy"});
  row.seconds = number_at(summary, {"seconds"});
}

/// Whether `a` stands before `b` where larger values come first.
bool before(const std::optional<double>& a, const std::optional<double>& b) {
  return a && (!b || *a > *b);
}

}  // namespace

std::vector<fs::path> runs_below(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    throw IoError({"cannot look for runs in " + folder.string(), "a folder",
                   fs::exists(folder, error) ? "a file" : "none of that name",
                   "name the folder that --output or runs/ made"});
  }
  std::vector<fs::path> runs;
  const auto add = [&](const fs::path& path) {
    if (holds_run(path)) runs.push_back(path);
  };
  add(folder);
  fs::recursive_directory_iterator below(folder, fs::directory_options::skip_permission_denied,
                                         error);
  for (; !error && below != fs::end(below); below.increment(error)) {
    std::error_code ignored;
    if (below->is_directory(ignored) && !below->is_symlink(ignored)) add(below->path());
  }
  std::sort(runs.begin(), runs.end());
  return runs;
}

RunRow run_row(const fs::path& folder, const CommandFields& fields) {
  const Json config = load_json(folder / "config.json"),
             summary = json_or_empty(folder / "summary.json");
  RunRow row{.folder = folder.lexically_normal().string(),
             .command = text_at(config, "command", ""),
             .status = text_at(summary, "status", "unfinished")};
  for (const Difference& one : differences(config, fields(row.command))) {
    row.differs.push_back(one.text());
  }
  add_results(summary, row);
  std::error_code error;
  const bool ended = fs::exists(folder / "summary.json", error);
  const fs::file_time_type time =
      fs::last_write_time(folder / (ended ? "summary.json" : "config.json"), error);
  if (!error) row.ended = utc(time);
  return row;
}

void sort_runs(std::vector<RunRow>& rows, RunOrder order) {
  std::stable_sort(rows.begin(), rows.end(), [&](const RunRow& a, const RunRow& b) {
    switch (order) {
      case RunOrder::kEnded:
        return a.ended > b.ended;
      case RunOrder::kFolder:
        return a.folder < b.folder;
      case RunOrder::kCommand:
        return a.command < b.command;
      case RunOrder::kStatus:
        return a.status < b.status;
      case RunOrder::kAccuracy:
        return before(a.accuracy, b.accuracy);
      case RunOrder::kKnn:
        return before(a.knn, b.knn);
      case RunOrder::kSeconds:
        return a.seconds && (!b.seconds || *a.seconds < *b.seconds);
    }
    return false;
  });
}

Json to_json(const RunRow& row) {
  return {{"folder", as_utf8(row.folder)},
          {"command", row.command},
          {"status", row.status},
          {"differs", row.differs},
          {"accuracy", number_or_null(row.accuracy)},
          {"judged", row.judged},
          {"knn", number_or_null(row.knn)},
          {"seconds", number_or_null(row.seconds)},
          {"ended", row.ended}};
}

std::string runs_csv(const std::vector<RunRow>& rows) {
  std::string text = "folder,command,status,accuracy,judged,knn,seconds,ended,differs\n";
  const auto number = [](const std::optional<double>& value) {
    return value ? Json(*value).dump() : std::string();
  };
  for (const RunRow& row : rows) {
    text += csv_field(row.folder) + "," + csv_field(row.command) + "," + csv_field(row.status) +
            "," + number(row.accuracy) + "," + row.judged + "," + number(row.knn) + "," +
            number(row.seconds) + "," + row.ended + "," + csv_field(joined(row.differs, " ")) +
            "\n";
  }
  return text;
}

std::string runs_text(const std::vector<RunRow>& rows) {
  const auto share = [](const std::optional<double>& value) {
    return value ? percent(*value) : std::string("–");
  };
  std::vector<std::vector<std::string>> cells = {
      {"run", "command", "status", "accuracy", "of", "kNN", "time", "differs"}};
  for (const RunRow& row : rows) {
    cells.push_back({printable(row.folder), printable(row.command), printable(row.status),
                     share(row.accuracy), printable(row.judged), share(row.knn),
                     row.seconds ? clock_text(*row.seconds) : "–",
                     printable(joined(row.differs, " "))});
  }
  std::vector<size_t> widths(cells[0].size());
  for (const auto& line : cells) {
    for (size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], columns_of(line[i]));
  }
  std::string text;
  for (const auto& line : cells) {
    std::string row;
    for (size_t i = 0; i < line.size(); ++i) {
      const bool is_number = i == 3 || i == 5 || i == 6;
      row +=
          (i > 0 ? "  " : "") + (is_number ? right(line[i], widths[i]) : left(line[i], widths[i]));
    }
    text += row.substr(0, row.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

}  // namespace stl10
