#include "stl10/report/terminal.h"

#include <unistd.h>

#include <cmath>
#include <cstdio>

namespace stl10 {
namespace {

constexpr int kBarWidth = 24;
constexpr char kClearLine[] = "\r\033[K";

std::string rounded(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", value);
  return text;
}

std::string metrics_text(const Metrics& metrics) {
  std::string text;
  for (const auto& [name, mean] : metrics.means) {
    text = (is_share(name) ? text + (text.empty() ? "" : ", ") + name + " " + percent(mean)
                           : name + " " + rounded(mean) + (text.empty() ? "" : ", ") + text);
  }
  return text;
}

}  // namespace

std::string with_commas(int64_t value) {
  std::string digits = std::to_string(value);
  for (size_t end = digits.size(); end > 3; end -= 3) digits.insert(end - 3, ",");
  return digits;
}

std::string clock_text(double seconds) {
  const auto whole = static_cast<int64_t>(std::lround(seconds));
  char text[40];
  if (whole >= 3600) {
    std::snprintf(text, sizeof text, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
  } else {
    std::snprintf(text, sizeof text, "%ld:%02ld", whole / 60, whole % 60);
  }
  return text;
}

std::string percent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f %%", 100 * share);
  return text;
}

bool is_share(const std::string& metric) { return metric.ends_with("accuracy"); }

TerminalProgress::TerminalProgress(Log& log, int64_t epochs, std::string validation, bool quiet)
    : log_(log),
      epochs_(epochs),
      validation_(std::move(validation)),
      quiet_(quiet),
      bar_(!quiet && isatty(STDERR_FILENO) != 0) {}

void TerminalProgress::on_progress(const TrainState& state, int64_t steps_per_epoch,
                                   const Metrics& running) {
  if (!bar_) return;
  const double done = static_cast<double>(state.epoch * steps_per_epoch + state.step);
  const double total = static_cast<double>(epochs_ * steps_per_epoch);
  const auto filled = kBarWidth * state.step / steps_per_epoch;
  const std::string bar(static_cast<size_t>(filled), '#');
  const double rate = static_cast<double>(state.images) / state.step_seconds;
  std::fprintf(
      stderr, "%sepoch %ld/%ld [%-*s] %s images/s, ETA %s, %s", kClearLine, state.epoch + 1,
      epochs_, kBarWidth, bar.c_str(), with_commas(static_cast<int64_t>(rate)).c_str(),
      clock_text(state.seconds / done * (total - done)).c_str(), metrics_text(running).c_str());
  std::fflush(stderr);
}

void TerminalProgress::on_epoch(const EpochRecord& record) {
  std::string line = "epoch " + std::to_string(record.epoch) + "/" + std::to_string(epochs_) +
                     ": train " + metrics_text(record.train);
  for (const auto& [split, metrics] : record.splits) {
    line += " | " + (split == "validation" ? validation_ : split) + " " + metrics_text(metrics);
  }
  line += " | " + with_commas(static_cast<int64_t>(record.images_per_second)) + " images/s, " +
          clock_text(record.seconds);
  log_.note(line);
  if (quiet_) return;
  std::fprintf(stderr, "%s%s\n", bar_ ? kClearLine : "", line.c_str());
}

}  // namespace stl10
