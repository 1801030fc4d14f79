#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <optional>

#include "stl10/augment/augmenter.h"
#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "stl10/base/log.h"
#include "stl10/commands/command_line.h"
#include "stl10/commands/commands.h"
#include "stl10/commands/supervised_options.h"
#include "stl10/commands/version.h"
#include "stl10/data/dataset.h"
#include "stl10/data/loader.h"
#include "stl10/data/splits.h"
#include "stl10/data/toy.h"
#include "stl10/evaluate/judge.h"
#include "stl10/loss/cross_entropy.h"
#include "stl10/report/metrics_file.h"
#include "stl10/report/summary.h"
#include "stl10/report/terminal.h"
#include "stl10/train/checkpoint.h"
#include "stl10/train/trainer.h"

namespace stl10 {
namespace {

constexpr char kCommand[] = "supervised";

/// Options, data and network of a run: all that is opened and checked before anything is written.
class SupervisedRun {
 public:
  explicit SupervisedRun(const SupervisedOptions& options)
      : options_(options),
        compute_(start_compute(options.compute)),
        data_(open_data(options)),
        split_(make_split(data_, options.split, seed())),
        loader_({.batch_size = options.batch_size, .steps_per_epoch = options.steps_per_epoch},
                split_.train, data_.train.labels, seed()),
        augmenter_(options.augment, seed()),
        plain_(augment_preset("none"), seed()),
        train_images_(to_device(data_.train.images(), compute_.device)),
        test_images_(to_device(data_.test.images(), compute_.device)),
        network_(make_network()),
        task_(make_task()) {}

  const Compute& compute() const { return compute_; }
  const Loader& loader() const { return loader_; }
  Task& task() { return task_; }
  Json environment_json() const { return environment(compute_, fingerprint(data_)); }
  int64_t classes() const { return data_.class_count(); }

  /// What the images that judge an epoch are called.
  std::string validation_name() const {
    if (options_.split.validation == Validation::kTest) return "test";
    return split_.held_out.empty() ? "none" : "held-out";
  }

  Judgement judge_train() { return judge_images(data_.train, train_images_, split_.train); }
  Judgement judge_test() {
    return judge_images(data_.test, test_images_, all_indices(data_.test.count()));
  }
  std::optional<Judgement> judge_validation() {
    if (options_.split.validation == Validation::kTest) return judge_test();
    if (split_.held_out.empty()) return std::nullopt;
    return judge_images(data_.train, train_images_, split_.held_out);
  }

 private:
  uint64_t seed() const { return static_cast<uint64_t>(options_.seed); }

  static Dataset open_data(const SupervisedOptions& options) {
    if (options.make_toy && !std::filesystem::exists(options.data_dir)) {
      write_toy(options.data_dir, {});
    }
    return open_dataset(options.data_dir);
  }

  Classifier make_network() const {
    InitStream init{.seed = seed()};
    Classifier network(options_.encoder, options_.head, classes(), init);
    network->to(compute_.device);
    return network;
  }

  Task make_task() {
    std::vector<NamedTensor> parameters;
    for (const auto& item : network_->named_parameters()) {
      parameters.emplace_back(item.key(), item.value());
    }
    return {.network = *network_,
            .optimizers = {{Optimizer(options_.optimizer, options_.learning_rate, parameters),
                            options_.schedule}},
            .prepare = [this](const Batch& batch) { return prepare(batch); },
            .step = [this](const PreparedBatch& batch) { return step(batch); },
            .validate = [this] { return validate(); }};
  }

  PreparedBatch prepare(const Batch& batch) const {
    return {augmenter_.views(
                train_images_.view, batch.labeled,
                {.source = ImageSource::kTrain, .epoch = static_cast<uint32_t>(batch.labeled_pass)},
                compute_.device, compute_.network_type),
            at::tensor(batch.labels, at::kLong).to(compute_.device)};
  }

