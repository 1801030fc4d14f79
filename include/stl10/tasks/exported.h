#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "stl10/nn/network_graph.h"
#include "stl10/tasks/pretrained.h"
#include "stl10/train/checkpoint.h"

namespace stl10 {

/// A trained network as other programs can compute it.
struct Exported {
  NetworkGraph graph;                                    ///< of "image"
  int64_t side = 0;                                      ///< of the images
  std::vector<std::pair<std::string, int64_t>> outputs;  ///< "features", "logits", "probabilities"
  std::map<std::string, std::string> metadata;           ///< what a user must know of it
};

/// The encoder of a checkpoint and, `with_classifier`, the head behind it.
/// @param tap as read_pretrained's; a classifier's is its head's. @throws UsageError where the
/// checkpoint holds no classifier, or one of another tap.
Exported exported(const Checkpoint& checkpoint, std::optional<Tap> tap, bool with_classifier);

/// The nodes as JSON: [{operation, inputs, output, attributes}].
Json to_json(const NetworkGraph& graph);

}  // namespace stl10
