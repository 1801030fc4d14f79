#include "stl10/base/cpu.h"
#include "stl10/base/error.h"
#include "stl10/base/log.h"
#include "stl10/commands/commands.h"
#include "stl10/data/import.h"
#include "stl10/report/progress_line.h"
#include "stl10/report/text.h"

namespace stl10 {
namespace {

/// `data import`: what to read, and with how many threads.
struct ImportCommandOptions {
  ImportOptions pictures;
  int64_t threads = 0;
};

template <class Visitor>
void visit_fields(ImportCommandOptions& options, Visitor& field) {
  visit_fields(options.pictures, field);
  field("threads", options.threads, "that read pictures; 0: one per core that the process may use",
        between(0, 1024));
}

void take_folder(Invocation& invocation) {
  one_word_as_flag(invocation, "folder", "put the folders of all classes into one");
}

std::string counted(int64_t count, const std::string& what) {
  return with_commas(count) + " " + what;
}

Answer import_folder(const ImportCommandOptions& options) {
  const ImportOptions& pictures = options.pictures;
  if (pictures.folder.empty() && pictures.unlabeled.empty()) {
    throw UsageError({"data import needs pictures", "FOLDER or --unlabeled FOLDER", "neither",
                      "name a folder that holds one folder of pictures for each class"});
  }
  Log log;
  ProgressLine progress("reading pictures");
  const ImportWatcher watcher{
      .left_out =
          [&](const std::string& line) {
            progress.clear();
            log.warn(line);
          },
      .progress = [&](int64_t done, int64_t all) { progress.show(done, all); }};
  const int64_t threads = options.threads > 0 ? options.threads : usable_cores();
  const ImportCounts counts = import_pictures(pictures, threads, watcher);
  std::string text = pictures.output + ": ";
  if (counts.classes > 0) {
    text += counted(counts.classes, "classes, ") + counted(counts.train, "training and ") +
            counted(counts.test, "test images, ");
  }
  text += counted(counts.unlabeled, "unlabeled images; left out: ") +
          counted(counts.equal, "equal to another one, ") +
          counted(counts.left_out, "that can't be read\n");
  if (counts.classes > 0) {
    text += "train on it with\n  stl10 supervised --data-dir " + pictures.output + "\n";
  }
  return {.json = {{"output", pictures.output},
                   {"classes", counts.classes},
                   {"train", counts.train},
                   {"test", counts.test},
                   {"unlabeled", counts.unlabeled},
                   {"equal", counts.equal},
                   {"left_out", counts.left_out}},
          .text = text};
}

}  // namespace

Command data_import_command() {
  return plain_command("data import", "Make a data set of own pictures", import_folder,
                       {.name = "FOLDER",
                        .help = "its folders are the classes, or train, test and unlabeled",
                        .apply = take_folder});
}

}  // namespace stl10