  StepResult step(const PreparedBatch& batch) {
    at::Tensor logits;
    {
      const AutocastGuard autocast(compute_.device.type(), compute_.network_type);
      logits = network_(batch.images);
    }
    const at::Tensor loss = cross_entropy(logits, batch.labels, options_.label_smoothing);
    loss.backward();
    const int64_t count = batch.labels.size(0);
    const auto right = logits.detach().argmax(1).eq(batch.labels).sum().item<int64_t>();
    return {{{"loss", {loss.item<double>() * static_cast<double>(count), count}},
             {"accuracy", {static_cast<double>(right), count}}},
            count};
  }

  std::optional<Metrics> validate() {
    const std::optional<Judgement> judgement = judge_validation();
    if (!judgement) return std::nullopt;
    return to_metrics(*judgement);
  }

  Judgement judge_images(const ImageSet& images, const DeviceImages& stored,
                         const std::vector<int64_t>& indices) {
    network_->eval();
    return judge(
        [&](std::span<const int64_t> part) {
          const AutocastGuard autocast(compute_.device.type(), compute_.network_type);
          return network_(
              plain_.views(stored.view, part, {}, compute_.device, compute_.network_type));
        },
        indices, images.labels, classes());
  }

  SupervisedOptions options_;
  Compute compute_;
  Dataset data_;
  Split split_;
  Loader loader_;
  Augmenter augmenter_, plain_;
  DeviceImages train_images_, test_images_;
  Classifier network_;
  Task task_;
};

void run_supervised(const Invocation& invocation) {
  const auto options = resolve_options<SupervisedOptions>(invocation);
  check(options.augment);
  const bool resumed = !invocation.resume.empty();
  const std::filesystem::path folder = resumed ? std::filesystem::path(invocation.resume)
                                               : run_folder_path(options.output, kCommand);
  if (!resumed) check_run_folder(folder, invocation.overwrite);
  SupervisedRun run(options);
  const Json config = resolved_config(to_json(options), kCommand);
  TrainState state;
  if (resumed) state = load_checkpoint(folder / "last.safetensors", run.task());

  Log log;
  if (!resumed) {
    make_run_folder(folder, invocation.overwrite);
    save_json(folder / "config.json", config);
  }
  save_json(folder / "environment.json", run.environment_json());
  log.add_file(folder / "log.txt");
  log.note((resumed ? "resumed at epoch " + std::to_string(state.epoch + 1) : "started") + " on " +
           run.compute().device.str());
  MetricsFile metrics(folder, state.epoch);
  TerminalProgress progress(log, options.epochs, run.validation_name(), invocation.quiet);
  RunSummary summary(kCommand, folder, run.validation_name());
  try {
    state = train({.epochs = options.epochs, .folder = folder, .config = config.dump()},
                  run.loader(), run.task(), state, {&metrics, &progress});
  } catch (const Error& error) {
    log.note(error.what());
    summary.save_failure(error);
    throw;
  }
  const Judgement test = run.judge_test();
  std::string predictions = csv_header(run.classes()) + to_csv(test, "test");
  std::optional<Judgement> validation = run.judge_validation();
  if (validation && run.validation_name() != "test") {
    predictions += to_csv(*validation, "validation");
  }
  save_atomically(folder / "predictions.csv", predictions);
  summary.save_done(state, to_metrics(run.judge_train()),
                    validation ? std::optional(to_metrics(*validation)) : std::nullopt,
                    to_metrics(test));
  mark_latest(folder, kCommand);
  std::fputs(invocation.json ? summary.json_text().c_str() : summary.table().c_str(), stdout);
}

}  // namespace

void add_supervised(CLI::App& app) {
  const auto invocation = std::make_shared<Invocation>();
  invocation->command = kCommand;
  CLI::App* command =
      app.add_subcommand(kCommand, "Train the encoder and a classifier on the labeled images");
  add_run_flags(*command, *invocation);
  add_option_flags(*command, describe_fields(SupervisedOptions{}), invocation->flags);
  command->callback([invocation] { run_supervised(*invocation); });
}

}  // namespace stl10
