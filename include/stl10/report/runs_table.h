#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stl10/base/options_json.h"
#include "stl10/report/differences.h"

/// All runs below a folder, side by side.
namespace stl10 {

/// What there is to say of a run in one row.
struct RunRow {
  std::string folder;  ///< as it was found
  std::string command;
  std::string status;                ///< of summary.json; "unfinished" where there is none
  std::vector<std::string> differs;  ///< "learning_rate=0.01": what isn't as its command has it
  std::string judged;                ///< the images of `accuracy`: "test", "held-out"
  std::optional<double> accuracy, knn, seconds;
  std::string ended;  ///< UTC, "2026-11-28 04:47:12"
};

enum class RunOrder { kEnded, kFolder, kCommand, kStatus, kAccuracy, kKnn, kSeconds };
inline std::vector<std::string_view> enum_names(RunOrder) {
  return {"ended", "folder", "command", "status", "accuracy", "knn", "seconds"};
}

/// The folders of runs in and below `folder`, in byte order; links are not followed, and what can't
/// be read is passed over. @throws IoError where `folder` itself is missing or no folder.
std::vector<std::filesystem::path> runs_below(const std::filesystem::path& folder);

/// A damaged summary counts as none.
/// @throws IoError, ConfigError where config.json can't be read.
RunRow run_row(const std::filesystem::path& folder, const CommandFields& fields);

/// By folder, command and status from A to Z, by ended, accuracy and kNN from the newest and
/// highest, by seconds from the shortest; what has no value stands last.
void sort_runs(std::vector<RunRow>& rows, RunOrder order);

Json to_json(const RunRow& row);
std::string runs_csv(const std::vector<RunRow>& rows);

/// For a terminal.
std::string runs_text(const std::vector<RunRow>& rows);

}  // namespace stl10
