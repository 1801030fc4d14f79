#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "stl10/base/safetensors.h"
#include "stl10/commands/checkpoint_choice.h"
#include "stl10/commands/commands.h"
#include "stl10/nn/onnx.h"
#include "stl10/tasks/exported.h"
#include "stl10/tasks/saved_classifier.h"

namespace stl10 {
namespace {

enum class ExportFormat { kSafetensors, kOnnx };
std::vector<std::string_view> enum_names(ExportFormat) { return {"safetensors", "onnx"}; }

/// The keys of `stl10 export`.
struct ExportOptions {
  std::optional<std::string> checkpoint;
  std::string output;
  ExportFormat format = ExportFormat::kSafetensors;
  std::optional<bool> classifier;
  std::optional<Tap> tap;
  bool overwrite = false;
};

template <class Visitor>
void visit_fields(ExportOptions& options, Visitor& field) {
  field("checkpoint", options.checkpoint,
        "run folder or file with an encoder; null: the newest run that has one");
  field("output", options.output, "the file to write");
  field("format", options.format,
        "safetensors: weights under PyTorch's names and the graph as JSON "
        "(scripts/load_exported.py); onnx: opset 17");
  field("classifier", options.classifier,
        "export logits and probabilities, too; null: where there is a classifier");
  field("tap", options.tap, "the encoder's features to export; null: those that its run judged by");
  field("overwrite", options.overwrite, "replace a file that is there");
}

void check_output_file(const ExportOptions& options) {
  if (options.output.empty()) {
    throw UsageError({"export needs a file to write", "--output FILE", "none", "name one"});
  }
  std::error_code ignored;
  if (std::filesystem::is_directory(options.output, ignored)) {
    throw IoError({"cannot write " + options.output, "a file", "a folder", "name a file in it"});
  }
  if (options.overwrite || !std::filesystem::exists(options.output, ignored)) return;
  throw UsageError({options.output + " is there already", "a new file", "",
                    "choose another name, or give --overwrite"});
}

void save(const ExportOptions& options, const Exported& network) {
  if (options.format == ExportFormat::kOnnx) {
    save_atomically(options.output, onnx_bytes(network.graph, {.side = network.side,
                                                               .outputs = network.outputs,
                                                               .version = STL10_VERSION,
                                                               .metadata = network.metadata}));
    return;
  }
  TensorFile file{network.graph.constants(), network.metadata};
  file.metadata["graph"] = to_json(network.graph).dump();
  save_safetensors(options.output, file);
}

Answer export_network(const ExportOptions& options) {
  check_output_file(options);
  const CheckpointChoice chosen =
      checkpoint_or_newest(options.checkpoint, holds_encoder, "an encoder", "simclr-pretrain");
  const Checkpoint checkpoint = chosen.open();
  const Exported network =
      exported(checkpoint, options.tap, options.classifier.value_or(holds_classifier(checkpoint)));
  save(options, network);
  Json outputs = Json::object();
  std::string text = options.output + ": " + network.metadata.at("kind") + " of " + chosen.path +
                     ", image (N, 3, " + std::to_string(network.side) + ", " +
                     std::to_string(network.side) + ") from 0 to 1 →";
  for (const auto& [name, features] : network.outputs) {
    outputs[name] = features;
    text += (outputs.size() == 1 ? " " : ", ") + name + " (N, " + std::to_string(features) + ")";
  }
  return {.json = {{"output", options.output},
                   {"format", std::string(name_of(options.format))},
                   {"checkpoint", chosen.path},
                   {"side", network.side},
                   {"tap", network.metadata.at("tap")},
                   {"outputs", outputs}},
          .text = text + "\n"};
}

}  // namespace

Command export_command() {
  return plain_command("export", "Write a network for other programs", export_network);
}

}  // namespace stl10
