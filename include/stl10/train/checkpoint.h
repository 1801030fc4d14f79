#pragma once

#include <torch/nn/module.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "stl10/base/options_json.h"
#include "stl10/base/safetensors.h"
#include "stl10/train/task.h"

namespace stl10 {

/// What a checkpoint says of the run that wrote it: all that later commands need beside its
/// tensors.
struct Provenance {
  std::string command;
  Json config = Json::object();          ///< resolved
  std::vector<std::string> class_names;  ///< label k is class_names[k]
  std::string data;                      ///< fingerprint of the data set
  std::string precision;                 ///< "fp32" or "bf16"
  std::string instruction_set;           ///< "avx2", …
  Json encoder;              ///< what the encoder is; null where the config alone says it
  std::string device;        ///< "cpu", "cuda:0"; empty in files that don't say it
  int64_t threads = 0;       ///< 0 in files that don't say it
  Json choice;               ///< what was chosen before the training, and among what; else null
  std::string fit = "crop";  ///< how pictures that aren't square are fitted (data/fit.h)
};

/// What a run folder's checkpoints are called: the newest state, and that of the best epoch.
inline constexpr char kLastCheckpoint[] = "last.safetensors";
inline constexpr char kBestCheckpoint[] = "best.safetensors";

/// The checkpoint that `path` names: the file itself, or last.safetensors of a run folder.
std::filesystem::path checkpoint_file(const std::filesystem::path& path);

/// Writes weights, buffers, optimizer state ("optimizer.<k>.…") and `state` in one safetensors file
/// whose metadata holds the provenance and the steps of each optimizer. @throws IoError.
void save_checkpoint(const std::filesystem::path& path, Task& task, const TrainState& state,
                     const Provenance& provenance);

/// The same for a network that no optimizer trains: its weights and buffers. @throws IoError.
void save_weights(const std::filesystem::path& path, const torch::nn::Module& network,
                  const Provenance& provenance);

/// Adds tensors to a checkpoint that is there, beside what it is restored from: what its command
/// has made of the final weights. @throws as Checkpoint, and IoError.
void add_beside(const std::filesystem::path& path,
                const std::map<std::string, at::Tensor>& tensors);

/// The name of the first weight, buffer or optimizer state that holds NaN or infinity, or nothing.
std::string first_not_finite(Task& task);

/// A checkpoint that has been read, checked and hashed: the file isn't looked at again. Copies
/// share what it holds.
class Checkpoint {
 public:
  /// @param path a file, or a run folder. @throws IoError where it can't be read, DataError where
  /// it is damaged or isn't a checkpoint, Diverged where it holds NaN or infinity, UsageError where
  /// it is of another version.
  explicit Checkpoint(const std::filesystem::path& path);

  /// What a file of another kind holds, as if it were a checkpoint. @throws Diverged where that is
  /// NaN or infinity.
  Checkpoint(const std::filesystem::path& path, std::map<std::string, at::Tensor> tensors,
             const Provenance& provenance);

  const std::filesystem::path& file() const { return content_->file; }

  /// What it says of its run.
  const Provenance& provenance() const { return content_->provenance; }

  /// The sizes of a tensor; empty where it holds none of this name.
  std::vector<int64_t> sizes_of(const std::string& name) const;

  /// What `add_beside` has added under this name; undefined where there is none.
  at::Tensor beside(const std::string& name) const;

  /// Whether it holds tensors "<part>.…".
  bool has(const std::string& part) const { return !part_of(part).empty(); }

  /// Whether its tensors "<part>.…" have the names of the network's weights and buffers.
  bool has_names_of(const std::string& part, const torch::nn::Module& network) const;

  /// Sets the task's weights, buffers and optimizers and returns where it stood. @throws UsageError
  /// where its tensors are not exactly the task's.
  TrainState restore(Task& task) const;

  /// Sets the weights and buffers of `network` alone; the rest is left aside. @throws as restore.
  void load_into(torch::nn::Module& network) const;

  /// Sets a network from the tensors "<part>.…" alone, exactly. @throws as restore.
  void load_part_into(const std::string& part, torch::nn::Module& network) const;

 private:
  struct Content {
    std::filesystem::path file;
    TensorFile tensors;
    Provenance provenance;
  };
  /// The tensors "<part>.…" under these names; they share memory with the file's.
  std::map<std::string, at::Tensor> part_of(const std::string& part) const;

  std::shared_ptr<const Content> content_;
};

/// @throws UsageError where a checkpoint's classes are not those of the present data; `next` says
/// what to do then.
void check_classes(const Checkpoint& checkpoint, const std::vector<std::string>& present,
                   const std::string& next);

}  // namespace stl10
