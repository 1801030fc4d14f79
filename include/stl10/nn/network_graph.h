#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace stl10 {

/// A node's setting: ONNX's attributes of these types.
using GraphAttribute = std::variant<int64_t, double, std::vector<int64_t>>;

/// An operation of ONNX (opset 17, https://onnx.ai/onnx/operators): by its name, of named values.
struct GraphNode {
  std::string operation;
  std::vector<std::string> inputs;
  std::string output;
  std::map<std::string, GraphAttribute> attributes;
};

/// What a network computes in evaluation mode, in fp32, as other programs can repeat it: nodes in
/// an order in which each one's inputs are known. How our own operations are fused is not seen.
class NetworkGraph {
 public:
  /// Adds a node. @return the name of its value.
  std::string add(const std::string& operation, const std::vector<std::string>& inputs,
                  std::map<std::string, GraphAttribute> attributes = {});

  /// Adds a constant; float, or int64 where the operation asks for it. @return `name`.
  std::string constant(const std::string& name, const at::Tensor& value);

  /// Names a value that leaves the network; by default its node gave it another name.
  void name_output(const std::string& value, const std::string& name);

  const std::vector<GraphNode>& nodes() const { return nodes_; }
  const std::map<std::string, at::Tensor>& constants() const { return constants_; }

 private:
  std::vector<GraphNode> nodes_;
  std::map<std::string, at::Tensor> constants_;
};

/// Nodes that several kinds of encoders are made of. x is the name of maps (N, C, H, W).
namespace graph {

/// Averages of rows and columns → (N, C).
std::string mean_of_map(NetworkGraph& graph, const std::string& x);

/// → (N, H·W·C), ordered (row, column, channel).
std::string flat_map(NetworkGraph& graph, const std::string& x);

/// `quadrant_means` (nn/quadrants.h) of maps of this side.
std::string quadrant_means(NetworkGraph& graph, const std::string& x, int64_t side);

/// Joins (N, …) along the features.
std::string joined(NetworkGraph& graph, const std::vector<std::string>& parts);

}  // namespace graph
}  // namespace stl10
