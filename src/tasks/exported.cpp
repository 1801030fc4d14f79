#include "stl10/tasks/exported.h"

#include <ATen/Functions.h>

#include <variant>

#include "stl10/base/error.h"
#include "stl10/tasks/saved_classifier.h"

namespace stl10 {
namespace {

/// The first `count` of the outputs `x`.
std::string first_outputs(NetworkGraph& graph, const std::string& x, int64_t count) {
  const auto integer = [&](const char* name, int64_t value) {
    return graph.constant(name, at::tensor({value}, at::kLong));
  };
  return graph.add("Slice", {x, integer("classes.from", 0), integer("classes.to", count),
                             integer("classes.axis", 1)});
}

void add_head(const Checkpoint& checkpoint, Exported& result) {
  const std::vector<std::string>& names = checkpoint.provenance().class_names;
  const SavedClassifier saved = *load_classifier(checkpoint, names);
  const auto classes = static_cast<int64_t>(names.size());
  NetworkGraph& graph = result.graph;
  std::string logits = saved.network->head->add_to(graph, "head", "features");
  if (saved.network->head->weight.size(0) > classes) logits = first_outputs(graph, logits, classes);
  graph.name_output(logits, "logits");
  graph.name_output(graph.add("Softmax", {"logits"}, {{"axis", int64_t{1}}}), "probabilities");
  result.outputs.emplace_back("logits", classes);
  result.outputs.emplace_back("probabilities", classes);
}

void check_classifier(const Checkpoint& checkpoint, std::optional<Tap> tap, Tap of_head) {
  if (!holds_classifier(checkpoint)) {
    throw UsageError({checkpoint.file().string() + " holds no classifier",
                      "a run of supervised, finetune or linear-probe", "an encoder alone",
                      "export its features: --classifier false"});
  }
  if (!tap || *tap == of_head) return;
  throw UsageError({"the classifier takes the features " + std::string(name_of(of_head)),
                    "no other --tap", std::string(name_of(*tap)),
                    "leave out --tap, or export features alone: --classifier false"});
}

}  // namespace

Exported exported(const Checkpoint& checkpoint, std::optional<Tap> tap, bool with_classifier) {
  if (with_classifier) check_classifier(checkpoint, tap, read_pretrained(checkpoint, {}).tap);
  const PretrainedEncoder pretrained = read_pretrained(checkpoint, tap);
  const Encoder encoder = pretrained.load();
  Exported result{.side = pretrained.options.side};
  const std::string features = encoder->add_to(result.graph, "encoder.", "image", pretrained.tap);
  result.graph.name_output(features, "features");
  result.outputs.emplace_back("features", encoder->features(pretrained.tap));
  if (with_classifier) add_head(checkpoint, result);
  const Json encoder_options = encoder_json(pretrained.options, pretrained.tap);
  result.metadata = {{"format", "stl10-export-1"},
                     {"kind", std::string(name_of(pretrained.options.kind))},
                     {"architecture", encoder_options.dump()},
                     {"tap", std::string(name_of(pretrained.tap))},
                     {"input", "image: float32 (N, 3, side, side), R, G, B from 0 to 1"},
                     {"normalization", "none"},
                     {"side", std::to_string(pretrained.options.side)},
                     {"fit", checkpoint.provenance().fit},
                     {"class_names", Json(checkpoint.provenance().class_names).dump()}};
  return result;
}

Json to_json(const NetworkGraph& graph) {
  Json nodes = Json::array();
  for (const GraphNode& node : graph.nodes()) {
    Json attributes = Json::object();
    for (const auto& [name, value] : node.attributes) {
      std::visit([&, key = name](const auto& given) { attributes[key] = given; }, value);
    }
    nodes.push_back({{"operation", node.operation},
                     {"inputs", node.inputs},
                     {"output", node.output},
                     {"attributes", attributes}});
  }
  return nodes;
}

}  // namespace stl10
