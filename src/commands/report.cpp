#include <filesystem>
#include <optional>

#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "stl10/base/log.h"
#include "stl10/commands/commands.h"
#include "stl10/commands/report_pictures.h"
#include "stl10/report/html.h"
#include "stl10/report/latest_run.h"
#include "stl10/report/run_folder.h"
#include "stl10/report/run_report.h"
#include "stl10/report/text.h"

namespace stl10 {
namespace {

namespace fs = std::filesystem;

/// The keys of `stl10 report`.
struct ReportOptions {
  std::string folder;
  std::optional<std::string> data_dir;
  std::optional<std::string> output;
  ComputeOptions compute;
};

template <class Visitor>
void visit_fields(ReportOptions& options, Visitor& field) {
  field("folder", options.folder, "RUN: the run folder; empty: the newest run of all");
  field("data_dir", options.data_dir,
        "folder with the STL-10 binaries that the run saw; null: where its config says");
  field("output", options.output, "the page to write; null: report.html in the run folder");
  visit_fields(options.compute, field);
}

fs::path folder_of(const ReportOptions& options) {
  if (options.folder.empty()) {
    const std::vector<fs::path> newest = latest_runs();
    if (!newest.empty()) return newest.front();
    throw IoError({"there is no run in runs", "a finished run", "none", "name a run folder"});
  }
  if (holds_run(options.folder)) return options.folder;
  const bool is_there = fs::exists(options.folder);
  throw IoError({options.folder + " holds no run", "a folder with a run's config.json",
                 is_there ? "none of that" : "nothing of that name",
                 "name a folder that stl10 runs lists"});
}

Answer make_report(const ReportOptions& options) {
  const fs::path folder = folder_of(options);
  const fs::path output = options.output ? fs::path(*options.output) : folder / kReportName;
  check_replaceable(output, kPageBeginning, "a page");
  const RunImages images = open_run_images(folder, options.data_dir);
  if (options.data_dir && !images.is_open()) Log().warn(images.reason);
  const ReportPictures pictures = report_pictures(folder, images, start_compute(options.compute));
  save_atomically(output, run_report(folder, fields_of, pictures));
  return {.json = {{"folder", as_utf8(folder.string())},
                   {"report", as_utf8(output.string())},
                   {"missing", pictures.missing}},
          .text = output.string() + "\n"};
}

void take_run(Invocation& invocation) {
  one_word_as_flag(invocation, "folder", "make one page after the other");
}

}  // namespace

Command report_command() {
  return plain_command(
      "report", "Write a run's page, report.html, anew", make_report,
      {.name = "RUN", .help = "the run folder (the newest run of all)", .apply = take_run});
}

}  // namespace stl10
