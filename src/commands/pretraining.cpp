#include "stl10/commands/pretraining.h"

#include "stl10/commands/run.h"
#include "stl10/report/text.h"
#include "stl10/tasks/metrics.h"
#include "stl10/tasks/pretext_alarm.h"
#include "stl10/tasks/pretrained.h"

namespace stl10 {
namespace {

/// What the metrics of every epoch are to be read against.
Json constants_of(const PretrainingTask& task, const std::optional<double>& random_knn) {
  Json constants = Json::object();
  if (const std::optional<int64_t> candidates = task.candidates()) {
    constants["contrastive_candidates"] = *candidates;
    constants["contrastive_chance"] = 1 / static_cast<double>(*candidates);
  }
  constants["correlation_chance"] = task.correlation_chance();
  constants["effective_rank_limit"] = task.rank_limit();
  constants["random_encoder_knn_accuracy"] = number_or_null(random_knn);
  return constants;
}

std::string views_for_people(const ViewCounts& counts) {
  if (counts.large == 2 && counts.small == 0) return "two views";
  const std::string small =
      counts.small > 0 ? " large and " + std::to_string(counts.small) + " small" : "";
  return std::to_string(counts.large) + small + " views";
}

std::string description_of(const PretrainingTask& task, const std::optional<double>& random_knn) {
  std::string text = task.description() + "; " + with_commas(task.images_per_step()) +
                     " images a step, " + views_for_people(task.view_counts()) + " each";
  if (const std::optional<int64_t> candidates = task.candidates()) {
    text += "; contrastive accuracy: " + with_commas(*candidates) + " candidates, chance " +
            percent(1 / static_cast<double>(*candidates));
  }
  text += "; correlation accuracy: chance " + percent(task.correlation_chance()) +
          "; effective rank: at most " + with_commas(task.rank_limit());
  if (random_knn) text += "; a random encoder's kNN accuracy: " + percent(*random_knn);
  return text;
}

FinalResults pretraining_results(PretrainingTask& task, const PretrainingOptions& options,
                                 const TrainState& state, const std::optional<double>& random_knn) {
  const PretrainingJudgement final = task.judge_weights();
  const Metrics train = to_metrics(final.probe_train);
  const Metrics& steps = state.last_epoch;
  FinalResults results;
  Json& more = results.metrics.more;
  results.metrics.rows = {{"probe train", train}};
  more["contrastive"] = {{"loss", steps.at("loss")},
                         {"accuracy", number_or_null(steps.find("contrastive_accuracy"))},
                         {"candidates", nullptr},
                         {"count", steps.count}};
  if (const auto candidates = task.candidates()) more["contrastive"]["candidates"] = *candidates;
  more["unlabeled"] = {{"count", task.unlabeled().indices.size()},
                       {"stored", task.unlabeled().stored},
                       {"copies_of_test", nullptr}};
  if (const auto copies = task.unlabeled().copies_of_test) {
    more["unlabeled"]["copies_of_test"] = *copies;
  }
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

}  // namespace

Parts parts_of(const PretrainingOptions& options) {
  return {.test = options.split.validation == Validation::kTest,
          .unlabeled = options.unlabeled_batch_size > 0,
          .without_unlabeled = "--unlabeled-batch-size 0"};
}

void pretrain(RunInputs& inputs, PretrainingTask& task, const PretrainingOptions& options) {
  inputs.provenance.encoder = encoder_json(options.sized_encoder(), task.tap());
  const std::optional<double> random_knn = task.random_encoder_knn();
  PretextAlarm alarm(task.may_gather_in_one_place());
  train_run(inputs, task,
            {.selection = {.split = "validation", .metric = "knn_accuracy"},
             .validation = validation_name(options.split),
             .description = description_of(task, random_knn),
             .constants = constants_of(task, random_knn),
             .warning_after = [&](const auto& record) { return alarm.warning_after(record); }},
            [&](const auto&, Log&, const TrainState& state) {
              return pretraining_results(task, options, state, random_knn);
            });
}

}  // namespace stl10
