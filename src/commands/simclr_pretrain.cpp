#include "stl10/commands/commands.h"
#include "stl10/commands/simclr_config.h"
#include "stl10/commands/training_run.h"
#include "stl10/report/text.h"
#include "stl10/tasks/metrics.h"
#include "stl10/tasks/pretext_alarm.h"

namespace stl10 {
namespace {

/// What the metrics of every epoch are to be read against.
Json constants_of(const SimclrTask& task, const std::optional<double>& random_knn) {
  return {{"contrastive_candidates", *task.candidates()},
          {"contrastive_chance", 1 / static_cast<double>(*task.candidates())},
          {"correlation_chance", task.correlation_chance()},
          {"effective_rank_limit", task.rank_limit()},
          {"random_encoder_knn_accuracy", number_or_null(random_knn)}};
}

std::string description_of(const SimclrTask& task, const std::optional<double>& random_knn) {
  const auto candidates = static_cast<double>(*task.candidates());
  std::string text =
      task.description() + "; " + with_commas(task.images_per_step()) +
      " images a step, two views each; contrastive accuracy: " + with_commas(*task.candidates()) +
      " candidates, chance " + percent(1 / candidates) + "; correlation accuracy: chance " +
      percent(task.correlation_chance()) + "; effective rank: at most " +
      with_commas(task.rank_limit());
  if (random_knn) text += "; a random encoder's kNN accuracy: " + percent(*random_knn);
  return text;
}

FinalResults final_results(SimclrTask& task, const SimclrOptions& options, const TrainState& state,
                           const std::optional<double>& random_knn) {
  const PretrainingJudgement final = task.judge_weights();
  const Metrics train = to_metrics(final.probe_train);
  const Metrics& steps = state.last_epoch;
  FinalResults results;
  Json& more = results.metrics.more;
  results.metrics.rows = {{"probe train", train}};
  more["contrastive"] = {{"loss", steps.at("loss")},
                         {"accuracy", steps.at("contrastive_accuracy")},
                         {"candidates", *task.candidates()},
                         {"count", steps.count}};
  more["probe"] = {{"train", to_json(train)}, {"validation", nullptr}};
  more["knn"] = nullptr;
  if (!final.probe_validation) return results;
  const Metrics validation = to_metrics(*final.probe_validation);
  more["probe"]["validation"] = to_json(validation);
  more["knn"] = {{"accuracy", *final.knn_accuracy},
                 {"k", options.knn.k},
                 {"temperature", options.knn.temperature},
                 {"count", validation.count},
                 {"random_encoder", number_or_null(random_knn)}};
  results.metrics.rows.emplace_back("probe valid.", validation);
  results.metrics.rows.emplace_back(
      "kNN", Metrics{.means = {{"accuracy", *final.knn_accuracy}}, .count = validation.count});
  return results;
}

void run_simclr(const Invocation& invocation) {
  const auto config = resolve_options<SimclrConfig>(invocation);
  const bool on_test = config.task.split.validation == Validation::kTest;
  TrainingRun run(invocation, config.run, to_json(config),
                  {.test = on_test,
                   .unlabeled = config.task.unlabeled_batch_size > 0,
                   .without_unlabeled = "--unlabeled-batch-size 0"});
  SimclrTask task(config.task, run.input());
  const std::optional<double> random_knn = task.random_encoder_knn();
  PretextAlarm alarm;
  run.execute(task,
              {.selection = {.split = "validation", .metric = "knn_accuracy"},
               .validation = validation_name(config.task.split),
               .description = description_of(task, random_knn),
               .constants = constants_of(task, random_knn),
               .warning_after = [&](const auto& record) { return alarm.warning_after(record); }},
              [&](const auto&, Log&, const TrainState& state) {
                return final_results(task, config.task, state, random_knn);
              });
}

}  // namespace

void add_simclr_pretrain(CLI::App& app) {
  add_run_command(
      app, {.name = "simclr-pretrain",
            .help = "Train the encoder on images without labels, by comparing two views of each",
            .fields = describe_fields(SimclrConfig{}),
            .run = run_simclr});
}

}  // namespace stl10
