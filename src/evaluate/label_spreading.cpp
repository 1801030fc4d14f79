#include "stl10/evaluate/label_spreading.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "stl10/base/interrupt.h"

namespace stl10 {
namespace {

/// I − alpha·S.
class Operator {
 public:
  Operator(const Graph& graph, double alpha) : graph_(graph), factors_(graph.weights) {
    const auto n = static_cast<size_t>(graph.nodes());
    std::vector<double> roots(n);
    for (size_t i = 0; i < n; ++i) {
      double sum = 0;
      for (int64_t e = graph.begin[i]; e < graph.begin[i + 1]; ++e) {
        sum += graph.weights[static_cast<size_t>(e)];
      }
      roots[i] = sum > 0 ? 1 / std::sqrt(sum) : 0;
    }
    for (size_t i = 0; i < n; ++i) {
      for (int64_t e = graph.begin[i]; e < graph.begin[i + 1]; ++e) {
        const auto edge = static_cast<size_t>(e);
        factors_[edge] *= alpha * roots[i] * roots[static_cast<size_t>(graph.targets[edge])];
      }
    }
  }

  /// @param x contiguous double (N, K).
  at::Tensor times(const at::Tensor& x) const {
    at::Tensor y = x.clone();
    const int64_t columns = x.size(1);
    const double* in = x.data_ptr<double>();
    double* out = y.data_ptr<double>();
    at::parallel_for(0, graph_.nodes(), 256, [&](int64_t first, int64_t last) {
      for (int64_t i = first; i < last; ++i) {
        for (int64_t e = graph_.begin[static_cast<size_t>(i)];
             e < graph_.begin[static_cast<size_t>(i) + 1]; ++e) {
          const double factor = factors_[static_cast<size_t>(e)];
          const double* source = in + graph_.targets[static_cast<size_t>(e)] * columns;
          for (int64_t k = 0; k < columns; ++k) out[i * columns + k] -= factor * source[k];
        }
      }
    });
    return y;
  }

 private:
  const Graph& graph_;
  std::vector<double> factors_;  ///< alpha·S of each edge
};

at::Tensor one_hot_of(const at::Tensor& labels, int64_t classes) {
  const at::Tensor given = labels.ge(0);
  return at::one_hot(labels.clamp_min(0), classes).to(at::kDouble) * given.unsqueeze(1);
}

/// a/b, and 0 where b is 0: of columns that are solved.
at::Tensor ratio(const at::Tensor& a, const at::Tensor& b) {
  return at::where(b.gt(0), a / b.clamp_min(1e-300), 0.0);
}

}  // namespace

at::Tensor spread_labels(const Graph& graph, const at::Tensor& labels, int64_t classes,
                         double alpha) {
  constexpr double kTolerance = 1e-10;
  TORCH_CHECK(labels.numel() == graph.nodes(), "a label, or -1, for each node");
  TORCH_CHECK(alpha > 0 && alpha < 1, "alpha must be between 0 and 1");
  const Operator a(graph, alpha);
  const at::Tensor y = one_hot_of(labels, classes);
  const double bound = kTolerance * kTolerance * std::max(1.0, y.sum().item<double>());
  at::Tensor f = at::zeros_like(y), residual = y.clone(), direction = residual.clone();
  at::Tensor squares = residual.square().sum(0);  // of each class
  // The condition number is at most (1 + alpha)/(1 − alpha): it ends long before this.
  for (int64_t round = 0; round < 10 * graph.nodes() + 1000; ++round) {
    throw_if_interrupted();
    if (squares.sum().item<double>() <= bound) break;
    const at::Tensor product = a.times(direction);
    const at::Tensor step = ratio(squares, (direction * product).sum(0));
    f += step * direction;
    residual -= step * product;
    const at::Tensor next = residual.square().sum(0);
    direction = residual + ratio(next, squares) * direction;
    squares = next;
  }
  return (1 - alpha) * f;
}

at::Tensor spread_probabilities(const at::Tensor& spread, const at::Tensor& labels) {
  const at::Tensor given = one_hot_of(labels, spread.size(1)).sum(0);
  const at::Tensor positive = spread.clamp_min(0), sums = positive.sum(1, /*keepdim=*/true);
  return at::where(sums.gt(0), positive / sums.clamp_min(1e-300), given / given.sum());
}

}  // namespace stl10
