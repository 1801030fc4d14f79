#include "stl10/evaluate/neighbour_graph.h"

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <limits>
#include <tuple>

#include "stl10/evaluate/distances.h"

namespace stl10 {

NearestPoints nearest_points(const at::Tensor& x, int64_t k) {
  TORCH_CHECK(x.size(0) >= 2 && k >= 1, "neighbours need two points and a k");
  k = std::min(k, x.size(0) - 1);
  std::vector<at::Tensor> places, distances;
  for_distance_blocks(x, [&](int64_t first, const at::Tensor& block) {
    at::Tensor others = block.clone();
    others.diagonal(first).fill_(std::numeric_limits<double>::infinity());
    const auto nearest = others.topk(k, 1, /*largest=*/false);
    distances.push_back(std::get<0>(nearest));
    places.push_back(std::get<1>(nearest));
  });
  return {at::cat(places), at::cat(distances)};
}

Graph neighbour_graph(const NearestPoints& nearest, int64_t k) {
  TORCH_CHECK(k >= 1, "a graph of neighbours needs a k");
  k = std::min(k, nearest.places.size(1));
  const auto n = static_cast<size_t>(nearest.places.size(0));
  const auto places = nearest.places.accessor<int64_t, 2>();
  std::vector<std::vector<int64_t>> edges(n);
  for (size_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < k; ++j) {
      const int64_t other = places[static_cast<int64_t>(i)][j];
      edges[i].push_back(other);
      edges[static_cast<size_t>(other)].push_back(static_cast<int64_t>(i));
    }
  }
  Graph graph;
  for (std::vector<int64_t>& of_node : edges) {
    std::sort(of_node.begin(), of_node.end());
    of_node.erase(std::unique(of_node.begin(), of_node.end()), of_node.end());
    graph.targets.insert(graph.targets.end(), of_node.begin(), of_node.end());
    graph.begin.push_back(static_cast<int64_t>(graph.targets.size()));
  }
  graph.weights.assign(graph.targets.size(), 1.0);
  return graph;
}

}  // namespace stl10
