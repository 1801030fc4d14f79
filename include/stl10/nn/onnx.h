#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "stl10/nn/network_graph.h"

namespace stl10 {

/// What a model file says beside its graph.
struct OnnxModel {
  int64_t side = 0;  ///< of the images, "image": float (N, 3, side, side) in [0, 1], any N
  std::vector<std::pair<std::string, int64_t>> outputs;  ///< name and features of each, (N, …)
  std::string version;                                   ///< of the program
  std::map<std::string, std::string> metadata;
};

/// The bytes of an ONNX file (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, opset 17).
std::string onnx_bytes(const NetworkGraph& graph, const OnnxModel& model);

}  // namespace stl10
