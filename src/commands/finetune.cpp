#include <cmath>

#include "stl10/base/error.h"
#include "stl10/commands/checkpoint_choice.h"
#include "stl10/commands/classifier_results.h"
#include "stl10/commands/commands.h"
#include "stl10/commands/finetune_config.h"
#include "stl10/commands/probe_results.h"
#include "stl10/commands/run.h"
#include "stl10/report/text.h"

namespace stl10 {
namespace {

/// Chooses the learning rate where there are several to choose from, and notes it in `config`. A
/// resumed run remembers what was chosen.
std::optional<Choice> chosen_rate(const Invocation& invocation, FinetuneConfig& config,
                                  const TaskInput& input, const PretrainedEncoder& pretrained) {
  if (config.task.learning_rates.empty()) return std::nullopt;
  if (!invocation.resume.empty()) {
    return choice_from_json(pretrained.checkpoint.provenance().choice);
  }
  Log log;
  const auto say = [&](const std::string& text) {
    if (!invocation.quiet && input.compute.group.leads()) log.info(text);
  };
  say("choosing among " + std::to_string(config.task.learning_rates.size()) +
      " learning rates by 5-fold cross-validation: each is trained five times");
  const Choice choice = choose_learning_rate(
      config.task, input, pretrained, config.run.epochs, [&](const Candidate& tried) {
        say("learning rate " + short_number(tried.value) +
            (std::isfinite(tried.loss) ? ": held-out accuracy " + percent(tried.accuracy)
                                       : ": diverged"));
      });
  config.task.learning_rate = choice.value;
  return choice;
}

FinalResults final_results(FinetuneTask& task, const FinetuneConfig& config, const TaskInput& input,
                           const PretrainedEncoder& pretrained, const std::filesystem::path& folder,
                           Log& log) {
  const int64_t classes = input.data.class_count();
  FinalResults results = classifier_results(task, classes);
  FinalMetrics& metrics = results.metrics;
  const std::vector<ProbeLabels>& labels = task.probe_labels();
  metrics.more["l2"] = nullptr;
  metrics.more["learning_rate"] = config.task.learning_rate;
  metrics.more["tap"] = std::string(name_of(pretrained.tap));
  metrics.more["random_init"] = config.task.random_init;
  add_knn(knn_results(task.features(), labels, classes, input.compute.device), metrics.test->count,
          metrics, log);
  if (config.task.no_floors) return results;
  const Judgement& test = task.judge_part(JudgedPart::kTest);
  const FloorRequest floors{
      .encoder = pretrained, .labels = labels, .class_weights = config.task.class_weights};
  add_floors(floors_for(folder, floors, input, log), test.predicted.eq(test.labels).to(at::kDouble),
             metrics, log);
  return results;
}

void check_freezing(const FinetuneConfig& config) {
  if (config.task.freeze_epochs <= config.run.epochs) return;
  throw ConfigError({"--freeze-epochs goes beyond the run",
                     "at most " + std::to_string(config.run.epochs) + ", which is --epochs",
                     std::to_string(config.task.freeze_epochs), "give fewer, or more --epochs"});
}

void run_finetune(const Invocation& invocation, const FinetuneConfig& given) {
  FinetuneConfig config = given;
  check_freezing(config);
  const CheckpointChoice chosen = encoder_or_newest(config.run.checkpoint);
  config.run.checkpoint = chosen.path;
  RunInputs run = open_run(invocation, config.run, to_json(config));
  const TaskInput input = run.input();
  run.start = run.resumed() ? Checkpoint(invocation.resume) : chosen.open(config.encoder);
  const PretrainedEncoder pretrained = read_pretrained(*run.start, config.task.tap);
  run.provenance.encoder = encoder_json(pretrained.options, pretrained.tap);
  const std::optional<Choice> choice = chosen_rate(invocation, config, input, pretrained);
  run.provenance.config = resolved_config(to_json(config), invocation.command);
  if (choice) run.provenance.choice = to_json(*choice);
  FinetuneTask task(config.task, input, pretrained, /*has_start=*/!run.resumed());
  if (!config.task.no_floors) {
    check_can_choose(task.probe_labels().front(), input.data, "--no-floors");
  }
  train_run(
      run, task,
      {.selection = {.split = "validation", .metric = "accuracy"},
       .validation = validation_name(config.task.split),
       .description =
           (config.task.random_init ? "new weights in the kind of encoder of " : "encoder of ") +
           describe(pretrained) + "; " + task.description(),
       .parent_role = config.task.random_init ? kEncoderLike : kBeganWith},
      [&](const std::filesystem::path& folder, Log& log, const TrainState&) {
        FinalResults results = final_results(task, config, input, pretrained, folder, log);
        if (choice)
          add_choice(*choice, "learning_rate", "accuracy in cross-validation", results.metrics);
        return results;
      });
}

}  // namespace

Command finetune_command() {
  return run_command("finetune",
                     "Train a pretrained encoder and a classifier on the labeled images",
                     run_finetune);
}

}  // namespace stl10
