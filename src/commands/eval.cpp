#include <ATen/Functions.h>

#include <algorithm>

#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "stl10/base/interrupt.h"
#include "stl10/base/new_folder.h"
#include "stl10/base/safetensors.h"
#include "stl10/commands/checkpoint_choice.h"
#include "stl10/commands/commands.h"
#include "stl10/commands/compared_runs.h"
#include "stl10/commands/eval_config.h"
#include "stl10/commands/run.h"
#include "stl10/data/picture.h"
#include "stl10/report/assumptions_charts.h"
#include "stl10/report/assumptions_json.h"
#include "stl10/report/assumptions_text.h"
#include "stl10/report/classifier_report.h"
#include "stl10/report/comparison_report.h"
#include "stl10/report/feature_report.h"
#include "stl10/report/latest_run.h"
#include "stl10/report/run_folder.h"
#include "stl10/report/text.h"
#include "stl10/tasks/metrics.h"
#include "stl10/train/checkpoint.h"

namespace stl10 {
namespace {

namespace fs = std::filesystem;

using Names = std::vector<std::string>;

/// The words RUN… as what they stand for: one is --checkpoint, several are --runs.
void apply_words(Invocation& invocation) {
  const Names words = without_latest_twins(invocation.words);
  if (words.empty()) return;
  Json& flags = invocation.flags;
  for (const char* key : {"checkpoint", "runs"}) {
    if (!flags.contains(key)) continue;
    throw UsageError({"what to judge is said twice", std::string("RUN or --") + key,
                      "`" + words.front() + "` and --" + key, "leave one out"});
  }
  if (words.size() == 1) {
    flags["checkpoint"] = words.front();
  } else {
    flags["runs"] = words;
  }
}

/// The points that features.json tells of, for other tools.
void save_points(const fs::path& path, const Evaluation& evaluation) {
  const PointImages& images = evaluation.images();
  const auto part = [](const std::vector<int64_t>& indices, int64_t from_test) {
    return at::stack({at::tensor(indices, at::kLong),
                      at::full({static_cast<int64_t>(indices.size())}, from_test, at::kLong)});
  };
  const at::Tensor origin = at::cat({part(images.train, 0), part(images.test, 1)}, 1);
  save_safetensors(path, {{{"features", evaluation.points().x},
                           {"labels", evaluation.points().labels},
                           {"clusters", evaluation.features()->clusters},
                           {"indices", origin[0].contiguous()},
                           {"from_test", origin[1].contiguous()}},
                          {}});
}

/// Adds all figures of a classifier. @param loss as it was measured, if it was.
void add_classifier(const Predictions& predictions, const Names& class_names,
                    const std::optional<double>& loss, FinalMetrics& final) {
  const ClassifierMeasures judgement = measure_classifier(predictions);
  final.test =
      Metrics{.means = {{"accuracy", judgement.scores.accuracy}}, .count = judgement.scores.count};
  if (loss) final.test->means["loss"] = *loss;
  final.more["test"] = to_json(judgement, class_names);
  for (const std::string& line : lines_of(judgement, class_names)) final.lines.push_back(line);
}

/// Refuses what `--wrong` can't be before anything is computed.
void check_wrong(const EvalConfig& config) {
  if (!config.wrong) return;
  check_new_folder(*config.wrong);
  if (config.runs.empty()) return;
  throw UsageError({"--wrong shows the mistakes of one classifier", "one run",
                    std::to_string(config.runs.size()), "name one"});
}

/// A class name as a part of a file's name.
std::string file_name_of(std::string class_name) {
  std::replace(class_name.begin(), class_name.end(), '/', '_');
  return class_name;
}

/// "cat-as-dog-0.998-17.png" and so on.
void save_mistakes(const EvalConfig& config, const Predictions& predictions, const Dataset& data,
                   FinalMetrics& final) {
  if (!config.wrong) return;
  make_folder(*config.wrong);
  const std::vector<Mistake> mistakes =
      surest_mistakes(predictions, static_cast<size_t>(config.wrong_images));
  for (const Mistake& mistake : mistakes) {
    throw_if_interrupted();
    const auto name = [&](int64_t label) {
      return file_name_of(data.class_names[static_cast<size_t>(label)]);
    };
    save_picture(fs::path(*config.wrong) /
                     (name(mistake.label) + "-as-" + name(mistake.predicted) + "-" +
                      fixed(mistake.confidence, 3) + "-" + std::to_string(mistake.index) + ".png"),
                 data.test.images().image(mistake.index));
  }
  final.more["wrong"] = {{"folder", *config.wrong}, {"images", mistakes.size()}};
  final.lines.push_back(*config.wrong + ": the " + std::to_string(mistakes.size()) +
                        " mistakes that it is surest of");
}

void add_assumptions(const Assumptions& found, const Names& class_names, const fs::path& folder,
                     FinalMetrics& final) {
  final.more["assumptions"] = to_json(found, class_names);
  for (const std::string& line : lines_of(found)) final.lines.push_back(line);
  save_atomically(folder / "assumptions.svg", draw_svg(charts_of(found)));
}

FinalResults results_of(const Evaluation& evaluation, const EvalConfig& config, const Dataset& data,
                        const fs::path& folder) {
  const EvaluationOptions& options = config.task;
  FinalResults results;
  FinalMetrics& metrics = results.metrics;
  if (const std::optional<Judgement>& test = evaluation.test()) {
    add_classifier(*test, data.class_names, to_metrics(*test, evaluation.absent()).find("loss"),
                   metrics);
    results.predictions = csv_header(data.class_count()) + to_csv(*test, "test");
    save_mistakes(config, *test, data, metrics);
  }
  metrics.more["features"] = nullptr;
  if (const std::optional<FeatureJudgement>& features = evaluation.features()) {
    const FeaturePoints& points = evaluation.points();
    const FeatureSource source{.tap = evaluation.tap(),
                               .images = std::string(name_of(options.feature_images)),
                               .of = evaluation.images().of};
    metrics.more["features"] = to_json(*features, points, source);
    save_json(folder / "features.json", details_json(*features, points, source, data.class_names));
    save_points(folder / "features.safetensors", evaluation);
    for (const std::string& line : lines_of(*features, points, source)) {
      metrics.lines.push_back(line);
    }
  }
  if (const std::optional<Assumptions>& found = evaluation.assumptions()) {
    add_assumptions(*found, data.class_names, folder, metrics);
  }
  return results;
}

void evaluate_checkpoint(const Invocation& invocation, EvalConfig config) {
  const CheckpointChoice chosen =
      checkpoint_or_newest(config.run.checkpoint, holds_classifier, "a classifier",
                           "linear-probe, finetune or supervised");
  config.run.checkpoint = chosen.path;
  RunOptions run_options = config.run;
  run_options.checkpoint.reset();  // nothing begins with its weights
  const RunInputs run =
      open_run(invocation, run_options, to_json(config),
               {.unlabeled = config.task.assumptions && config.task.unlabeled_images > 0,
                .without_unlabeled = "--unlabeled-images 0"},
               {*config.run.checkpoint});
  const TaskInput input = run.input();
  Evaluation evaluation(config.task, input, chosen.open(config.encoder));
  work_run(run, {.validation = "none", .description = evaluation.description()},
           [&](const fs::path& folder, Log&, TrainState& state) {
             evaluation.run();
             if (!input.compute.group.leads()) return FinalResults();
             state.images = evaluation.images_encoded();
             state.step_seconds = evaluation.seconds_encoding();
             FinalResults results = results_of(evaluation, config, input.data, folder);
             results.metrics.more["checkpoint"] = *config.run.checkpoint;
             return results;
           });
}

/// Whether a run has predictions and no network, as those of label-spread.
bool is_predictions_alone(const std::optional<std::string>& run) {
  if (!run) return false;
  const fs::path folder = *run;
  return fs::exists(folder / "predictions.csv") && !fs::exists(checkpoint_file(folder));
}

/// Judges what a run without a network has predicted; the data isn't needed.
void evaluate_predictions(const Invocation& invocation, const EvalConfig& config) {
  RunOptions run_options = config.run;
  run_options.checkpoint.reset();
  const RunInputs run =
      open_run(invocation, run_options, to_json(config),
               {.train = false, .test = config.wrong.has_value(), .unlabeled = false},
               {*config.run.checkpoint});
  const ComparedRun judged = read_compared_runs({*config.run.checkpoint}).front();
  if (judged.classifiers.size() > 1) {
    throw UsageError({judged.folder.string() + " holds the predictions of several folds",
                      "one classifier", std::to_string(judged.classifiers.size()),
                      "compare it with another run"});
  }
  work_run(
      run,
      {.validation = "none",
       .description = "predictions of " + judged.folder.string() + " on " +
                      std::to_string(judged.classifiers.front().indices.size()) + " test images"},
      [&](const fs::path&, Log&, TrainState&) {
        FinalResults results;
        if (!run.compute.group.leads()) return results;
        results.metrics.more = {{"features", nullptr}, {"checkpoint", *config.run.checkpoint}};
        add_classifier(judged.classifiers.front(), class_names_of(judged), judged.loss,
                       results.metrics);
        save_mistakes(config, judged.classifiers.front(), run.data, results.metrics);
        return results;
      });
}

void compare(const Invocation& invocation, const EvalConfig& config) {
  const Names folders = without_latest_twins(config.runs);
  if (folders.size() < 2) {
    throw UsageError({"nothing to compare with", "two runs or more in --runs",
                      std::to_string(folders.size()), "name another run"});
  }
  const RunInputs run = open_run(invocation, config.run, to_json(config),
                                 {.train = false, .test = false, .unlabeled = false}, folders);
  const bool by_test = config.compared_images == ComparedImages::kTest;
  const std::vector<ComparedRun> runs =
      read_compared_runs(folders, by_test ? "test" : "validation");
  work_run(run,
           {.validation = "none",
            .description = "comparing " + std::to_string(runs.size()) + " runs on " +
                           std::to_string(runs.front().classifiers.front().indices.size()) +
                           (by_test ? " test images" : " held-out training images")},
           [&](const fs::path&, Log&, TrainState&) {
             const ComparisonReport report =
                 comparison_report(group_by_seed(runs), class_names_of(runs.front()));
             return FinalResults{
                 .metrics = {.lines = report.lines,
                             .more = {{"runs", report.runs}, {"comparisons", report.comparisons}}}};
           });
}

void run_eval(const Invocation& invocation, const EvalConfig& config) {
  check_wrong(config);
  const bool without_encoder = !config.runs.empty() || is_predictions_alone(config.run.checkpoint);
  if (config.task.assumptions && without_encoder) {
    throw UsageError({"--assumptions looks at the features of one run's encoder", "such a run",
                      config.runs.empty() ? "a run with predictions alone" : "several runs",
                      "name a run of simclr-pretrain, supervised, linear-probe or finetune"});
  }
  if (!config.runs.empty()) {
    compare(invocation, config);
  } else if (is_predictions_alone(config.run.checkpoint)) {
    evaluate_predictions(invocation, config);
  } else {
    evaluate_checkpoint(invocation, config);
  }
}

}  // namespace

Command eval_command() {
  return run_command(
      "eval", "Judge a run's classifier and features on the test images, or compare runs", run_eval,
      {.name = "RUN",
       .help = "one: the run folder or file to judge; several: the runs to compare",
       .apply = apply_words});
}

}  // namespace stl10
