#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "stl10/report/differences.h"
#include "stl10/report/html_pictures.h"
#include "stl10/train/progress.h"

/// report.html: what a run did, on one page.
namespace stl10 {

inline constexpr char kReportName[] = "report.html";

/// The page of a run folder in whatever state, a function of the files in it (of those of compared
/// runs, too) and of the pictures. What is missing or damaged is left out.
/// @param fields the options of commands. @throws IoError, ConfigError where config.json can't be
/// read.
std::string run_report(const std::filesystem::path& folder, const CommandFields& fields,
                       const ReportPictures& pictures);

/// Writes the page into the folder. @throws as run_report, and IoError.
void save_report(const std::filesystem::path& folder, const CommandFields& fields,
                 const ReportPictures& pictures);

/// Writes the page, without pictures, after every tenth of a run's epochs; where it can't be
/// written, the run goes on. Stands behind MetricsFile, whose lines it draws.
class ReportFile : public Observer {
 public:
  ReportFile(const std::filesystem::path& folder, int64_t epochs, CommandFields fields);
  void on_epoch(const EpochRecord& record) override;

 private:
  std::filesystem::path folder_;
  int64_t every_;
  CommandFields fields_;
};

}  // namespace stl10
