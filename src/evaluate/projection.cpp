#include "stl10/evaluate/projection.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "stl10/base/interrupt.h"
#include "stl10/evaluate/distances.h"

namespace stl10 {
namespace {

constexpr double kExaggeration = 12;

/// A row of pⱼ|ᵢ with −Σ p log p = `entropy`, found by halving the range of 1/2σ².
/// @param squares squared distances to all points. @param self the row's own place.
void fill_row(const double* squares, int64_t count, int64_t self, double entropy, double* row) {
  constexpr int kHalvings = 100;
  constexpr double kClose = 1e-10;
  double nearest = INFINITY;
  for (int64_t j = 0; j < count; ++j) {
    if (j != self) nearest = std::min(nearest, squares[j]);
  }
  double beta = 1, low = 0, high = INFINITY;
  for (int i = 0; i < kHalvings; ++i) {
    double sum = 0, weighted = 0;
    for (int64_t j = 0; j < count; ++j) {
      const double above = squares[j] - nearest;  // the same p, without underflow of all
      row[j] = j == self ? 0 : std::exp(-beta * above);
      sum += row[j];
      weighted += row[j] * above;
    }
    const double found = std::log(sum) + beta * weighted / sum;
    for (int64_t j = 0; j < count; ++j) row[j] /= sum;
    if (std::abs(found - entropy) < kClose) return;
    (found > entropy ? low : high) = beta;
    beta = std::isinf(high) ? 2 * beta : (low + high) / 2;
    if (!std::isfinite(beta)) return;
  }
}

/// 1/(1 + ‖yᵢ − yⱼ‖²), 0 on the diagonal.
at::Tensor student_weights(const at::Tensor& y) {
  const at::Tensor squares = y.square().sum(1, /*keepdim=*/true);
  at::Tensor above_one = at::addmm(squares + squares.t(), y, y.t(), /*beta=*/1, /*alpha=*/-2);
  return above_one.clamp_min_(0).add_(1).reciprocal_().fill_diagonal_(0);
}

at::Tensor gradient_of(const at::Tensor& p, const at::Tensor& y, const at::Tensor& weights) {
  const at::Tensor pull = (weights / -weights.sum()).add_(p).mul_(weights);
  return 4 * (pull.sum(1, /*keepdim=*/true) * y - at::mm(pull, y));
}

}  // namespace

at::Tensor principal_plane(const at::Tensor& x) {
  constexpr double kRounding = 1e-10;  // of all variance: what float32 features have besides
  const at::Tensor wide = x.to(at::kDouble), centered = wide - wide.mean(0);
  const bool few = x.size(0) < x.size(1);  // then the points' products are the smaller matrix
  const auto [squares, vectors] =
      at::linalg_eigh(few ? at::mm(centered, centered.t()) : at::mm(centered.t(), centered));
  const double scale = std::max(wide.square().sum().item<double>(), 1e-300);
  at::Tensor plane = at::zeros({x.size(0), 2}, at::kDouble);
  for (int64_t axis = 0; axis < std::min<int64_t>(2, squares.size(0)); ++axis) {
    const int64_t place = squares.size(0) - 1 - axis;  // ascending
    const double square = squares[place].item<double>();
    if (square <= kRounding * scale) break;
    const at::Tensor vector = vectors.select(1, place);
    const at::Tensor along = few ? vector * std::sqrt(square) : at::mv(centered, vector);
    const double largest = along[along.abs().argmax()].item<double>();
    plane.select(1, axis).copy_(largest < 0 ? -along : along);
  }
  return plane;
}

at::Tensor neighbour_probabilities(const at::Tensor& x, double perplexity) {
  const int64_t count = x.size(0);
  TORCH_CHECK(perplexity >= 1 && perplexity < static_cast<double>(count),
              "perplexity must be at least 1 and below the number of points");
  at::Tensor conditional = at::empty({count, count}, at::kDouble);
  for_distance_blocks(x, [&](int64_t first, const at::Tensor& distances) {
    const at::Tensor squares = distances.square().contiguous();
    for (int64_t i = 0; i < squares.size(0); ++i) {
      fill_row(squares.data_ptr<double>() + i * count, count, first + i, std::log(perplexity),
               conditional.data_ptr<double>() + (first + i) * count);
    }
  });
  return (conditional + conditional.t()) / (2 * static_cast<double>(count));
}

TsneLoss tsne_loss(const at::Tensor& p, const at::Tensor& y) {
  const at::Tensor weights = student_weights(y), q = weights / weights.sum();
  return {at::xlogy(p, p / q.clamp_min(1e-300)).sum().item<double>(), gradient_of(p, y, weights)};
}

at::Tensor tsne(const at::Tensor& x, const TsneOptions& options) {
  const int64_t count = x.size(0);
  at::Tensor y = principal_plane(x);
  const double spread = y.select(1, 0).std(/*unbiased=*/false).item<double>();
  if (count < 4 || spread == 0) return y;
  const double most = static_cast<double>(count - 1) / 3;
  const at::Tensor p = neighbour_probabilities(x, std::min(options.perplexity, most));
  const double rate = std::max(static_cast<double>(count) / kExaggeration / 4, 50.0);
  const at::Tensor exaggerated = kExaggeration * p;
  y = y * (1e-4 / spread);
  at::Tensor velocity = at::zeros_like(y), gains = at::ones_like(y);
  for (int64_t step = 0; step < options.exaggerated + options.steps; ++step) {
    throw_if_interrupted();
    const bool early = step < options.exaggerated;
    const at::Tensor gradient = gradient_of(early ? exaggerated : p, y, student_weights(y));
    const at::Tensor turned = (velocity * gradient).lt(0);
    gains = at::where(turned, gains + 0.2, gains * 0.8).clamp_min_(0.01);
    velocity = (early ? 0.5 : 0.8) * velocity - rate * gains * gradient;
    y = y + velocity;
  }
  return y - y.mean(0);
}

}  // namespace stl10
