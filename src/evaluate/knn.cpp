#include "stl10/evaluate/knn.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <iterator>
#include <tuple>
#include <vector>

#include "stl10/base/unit_length.h"

namespace stl10 {

Neighbours nearest_neighbours(const LabeledFeatures& bank, const at::Tensor& queries, int64_t k) {
  const int64_t rows = queries.is_cpu() ? 256 : 4096;  // of queries at once
  TORCH_CHECK(bank.x.size(0) > 0 && bank.x.size(0) == bank.labels.size(0),
              "a bank needs features and as many labels");
  const at::NoGradGuard no_grad;
  const at::Tensor stored = unit_length(bank.x);
  k = std::min(k, stored.size(0));
  std::vector<at::Tensor> cosines, places;
  for (const at::Tensor& block : unit_length(queries).split(rows)) {
    const auto [cosine, place] = at::mm(block, stored.t()).topk(k, 1);  // sorted
    cosines.push_back(cosine);
    places.push_back(place);
  }
  return {at::cat(cosines).to(at::kCPU), bank.labels.index({at::cat(places).to(at::kCPU)})};
}

at::Tensor vote(const Neighbours& neighbours, int64_t classes, const KnnOptions& options) {
  const at::NoGradGuard no_grad;
  const at::Tensor cosine = neighbours.cosine.slice(1, 0, options.k);
  // Relative to the nearest one, so that no temperature overflows.
  const at::Tensor weight =
      ((cosine - cosine.slice(1, 0, 1)).to(at::kDouble) / options.temperature).exp();
  const at::Tensor votes = at::zeros({cosine.size(0), classes}, weight.options());
  return votes.scatter_add_(1, neighbours.labels.slice(1, 0, options.k), weight).argmax(1);
}

at::Tensor knn_classes(const LabeledFeatures& bank, const at::Tensor& queries, int64_t classes,
                       const KnnOptions& options) {
  return vote(nearest_neighbours(bank, queries, options.k), classes, options);
}

double knn_accuracy(const LabeledFeatures& bank, const at::Tensor& queries,
                    const at::Tensor& labels, int64_t classes, const KnnOptions& options) {
  const at::Tensor predicted = knn_classes(bank, queries, classes, options);
  return predicted.eq(labels).to(at::kDouble).mean().item<double>();
}

std::vector<KnnResult> knn_grid(const LabeledFeatures& bank, const at::Tensor& queries,
                                const at::Tensor& labels, int64_t classes) {
  constexpr int64_t kNeighbours[] = {1, 5, 10, 20, 50, 100, 200};
  const Neighbours nearest = nearest_neighbours(bank, queries, *std::rbegin(kNeighbours));
  std::vector<KnnResult> grid;
  for (const int64_t k : kNeighbours) {
    for (const double temperature : {0.02, 0.07, 0.1, 0.5}) {
      const KnnOptions options{.k = k, .temperature = temperature};
      const at::Tensor right = vote(nearest, classes, options).eq(labels);
      grid.push_back({.asked = options,
                      .k = std::min(k, bank.labels.numel()),
                      .accuracy = right.to(at::kDouble).mean().item<double>()});
    }
  }
  return grid;
}

}  // namespace stl10
