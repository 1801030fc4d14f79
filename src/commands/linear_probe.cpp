#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>

#include "stl10/commands/checkpoint_choice.h"
#include "stl10/commands/commands.h"
#include "stl10/commands/linear_probe_config.h"
#include "stl10/commands/probe_results.h"
#include "stl10/commands/run.h"
#include "stl10/evaluate/comparison.h"
#include "stl10/report/text.h"
#include "stl10/tasks/metrics.h"
#include "stl10/tasks/saved_classifier.h"

namespace stl10 {
namespace {

/// Means over the folds.
Metrics mean_of(const std::vector<Metrics>& all) {
  Metrics mean{.count = all.front().count};
  for (const char* name : {"loss", "accuracy"}) {
    double sum = 0;
    bool complete = true;
    for (const Metrics& one : all) {
      complete = complete && one.find(name);
      sum += one.find(name).value_or(0);
    }
    if (complete) mean.means[name] = sum / static_cast<double>(all.size());
  }
  return mean;
}

/// What was chosen, and by what. @param by "held-out loss", …
void add_model(const LinearModel& model, const std::string& by, FinalMetrics& metrics) {
  Json& more = metrics.more;
  more["l2"] = number_or_null(model.l2);
  more["learning_rate"] = number_or_null(model.learning_rate);
  more["best"] = {
      {"epoch", 0}, {"selected_by", "nothing"}, {"accuracy", nullptr}, {"loss", nullptr}};
  if (!model.choice) return;
  add_choice(*model.choice, model.l2 ? "l2" : "learning_rate", by, metrics);
  const auto chosen =
      std::find_if(model.choice->path.begin(), model.choice->path.end(),
                   [&](const Candidate& item) { return item.value == model.choice->value; });
  more["best"] = {
      {"epoch", 0}, {"selected_by", by}, {"accuracy", chosen->accuracy}, {"loss", chosen->loss}};
}

/// Mean and standard deviation (n − 1) of the folds' test accuracies.
void add_protocol(const std::vector<ProbeResult>& results, FinalMetrics& metrics) {
  std::vector<std::optional<double>> each;
  Json accuracies = Json::array(), l2s = Json::array();
  for (const ProbeResult& result : results) {
    each.emplace_back(result.test.accuracy);
    accuracies.push_back(result.test.accuracy);
    l2s.push_back(number_or_null(result.model.l2));
  }
  const MeanDeviation over = mean_deviation(each);
  const double mean = *over.mean, deviation = over.deviation.value_or(0);
  metrics.more["protocol"] = {{"name", "10-fold"}, {"accuracies", accuracies},
                              {"mean", mean},      {"deviation", deviation},
                              {"l2", l2s},         {"checkpoint_fold", *results.front().fold}};
  metrics.lines.push_back(std::to_string(results.size()) + " folds: test accuracy " +
                          percent(mean) + " ± " + percent(deviation) +
                          " (mean ± standard deviation); the classifier saved is that of fold " +
                          std::to_string(*results.front().fold));
}

void warn_of(const std::vector<ProbeResult>& results, const Dataset& data, Log& log) {
  for (const ProbeResult& result : results) {
    const std::string where = result.fold ? "fold " + std::to_string(*result.fold) + ": " : "";
    for (const int64_t k : result.model.absent) {
      log.warn(where + "no labels of class " + data.class_names[static_cast<size_t>(k)] +
               ": it is left out, with probability 0");
    }
  }
}

/// How often each test image is right, over the folds.
at::Tensor correct_of(const std::vector<ProbeResult>& results) {
  at::Tensor sum = at::zeros_like(results.front().test.labels, at::kDouble);
  for (const ProbeResult& result : results) {
    sum = sum + result.test.predicted.eq(result.test.labels);
  }
  return sum / static_cast<double>(results.size());
}

FinalResults results_of(const LinearProbe& probe, const Dataset& data, const std::string& by) {
  const std::vector<ProbeResult>& results = probe.results();
  std::vector<Metrics> train, test;
  const bool folds = results.front().fold.has_value();
  FinalResults final{.predictions = csv_header(data.class_count(), folds),
                     .beside = beside_classifier(probe.centres())};
  for (const ProbeResult& result : results) {
    train.push_back(to_metrics(result.train, result.model.absent));
    test.push_back(to_metrics(result.test, result.model.absent));
    final.predictions += to_csv(result.test, "test", result.fold);
    if (result.held_out) final.predictions += to_csv(*result.held_out, "validation", result.fold);
  }
  final.metrics.train = mean_of(train);
  final.metrics.test = mean_of(test);
  if (folds) add_protocol(results, final.metrics);
  add_model(results.front().model, by, final.metrics);
  return final;
}

void run_linear_probe(const Invocation& invocation, const LinearProbeConfig& given) {
  LinearProbeConfig config = given;
  const CheckpointChoice chosen = encoder_or_newest(config.run.checkpoint);
  config.run.checkpoint = chosen.path;
  RunInputs run = open_run(invocation, config.run, to_json(config));
  const TaskInput input = run.input();
  const PretrainedEncoder pretrained =
      read_pretrained(chosen.open(config.encoder), config.task.tap);
  run.provenance.encoder = encoder_json(pretrained.options, pretrained.tap);
  LinearProbe probe(config.task, input, pretrained);
  FloorRequest floors{.encoder = pretrained,
                      .views = config.task.views,
                      .class_weights = config.task.fit.class_weights};
  if (!config.task.no_floors) floors.labels = probe.labels_to_choose_by();
  const std::string judged_by = validation_name(config.task.split);
  work_run(run,
           {.network = probe.network().get(),
            .validation = judged_by,
            .description = probe.description(),
            .parent_role = kFeaturesOf},
           [&](const std::filesystem::path& folder, Log& log, TrainState& state) {
             probe.run();
             state.images = probe.images_encoded();
             state.step_seconds = probe.seconds_encoding();
             FinalResults results = results_of(probe, input.data, judged_by + " loss");
             results.metrics.more["tap"] = std::string(name_of(pretrained.tap));
             add_knn(probe.knn(), results.metrics.test->count, results.metrics, log);
             if (!config.task.no_floors) {
               add_floors(floors_for(folder, floors, input, log), correct_of(probe.results()),
                          results.metrics, log);
             }
             warn_of(probe.results(), input.data, log);
             return results;
           });
}

}  // namespace

Command linear_probe_command() {
  return run_command("linear-probe",
                     "Judge an encoder's features by a tuned linear classifier, nearest neighbours "
                     "and what untrained features give",
                     run_linear_probe);
}

}  // namespace stl10
