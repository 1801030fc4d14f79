#include "stl10/nn/network_graph.h"

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include <algorithm>

namespace stl10 {

std::string NetworkGraph::add(const std::string& operation, const std::vector<std::string>& inputs,
                              std::map<std::string, GraphAttribute> attributes) {
  nodes_.push_back(
      {operation, inputs, operation + std::to_string(nodes_.size() + 1), std::move(attributes)});
  return nodes_.back().output;
}

std::string NetworkGraph::constant(const std::string& name, const at::Tensor& value) {
  const bool is_new = constants_.emplace(name, value.detach().to(at::kCPU).contiguous()).second;
  TORCH_CHECK(is_new, "two constants are called ", name);
  return name;
}

void NetworkGraph::name_output(const std::string& value, const std::string& name) {
  for (GraphNode& node : nodes_) {
    if (node.output == value) node.output = name;
    std::replace(node.inputs.begin(), node.inputs.end(), value, name);
  }
}

namespace graph {

std::string mean_of_map(NetworkGraph& graph, const std::string& x) {
  return graph.add("ReduceMean", {x},
                   {{"axes", std::vector<int64_t>{2, 3}}, {"keepdims", int64_t{0}}});
}

std::string flat_map(NetworkGraph& graph, const std::string& x) {
  const std::string rows =
      graph.add("Transpose", {x}, {{"perm", std::vector<int64_t>{0, 2, 3, 1}}});
  return graph.add("Flatten", {rows}, {{"axis", int64_t{1}}});
}

std::string quadrant_means(NetworkGraph& graph, const std::string& x, int64_t side) {
  if (side == 1) return graph.add("Flatten", {x}, {{"axis", int64_t{1}}});
  const int64_t half = (side + 1) / 2;
  const auto integers = [&](const std::string& name, const std::vector<int64_t>& values) {
    return graph.constant(x + "." + name, at::tensor(values, at::kLong));
  };
  const std::string axes = integers("axes", {2, 3});
  std::vector<std::string> means;
  for (const int64_t row : {int64_t{0}, side - half}) {
    for (const int64_t column : {int64_t{0}, side - half}) {
      const std::string number = std::to_string(means.size());
      means.push_back(mean_of_map(
          graph, graph.add("Slice", {x, integers("from" + number, {row, column}),
                                     integers("to" + number, {row + half, column + half}), axes})));
    }
  }
  return joined(graph, means);
}

std::string joined(NetworkGraph& graph, const std::vector<std::string>& parts) {
  return graph.add("Concat", parts, {{"axis", int64_t{1}}});
}

}  // namespace graph
}  // namespace stl10
