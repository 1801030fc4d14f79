#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace stl10 {

/// Columns of the terminal on stderr; 80 where there is none.
size_t terminal_width();

/// What is counted.
enum class ProgressUnit { kThings, kBytes };

/// How far long work is, on one line of stderr that moves: "reading pictures 1,200/10,000, 350/s,
/// 0:25 left", or, in bytes, "downloading [====>    ] 1.1 GiB/2.5 GiB, 12.3 MiB/s, 1:56 left".
/// Nothing where stderr is no terminal.
class ProgressLine {
 public:
  explicit ProgressLine(std::string work, bool shown = true,
                        ProgressUnit unit = ProgressUnit::kThings);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// @param all −1 where it isn't known.
  void show(int64_t done, int64_t all);

  /// Other work begins, of which `done` is done.
  void begin(std::string work, int64_t done);

  /// Takes the line away, so that another one begins at its place.
  void clear();

 private:
  std::string work_;
  bool shown_, drawn_ = false;
  ProgressUnit unit_;
  int64_t done_before_ = 0;  ///< when the clock started
  std::chrono::steady_clock::time_point start_, drawn_at_;
};

}  // namespace stl10
