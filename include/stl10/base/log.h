#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

namespace stl10 {

/// Messages for people, without control characters: to stderr, and to a run's log.txt once there is
/// one. spdlog stays behind this header, because LibTorch brings another version of spdlog's fmt.
class Log {
 public:
  Log();
  ~Log();

  /// From now on nothing goes to stderr: another process says it.
  void silence();

  /// From now on every message also goes to `path`, with its time; the file is appended to.
  /// @throws IoError.
  void add_file(const std::filesystem::path& path);

  void info(std::string_view message);
  void warn(std::string_view message);

  /// To the file alone: what the terminal shows in its own way.
  void note(std::string_view message);

 private:
  struct Sinks;
  std::unique_ptr<Sinks> sinks_;
};

}  // namespace stl10
