#include "stl10/train/checkpoint.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>
#include <c10/util/StringUtil.h>

#include <algorithm>
#include <map>
#include <utility>

#include "stl10/base/error.h"

namespace stl10 {
namespace {

constexpr char kFormat[] = "stl10-checkpoint-3";
constexpr char kAnyFormat[] = "stl10-checkpoint-";
constexpr char kOptimizer[] = "optimizer.";
constexpr char kBeside[] = "beside.";

using TensorMap = std::map<std::string, at::Tensor>;

std::string optimizer_prefix(size_t index) { return kOptimizer + std::to_string(index) + "."; }

/// Parameters and buffers by name; the tensors share memory with the network.
TensorMap tensors_of(const torch::nn::Module& network) {
  TensorMap tensors;
  for (const auto& item : network.named_parameters()) tensors[item.key()] = item.value();
  for (const auto& item : network.named_buffers()) tensors[item.key()] = item.value();
  return tensors;
}

/// All that a checkpoint of `task` holds; shares memory with it.
TensorMap tensors_of(Task& task) {
  TensorMap tensors = tensors_of(task.network());
  for (size_t k = 0; k < task.optimizers().size(); ++k) {
    for (const auto& [name, tensor] : task.optimizers()[k].optimizer.state()) {
      tensors[optimizer_prefix(k) + name] = tensor;
    }
  }
  return tensors;
}

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& expected,
                         const std::string& found) {
  throw damaged(path.string(), expected, found, "use another checkpoint");
}

bool is_finite(const at::Tensor& tensor) {
  return !tensor.is_floating_point() || tensor.isfinite().all().item<bool>();
}

void check_finite(const std::filesystem::path& path, const TensorMap& tensors) {
  for (const auto& [name, tensor] : tensors) {
    if (is_finite(tensor)) continue;
    throw Diverged({path.string() + " is of a run that diverged", "finite weights",
                    "NaN or infinity in " + name, "name another checkpoint"});
  }
}

/// A sound checkpoint of this version: anything else is refused.
TensorFile load_checked(const std::filesystem::path& path) {
  TensorFile file = load_safetensors(path);
  const auto format = file.metadata.find("format");
  if (format == file.metadata.end() || !format->second.starts_with(kAnyFormat)) {
    throw DataError({path.string() + " is not a checkpoint of this program",
                     "metadata `format` " + std::string(kFormat),
                     format == file.metadata.end() ? "none" : format->second, "name another file"});
  }
  if (format->second != kFormat) {
    throw UsageError({path.string() + " was written by another version of stl10",
                      std::string("checkpoint format ") + kFormat, format->second,
                      "use the version that wrote it, or train again"});
  }
  if (!file.metadata.contains("sha256")) refuse(path, "metadata `sha256`", "none");
  check_finite(path, file.tensors);
  return file;
}

const std::string& metadata(const std::filesystem::path& path, const TensorFile& file,
                            const char* key) {
  const auto found = file.metadata.find(key);
  if (found == file.metadata.end()) refuse(path, std::string("metadata `") + key + "`", "none");
  return found->second;
}

/// Reads metadata as JSON by `read`; whatever doesn't fit is the file's fault.
template <class Read>
auto read_json(const std::filesystem::path& path, const TensorFile& file, const char* key,
               const Read& read) {
  const std::string text = metadata(path, file, key);
  try {
    return read(parse_json(text, key));
  } catch (const Json::exception& error) {
    refuse(path, std::string("sound metadata `") + key + "`", error.what());
  } catch (const ConfigError& error) {
    refuse(path, std::string("sound metadata `") + key + "`", error.what());
  }
}

/// Metadata that not every checkpoint has: null where it is missing.
Json optional_json(const std::filesystem::path& path, const TensorFile& file, const char* key) {
  if (!file.metadata.contains(key)) return nullptr;
  return read_json(path, file, key, [](const Json& json) { return json; });
}

[[noreturn]] void does_not_fit(const std::filesystem::path& path, const std::string& expected,
                               const std::string& found) {
  throw UsageError({path.string() + " doesn't fit this network", expected, found,
                    "use the options of the run that wrote it"});
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::string shape_text(const at::Tensor& tensor) {
  return c10::str(tensor.scalar_type(), " ", tensor.sizes());
}

/// Copies `saved` into `tensors`: the same names, the same shapes, nothing missing, nothing left.
void copy_exactly(const std::filesystem::path& path, const TensorMap& saved, TensorMap& tensors) {
  const at::NoGradGuard no_grad;
  for (const auto& [name, tensor] : tensors) {
    const auto found = saved.find(name);
    const std::string expected = name + " " + shape_text(tensor);
    if (found == saved.end()) does_not_fit(path, expected, "none");
    if (found->second.sizes() != tensor.sizes() || found->second.dtype() != tensor.dtype()) {
      does_not_fit(path, expected, shape_text(found->second));
    }
  }
  for (const auto& [name, tensor] : saved) {
    if (!tensors.contains(name)) does_not_fit(path, "no tensor " + name, shape_text(tensor));
  }
  for (auto& [name, tensor] : tensors) tensor.copy_(saved.at(name));
}

TensorMap without(const std::string& prefix, TensorMap tensors) {
  std::erase_if(tensors, [&](const auto& item) { return item.first.starts_with(prefix); });
  return tensors;
}

Provenance provenance_of(const std::filesystem::path& path, const TensorFile& file) {
  return {.command = metadata(path, file, "command"),
          .config = read_json(path, file, "config", [](const Json& json) { return json; }),
          .class_names =
              read_json(path, file, "class_names",
                        [](const Json& json) { return json.get<std::vector<std::string>>(); }),
          .data = metadata(path, file, "data"),
          .precision = metadata(path, file, "precision"),
          .instruction_set = metadata(path, file, "instruction_set"),
          .encoder = optional_json(path, file, "encoder"),
          .device = file.metadata.contains("device") ? metadata(path, file, "device") : "",
          .threads = file.metadata.contains("threads")
                         ? read_json(path, file, "threads",
                                     [](const Json& json) { return json.get<int64_t>(); })
                         : 0,
          .choice = optional_json(path, file, "choice"),
          .fit = file.metadata.contains("fit") ? metadata(path, file, "fit") : Provenance{}.fit};
}

std::vector<int64_t> steps_of(const std::filesystem::path& path, const Json& json, size_t count) {
  const auto steps = json.get<std::vector<int64_t>>();
  const bool sound = steps.size() == count &&
                     std::all_of(steps.begin(), steps.end(), [](int64_t n) { return n >= 0; });
  if (!sound)
    refuse(path, "`step` of each of " + std::to_string(count) + " optimizers", shown(json));
  return steps;
}

void save(const std::filesystem::path& path, const TensorMap& tensors, const Json& steps,
          const TrainState& state, const Provenance& provenance) {
  TensorFile file{tensors,
                  {{"format", kFormat},
                   {"command", provenance.command},
                   {"config", provenance.config.dump()},
                   {"class_names", Json(provenance.class_names).dump()},
                   {"data", provenance.data},
                   {"precision", provenance.precision},
                   {"instruction_set", provenance.instruction_set},
                   {"device", provenance.device},
                   {"threads", std::to_string(provenance.threads)},
                   {"step", steps.dump()},
                   {"state", to_json(state).dump()}}};
  if (!provenance.encoder.is_null()) file.metadata["encoder"] = provenance.encoder.dump();
  if (!provenance.choice.is_null()) file.metadata["choice"] = provenance.choice.dump();
  if (provenance.fit != Provenance{}.fit) file.metadata["fit"] = provenance.fit;
  save_safetensors(path, file);
}

}  // namespace

std::filesystem::path checkpoint_file(const std::filesystem::path& path) {
  return std::filesystem::is_directory(path) ? path / kLastCheckpoint : path;
}

std::string first_not_finite(Task& task) {
  for (const auto& [name, tensor] : tensors_of(task)) {
    if (!is_finite(tensor)) return name;
  }
  return "";
}

void save_checkpoint(const std::filesystem::path& path, Task& task, const TrainState& state,
                     const Provenance& provenance) {
  Json steps = Json::array();
  for (const ScheduledOptimizer& entry : task.optimizers())
    steps.push_back(entry.optimizer.steps());
  save(path, tensors_of(task), steps, state, provenance);
}

void save_weights(const std::filesystem::path& path, const torch::nn::Module& network,
                  const Provenance& provenance) {
  save(path, tensors_of(network), Json::array(), {}, provenance);
}

void add_beside(const std::filesystem::path& path, const TensorMap& tensors) {
  TensorFile file = load_checked(path);
  file.metadata.erase("sha256");  // of the file as it was
  for (const auto& [name, tensor] : tensors) file.tensors[kBeside + name] = tensor;
  save_safetensors(path, file);
}

Checkpoint::Checkpoint(const std::filesystem::path& path) {
  const std::filesystem::path file = checkpoint_file(path);
  TensorFile tensors = load_checked(file);
  Provenance provenance = provenance_of(file, tensors);
  content_ = std::make_shared<Content>(Content{file, std::move(tensors), std::move(provenance)});
}

Checkpoint::Checkpoint(const std::filesystem::path& path, TensorMap tensors,
                       const Provenance& provenance) {
  check_finite(path, tensors);
  content_ = std::make_shared<Content>(Content{path, {std::move(tensors), {}}, provenance});
}

std::vector<int64_t> Checkpoint::sizes_of(const std::string& name) const {
  const TensorMap& tensors = content_->tensors.tensors;
  const auto found = tensors.find(name);
  return found == tensors.end() ? std::vector<int64_t>{} : found->second.sizes().vec();
}

at::Tensor Checkpoint::beside(const std::string& name) const {
  const TensorMap& tensors = content_->tensors.tensors;
  const auto found = tensors.find(kBeside + name);
  return found == tensors.end() ? at::Tensor() : found->second;
}

TrainState Checkpoint::restore(Task& task) const {
  const TensorFile& saved = content_->tensors;
  std::vector<ScheduledOptimizer>& optimizers = task.optimizers();
  const std::vector<int64_t> steps = read_json(file(), saved, "step", [&](const Json& json) {
    return steps_of(file(), json, optimizers.size());
  });
  TrainState state = read_json(file(), saved, "state", train_state_from_json);
  if (state.epoch < 0 || state.step < 0)
    refuse(file(), "counts of epochs and steps", "negative ones");
  TensorMap tensors = tensors_of(task);
  copy_exactly(file(), without(kBeside, saved.tensors), tensors);
  for (size_t k = 0; k < optimizers.size(); ++k) optimizers[k].optimizer.set_steps(steps[k]);
  return state;
}

void Checkpoint::load_into(torch::nn::Module& network) const {
  TensorMap tensors = tensors_of(network);
  copy_exactly(file(), without(kOptimizer, without(kBeside, content_->tensors.tensors)), tensors);
}

TensorMap Checkpoint::part_of(const std::string& part) const {
  TensorMap tensors;
  for (const auto& [name, tensor] : content_->tensors.tensors) {
    if (name.starts_with(part + ".")) tensors[name] = tensor;
  }
  return tensors;
}

bool Checkpoint::has_names_of(const std::string& part, const torch::nn::Module& network) const {
  const TensorMap saved = part_of(part), tensors = tensors_of(network);
  return saved.size() == tensors.size() &&
         std::all_of(tensors.begin(), tensors.end(),
                     [&](const auto& item) { return saved.contains(part + "." + item.first); });
}

void Checkpoint::load_part_into(const std::string& part, torch::nn::Module& network) const {
  TensorMap tensors;
  for (const auto& [name, tensor] : tensors_of(network)) tensors[part + "." + name] = tensor;
  copy_exactly(file(), part_of(part), tensors);
}

void check_classes(const Checkpoint& checkpoint, const std::vector<std::string>& present,
                   const std::string& next) {
  const std::vector<std::string>& saved = checkpoint.provenance().class_names;
  if (saved == present) return;
  throw UsageError({checkpoint.file().string() + " was trained on other classes", joined(present),
                    joined(saved), next});
}

}  // namespace stl10
