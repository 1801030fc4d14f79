#include "stl10/base/log.h"
#include "stl10/commands/commands.h"
#include "stl10/data/dataset.h"
#include "stl10/data/download.h"
#include "stl10/report/progress_line.h"
#include "stl10/report/text.h"

namespace stl10 {
namespace {

Answer download(const DownloadOptions& options) {
  Log log;
  ProgressLine line("", true, ProgressUnit::kBytes);
  std::string current;
  const DownloadWatcher watcher{.progress =
                                    [&](const std::string& work, int64_t done, int64_t all) {
                                      if (work != current) line.begin(work, done);
                                      current = work;
                                      line.show(done, all);
                                    },
                                .warning =
                                    [&](const std::string& text) {
                                      line.clear();
                                      log.warn(text);
                                    }};
  const Downloaded downloaded = download_data(options, {}, watcher);
  const Dataset data = open_dataset(options.output, {.unlabeled = true});
  const std::string images = with_commas(data.train.count()) + " training, " +
                             with_commas(data.test.count()) + " test, " +
                             with_commas(data.unlabeled.count()) + " unlabeled images";
  const std::string text =
      options.output + (downloaded.was_there ? ": nothing to do, it holds " : ": ") + images +
      (downloaded.was_there ? " (`stl10 data verify` checks every byte)" : "") +
      "; train on them with\n  stl10 supervised --data-dir " + options.output + "\n";
  return {.json = {{"output", options.output},
                   {"url", downloaded.url},
                   {"downloaded", !downloaded.was_there},
                   {"train", data.train.count()},
                   {"test", data.test.count()},
                   {"unlabeled", data.unlabeled.count()}},
          .text = text};
}

}  // namespace

Command data_download_command() {
  return plain_command("data download", "Fetch STL-10 (2.6 GB), or go on where that ended",
                       download);
}

}  // namespace stl10
