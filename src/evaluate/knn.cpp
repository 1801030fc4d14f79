#include "stl10/evaluate/knn.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <tuple>
#include <vector>

#include "stl10/base/unit_length.h"

namespace stl10 {

at::Tensor knn_classes(const FeatureBank& bank, const at::Tensor& queries, int64_t classes,
                       const KnnOptions& options) {
  constexpr int64_t kRows = 256;  // of queries at once
  TORCH_CHECK(bank.features.size(0) > 0 && bank.features.size(0) == bank.labels.size(0),
              "a bank needs features and as many labels");
  const at::NoGradGuard no_grad;
  const at::Tensor stored = unit_length(bank.features);
  const int64_t k = std::min(options.k, stored.size(0));
  std::vector<at::Tensor> predicted;
  for (const at::Tensor& block : unit_length(queries).split(kRows)) {
    const auto [cosine, place] = at::mm(block, stored.t()).topk(k, 1);  // (rows, k), nearest first
    // Relative to the nearest one, so that no temperature overflows.
    const at::Tensor weight =
        ((cosine - cosine.slice(1, 0, 1)).to(at::kDouble) / options.temperature).exp();
    const at::Tensor votes = at::zeros({block.size(0), classes}, weight.options());
    votes.scatter_add_(1, bank.labels.index({place}), weight);
    predicted.push_back(votes.argmax(1));
  }
  return at::cat(predicted);
}

double knn_accuracy(const FeatureBank& bank, const at::Tensor& queries, const at::Tensor& labels,
                    int64_t classes, const KnnOptions& options) {
  const at::Tensor predicted = knn_classes(bank, queries, classes, options);
  return predicted.eq(labels).to(at::kDouble).mean().item<double>();
}

}  // namespace stl10
