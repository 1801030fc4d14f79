#include "stl10/base/log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "stl10/base/error.h"

namespace stl10 {

struct Log::Sinks {
  spdlog::logger terminal{"stl10", std::make_shared<spdlog::sinks::stderr_sink_mt>()};
  std::unique_ptr<spdlog::logger> file;
};

Log::Log() : sinks_(std::make_unique<Sinks>()) { sinks_->terminal.set_pattern("stl10: %v"); }

Log::~Log() = default;

void Log::silence() { sinks_->terminal.set_level(spdlog::level::off); }

void Log::add_file(const std::filesystem::path& path) {
  try {
    auto sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(path.string());
    sinks_->file = std::make_unique<spdlog::logger>("stl10", std::move(sink));
  } catch (const spdlog::spdlog_ex& error) {
    throw IoError({"cannot write " + path.string(), "", error.what(),
                   "choose a folder that you may write to"});
  }
  sinks_->file->set_pattern("%Y-%m-%d %H:%M:%S %l: %v");
  sinks_->file->flush_on(spdlog::level::info);
}

void Log::info(std::string_view message) {
  sinks_->terminal.info(printable(message));
  note(message);
}

void Log::warn(std::string_view message) {
  sinks_->terminal.warn("warning: {}", printable(message));
  if (sinks_->file) sinks_->file->warn(printable(message));
}

void Log::note(std::string_view message) {
  if (sinks_->file) sinks_->file->info(printable(message));
}

}  // namespace stl10
