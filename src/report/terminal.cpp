#include "stl10/report/terminal.h"

#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <optional>
#include <utility>

#include "stl10/report/metrics_lines.h"
#include "stl10/report/progress_line.h"
#include "stl10/report/text.h"

namespace stl10 {
namespace {

constexpr int64_t kBarWidth = 24;
constexpr char kClearLine[] = "\r\033[K";
constexpr std::chrono::milliseconds kBetweenDrawings(100);

std::string rounded(double value) {
  char text[32];
  const bool small = value != 0 && std::abs(value) < 0.01;
  std::snprintf(text, sizeof text, small ? "%.2g" : "%.3f", value);
  return text;
}

/// What a line has room for; the files have all.
constexpr const char* kShown[] = {"loss", "accuracy", "contrastive_accuracy", "knn_accuracy"};

std::string metrics_text(const Metrics& metrics, const Json& constants) {
  std::string text;
  for (const char* name : kShown) {
    const std::optional<double> mean = metrics.find(name);
    if (!mean) continue;
    text += (text.empty() ? "" : ", ") + words_of(name) + " " +
            (is_share(name) ? percent(*mean) : rounded(*mean));
    if (const auto chance = chance_of(name, constants)) {
      text += " (chance " + percent(*chance) + ")";
    }
  }
  return text;
}

}  // namespace

TerminalProgress::TerminalProgress(Log& log, int64_t epochs, std::string validation, bool quiet,
                                   Json constants)
    : log_(log),
      epochs_(epochs),
      validation_(std::move(validation)),
      constants_(std::move(constants)),
      quiet_(quiet),
      bar_(!quiet && isatty(STDERR_FILENO) != 0) {}

TerminalProgress::~TerminalProgress() {
  if (drawn_) std::fputs(kClearLine, stderr);
}

void TerminalProgress::on_progress(const TrainState& state, int64_t steps_per_epoch,
                                   const Metrics& running) {
  if (!bar_) return;
  const Clock::time_point now = Clock::now();
  const bool last = state.step == steps_per_epoch;
  if (!last && now - drawn_at_ < kBetweenDrawings) return;
  drawn_at_ = now;
  const double done = static_cast<double>(state.epoch * steps_per_epoch + state.step);
  const double total = static_cast<double>(epochs_) * static_cast<double>(steps_per_epoch);
  const auto filled = static_cast<size_t>(kBarWidth * state.step / steps_per_epoch);
  const double rate = static_cast<double>(state.images) / state.step_seconds;
  const std::string line =
      "epoch " + std::to_string(state.epoch + 1) + "/" + std::to_string(epochs_) + " [" +
      std::string(filled, '#') + std::string(static_cast<size_t>(kBarWidth) - filled, ' ') + "] " +
      with_commas(static_cast<int64_t>(rate)) + " images/s, ETA " +
      clock_text(state.seconds / done * (total - done)) + ", " + metrics_text(running, constants_);
  // A longer line would wrap, and then clearing it leaves a rest.
  const std::string fitting = line.substr(0, terminal_width() - 1);
  std::fprintf(stderr, "%s%s", kClearLine, fitting.c_str());
  std::fflush(stderr);
  drawn_ = true;
}

void TerminalProgress::on_epoch(const EpochRecord& record) {
  std::string line = "epoch " + std::to_string(record.epoch) + "/" + std::to_string(epochs_) +
                     ": train " + metrics_text(record.train, constants_);
  for (const auto& [split, metrics] : record.splits) {
    const std::string text = metrics_text(metrics, constants_);
    if (text.empty()) continue;
    line += " | " + (split == "validation" ? validation_ : split) + " " + text;
  }
  const auto done = static_cast<double>(record.epoch), all = static_cast<double>(epochs_);
  line += " | " + with_commas(static_cast<int64_t>(record.images_per_second)) + " images/s, " +
          (done < all ? clock_text(record.seconds / done * (all - done)) + " left"
                      : "in " + clock_text(record.seconds));
  log_.note(line);
  if (quiet_) return;
  std::fprintf(stderr, "%s%s\n", drawn_ ? kClearLine : "", line.c_str());
  drawn_ = false;
}

}  // namespace stl10
