#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace stl10 {

/// How far long work is, on one line of stderr that moves: "reading pictures 1,200/10,000, 350/s,
/// 0:25 left". Nothing where stderr is no terminal.
class ProgressLine {
 public:
  explicit ProgressLine(std::string work, bool shown = true);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(int64_t done, int64_t all);

  /// Takes the line away, so that another one begins at its place.
  void clear();

 private:
  std::string work_;
  bool shown_, drawn_ = false;
  std::chrono::steady_clock::time_point start_, drawn_at_;
};

}  // namespace stl10
