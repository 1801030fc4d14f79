#include "stl10/commands/checkpoint_choice.h"

#include "stl10/base/error.h"
#include "stl10/report/latest_run.h"

namespace stl10 {

std::string checkpoint_or_newest(const std::optional<std::string>& asked,
                                 const std::vector<std::string>& commands) {
  if (asked) return *asked;
  const std::filesystem::path newest = newest_run(commands);
  if (!newest.empty()) return newest.string();
  std::string names;
  for (const std::string& command : commands) names += (names.empty() ? "" : " or ") + command;
  throw IoError(
      {"runs/" + commands.front() + "/latest is missing", "a finished run of " + names, "",
       "run stl10 " + commands.front() + " first, or name a run or file with --checkpoint"});
}

}  // namespace stl10
