#include "stl10/report/progress_line.h"

#include <unistd.h>

#include <cstdio>
#include <utility>

#include "stl10/report/text.h"

namespace stl10 {

ProgressLine::ProgressLine(std::string work, bool shown)
    : work_(std::move(work)),
      shown_(shown && isatty(STDERR_FILENO) != 0),
      start_(std::chrono::steady_clock::now()),
      drawn_at_(start_) {}

ProgressLine::~ProgressLine() { clear(); }

void ProgressLine::show(int64_t done, int64_t all) {
  constexpr std::chrono::milliseconds kBetween(100);
  const auto now = std::chrono::steady_clock::now();
  if (!shown_ || done == 0 || now - drawn_at_ < kBetween) return;
  drawn_at_ = now;
  const double rate =
      static_cast<double>(done) / std::chrono::duration<double>(now - start_).count();
  std::fprintf(stderr, "\r\033[K%s %s/%s, %s/s, %s left", work_.c_str(), with_commas(done).c_str(),
               with_commas(all).c_str(), with_commas(static_cast<int64_t>(rate)).c_str(),
               clock_text(static_cast<double>(all - done) / rate).c_str());
  std::fflush(stderr);
  drawn_ = true;
}

void ProgressLine::clear() {
  if (drawn_) std::fputs("\r\033[K", stderr);
  drawn_ = false;
}

}  // namespace stl10
