#include "stl10/report/progress_line.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "stl10/base/disk_space.h"
#include "stl10/report/text.h"

namespace stl10 {
namespace {

std::string amount(int64_t value, ProgressUnit unit) {
  return unit == ProgressUnit::kBytes ? bytes_text(static_cast<double>(value)) : with_commas(value);
}

/// "[=====>    ] ".
std::string bar(int64_t done, int64_t all) {
  constexpr int64_t kLetters = 24;
  const auto full = static_cast<size_t>(std::clamp<int64_t>(kLetters * done / all, 0, kLetters));
  std::string text = std::string(full, '=') + std::string(kLetters - full, ' ');
  if (full < text.size()) text[full] = '>';
  return "[" + text + "] ";
}

}  // namespace

size_t terminal_width() {
  constexpr size_t kUsual = 80;
  winsize size{};
  const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
  return known ? size.ws_col : kUsual;
}

ProgressLine::ProgressLine(std::string work, bool shown, ProgressUnit unit)
    : work_(std::move(work)),
      shown_(shown && isatty(STDERR_FILENO) != 0),
      unit_(unit),
      start_(std::chrono::steady_clock::now()),
      drawn_at_(start_) {}

ProgressLine::~ProgressLine() { clear(); }

void ProgressLine::show(int64_t done, int64_t all) {
  constexpr std::chrono::milliseconds kBetween(100);
  const auto now = std::chrono::steady_clock::now();
  if (done < done_before_) begin(work_, done);  // the work began anew
  if (!shown_ || done == done_before_ || now - drawn_at_ < kBetween) return;
  drawn_at_ = now;
  const double rate = static_cast<double>(done - done_before_) /
                      std::chrono::duration<double>(now - start_).count();
  std::string text = amount(done, unit_);
  if (all >= 0) text += "/" + amount(all, unit_);
  text += ", " + amount(static_cast<int64_t>(rate), unit_) + "/s";
  if (all >= 0) text += ", " + clock_text(static_cast<double>(all - done) / rate) + " left";
  // A line that the terminal breaks in two couldn't be taken away.
  const size_t room = terminal_width() - 1;
  const bool has_bar = unit_ == ProgressUnit::kBytes && all > 0;
  const std::string with_bar = work_ + " " + (has_bar ? bar(done, all) : "") + text;
  text = (with_bar.size() <= room ? with_bar : work_ + " " + text).substr(0, room);
  std::fprintf(stderr, "\r\033[K%s", text.c_str());
  std::fflush(stderr);
  drawn_ = true;
}

void ProgressLine::begin(std::string work, int64_t done) {
  clear();
  work_ = std::move(work);
  done_before_ = done;
  start_ = drawn_at_ = std::chrono::steady_clock::now();
}

void ProgressLine::clear() {
  if (drawn_) std::fputs("\r\033[K", stderr);
  drawn_ = false;
}

}  // namespace stl10
