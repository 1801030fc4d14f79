#include <cmath>

#include "stl10/commands/checkpoint_choice.h"
#include "stl10/commands/commands.h"
#include "stl10/commands/label_spread_config.h"
#include "stl10/commands/run.h"
#include "stl10/report/text.h"
#include "stl10/tasks/metrics.h"

namespace stl10 {
namespace {

FinalResults results_of(const LabelSpread& spread, const LabelSpreadOptions& options,
                        const Dataset& data, Log& log) {
  FinalResults results{.predictions =
                           csv_header(data.class_count()) + to_csv(spread.test(), "test")};
  FinalMetrics& metrics = results.metrics;
  metrics.test = to_metrics(spread.test());
  if (!std::isfinite(spread.test().loss)) metrics.test->means.erase("loss");
  const SpreadCandidate& chosen = spread.chosen();
  metrics.more["k"] = chosen.k;
  metrics.more["alpha"] = chosen.alpha;
  metrics.more["unreached"] = spread.unreached();
  const bool chose = spread.path().size() > 1;
  metrics.lines.push_back("k = " + std::to_string(chosen.k) +
                          ", alpha = " + short_number(chosen.alpha) +
                          (chose ? ", chosen by held-out accuracy (" + percent(chosen.accuracy) +
                                       ") among " + std::to_string(spread.path().size()) + " pairs"
                                 : ""));
  if (chose) {
    Json path = Json::array();
    for (const SpreadCandidate& one : spread.path()) {
      path.push_back({{"k", one.k}, {"alpha", one.alpha}, {"accuracy", one.accuracy}});
    }
    metrics.more["choice"] = {{"by", "held-out accuracy"}, {"path", path}};
    metrics.more["best"] = {{"selected_by", "held-out accuracy"}, {"accuracy", chosen.accuracy}};
  }
  if (options.k && chosen.k < *options.k) {
    log.warn("--k " + std::to_string(*options.k) + ": an image has only " +
             std::to_string(chosen.k) + " others, so all of them are its neighbours");
  }
  if (spread.unreached() > 0) {
    log.warn("no label reaches " + with_commas(spread.unreached()) +
             " test images through their neighbours; they get the shares of the labels given");
  }
  return results;
}

void run_label_spread(const Invocation& invocation, const LabelSpreadConfig& given) {
  LabelSpreadConfig config = given;
  const CheckpointChoice chosen = encoder_or_newest(config.run.checkpoint);
  config.run.checkpoint = chosen.path;
  const RunInputs run = open_run(
      invocation, config.run, to_json(config),
      {.unlabeled = config.task.unlabeled_images > 0, .without_unlabeled = "--unlabeled-images 0"});
  const TaskInput input = run.input();
  const PretrainedEncoder pretrained =
      read_pretrained(chosen.open(config.encoder), config.task.tap);
  LabelSpread spread(config.task, input, pretrained);
  work_run(run,
           {.validation = validation_name(config.task.split),
            .description = spread.description(),
            .parent_role = kFeaturesOf},
           [&](const std::filesystem::path&, Log& log, TrainState& state) {
             spread.run();
             if (!input.compute.group.leads()) return FinalResults();
             state.images = spread.images_encoded();
             state.step_seconds = spread.seconds_encoding();
             return results_of(spread, config.task, input.data, log);
           });
}

}  // namespace

Command label_spread_command() {
  return run_command("label-spread",
                     "Spread a few labels over the neighbours of an encoder's features",
                     run_label_spread);
}

}  // namespace stl10
