#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <atomic>
#include <numeric>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "stl10/base/compute.h"
#include "stl10/base/error.h"
#include "stl10/base/interrupt.h"
#include "stl10/base/log.h"
#include "stl10/base/process.h"
#include "stl10/commands/checkpoint_choice.h"
#include "stl10/commands/commands.h"
#include "stl10/commands/pictures.h"
#include "stl10/report/predictions_text.h"
#include "stl10/report/progress_line.h"
#include "stl10/report/text.h"
#include "stl10/tasks/predictor.h"

namespace stl10 {
namespace {

constexpr char kNoClass[] = "none";

/// The keys of `stl10 predict`.
struct PredictOptions {
  std::vector<std::string> pictures;
  std::optional<std::string> checkpoint;
  int64_t top = 3;
  PredictionFormat format = PredictionFormat::kTable;
  std::optional<int64_t> views;
  std::optional<double> reject;
  ComputeOptions compute;
};

template <class Visitor>
void visit_fields(PredictOptions& options, Visitor& field) {
  field("pictures", options.pictures, "PICTURE|FOLDER…: what to ask about; -: paths from stdin");
  field("checkpoint", options.checkpoint,
        "run folder or file with a classifier; null: the newest linear-probe, finetune or "
        "supervised run");
  field("top", options.top, "so many of the most probable classes", between(1, 255));
  field("format", options.format, "of the answers");
  field("views", options.views,
        "take the mean feature of this many views of each picture, as linear-probe does; null: as "
        "many as the classifier was fitted to",
        between(1, kPlainViews));
  field("reject", options.reject,
        "answer none where a smaller share of known images than this is farther from its class",
        between(0, 1));
  visit_fields(options.compute, field);
}

/// What was said of a file, or why nothing was.
struct Answered {
  std::optional<Prediction> prediction;
  std::string complaint;
};

/// Reads and answers as many files as pass the network together.
void answer(Predictor& predictor, std::span<const std::string> files, Answered* answers) {
  std::vector<ReadPicture> read;
  std::vector<const uint8_t*> images;
  for (const std::string& file : files) read.push_back(read_or_complain(file, predictor.fit()));
  for (const ReadPicture& picture : read) {
    if (picture.complaint.empty()) images.push_back(picture.image.data());
  }
  std::vector<Prediction> predictions = predictor.predict(images);
  auto next = predictions.begin();
  for (const ReadPicture& picture : read) {
    if (picture.complaint.empty()) answers->prediction = std::move(*next++);
    (answers++)->complaint = picture.complaint;
  }
}

/// Each batch by one thread of LibTorch's alone, so that the number of threads has no part in its
/// answers.
std::vector<Answered> answers_of(Predictor& predictor, std::span<const std::string> files,
                                 int64_t threads) {
  std::vector<Answered> answers(files.size());
  const auto together = static_cast<size_t>(predictor.together());
  std::atomic<size_t> next = 0;
  // Two pieces of work at least, or it wouldn't be a parallel region.
  at::parallel_for(0, std::max<int64_t>(2, threads), 1, [&](int64_t, int64_t) {
    for (size_t i = together * next++; i < files.size(); i = together * next++) {
      answer(predictor, files.subspan(i, std::min(together, files.size() - i)), &answers[i]);
    }
  });
  return answers;
}

PictureAnswer told(const std::string& path, const Prediction& prediction,
                   const PredictOptions& options, const std::vector<std::string>& names) {
  const auto* const p = prediction.probabilities.const_data_ptr<float>();
  std::vector<size_t> order(names.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return p[a] > p[b]; });
  order.resize(std::min(order.size(), static_cast<size_t>(options.top)));
  PictureAnswer answer{.path = path, .in_class = prediction.in_class};
  for (const size_t k : order) answer.top.emplace_back(names[k], p[k]);
  const bool rejected = options.reject && *prediction.in_class < *options.reject;
  answer.predicted = rejected ? kNoClass : answer.top.front().first;
  return answer;
}

void check_reject(const PredictOptions& options, const Predictor& predictor,
                  const std::string& path) {
  if (!options.reject || predictor.knows_its_classes()) return;
  throw UsageError({path + " can't tell pictures of other things",
                    "the last.safetensors of a run that ended, of this version", "another one",
                    "leave out --reject, or train again"});
}

/// Answers all files in blocks and prints them as they come, unless one JSON object is asked for.
class Session {
 public:
  Session(const PredictOptions& options, Predictor& predictor, const std::string& checkpoint,
          bool one_object)
      : options_(options),
        predictor_(predictor),
        one_object_(one_object),
        result_{{"checkpoint", checkpoint},
                {"class_names", predictor.class_names()},
                {"pictures", Json::array()},
                {"skipped", Json::array()}} {}

  void run(const std::vector<std::string>& files, int64_t threads) {
    constexpr size_t kBlock = 256;
    const PredictionText text(options_.format, files, options_.top);
    ProgressLine progress("pictures", one_object_);
    if (!one_object_) print_result(text.header());
    for (size_t begin = 0; begin < files.size(); begin += kBlock) {
      throw_if_interrupted();
      const std::vector<std::string> block = block_of(files, begin, kBlock);
      const std::vector<Answered> answers = answers_of(predictor_, block, threads);
      for (size_t i = 0; i < block.size(); ++i) tell(block[i], answers[i], text, progress);
      if (!one_object_) print_result(std::exchange(printed_, {}));
      progress.show(static_cast<int64_t>(begin + block.size()), static_cast<int64_t>(files.size()));
    }
    progress.clear();
    if (one_object_) print_result(result_.dump(2) + "\n");
  }

  size_t skipped() const { return result_["skipped"].size(); }

 private:
  void tell(const std::string& path, const Answered& answered, const PredictionText& text,
            ProgressLine& progress) {
    if (!answered.prediction) {
      progress.clear();
      log_.warn(answered.complaint);
      result_["skipped"].push_back(
          {{"path", as_utf8(path)}, {"reason", as_utf8(answered.complaint)}});
      return;
    }
    const PictureAnswer answer =
        told(path, *answered.prediction, options_, predictor_.class_names());
    if (one_object_) {
      result_["pictures"].push_back(to_json(answer));
    } else {
      printed_ += text.line(answer);
    }
  }

  const PredictOptions& options_;
  Predictor& predictor_;
  bool one_object_;
  Json result_;
  std::string printed_;
  Log log_;
};

void run_predict(const Invocation& invocation) {
  const auto options = resolve_options<PredictOptions>(invocation);
  if (options.pictures.empty()) {
    throw UsageError({"predict needs pictures", "PICTURE or FOLDER", "neither",
                      "name some, or give - and their paths on stdin"});
  }
  const CheckpointChoice chosen = checkpoint_or_newest(
      options.checkpoint, holds_classifier, "a classifier", "linear-probe, finetune or supervised");
  const Compute compute = start_compute(options.compute);
  Predictor predictor(chosen.open(), options.views, compute);
  check_reject(options, predictor, chosen.path);
  Log log;
  if (!options.checkpoint) log.info("asking the classifier in " + chosen.path);
  const std::vector<std::string> files =
      files_of(options.pictures, [&](const std::string& line) { log.warn(line); });
  Session session(options, predictor, chosen.path, invocation.json);
  session.run(files, compute.threads);
  check_all_read(session.skipped(), files.size());
}

}  // namespace

Command predict_command() {
  return {.name = "predict",
          .help = "Say what is on pictures",
          .fields = [] { return describe_fields(PredictOptions{}); },
          .run = run_predict,
          .words = pictures_as_words()};
}

}  // namespace stl10
