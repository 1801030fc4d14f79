#include "stl10/commands/checkpoint_choice.h"

#include <filesystem>

#include "stl10/base/error.h"
#include "stl10/report/latest_run.h"
#include "stl10/tasks/pretrained.h"

namespace stl10 {

CheckpointChoice checkpoint_or_newest(const std::optional<std::string>& asked,
                                      bool (*fits)(const Checkpoint&), const std::string& expected,
                                      const std::string& command) {
  if (asked) return {.path = *asked};
  for (const std::filesystem::path& run : latest_runs()) {
    if (!std::filesystem::exists(checkpoint_file(run))) continue;
    const Checkpoint checkpoint(run);
    if (fits(checkpoint)) return {.path = run.string(), .opened = checkpoint};
  }
  throw IoError({"no finished run in runs holds " + expected, "", "",
                 "run stl10 " + command + " first, or name a run or file with --checkpoint"});
}

CheckpointChoice encoder_or_newest(const std::optional<std::string>& asked) {
  return checkpoint_or_newest(asked, holds_encoder_alone,
                              "an encoder that was trained without labels", "simclr-pretrain");
}

}  // namespace stl10
