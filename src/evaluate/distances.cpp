#include "stl10/evaluate/distances.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include "stl10/base/interrupt.h"

namespace stl10 {

void for_distance_blocks(const at::Tensor& x, const DistanceBlock& use) {
  constexpr int64_t kRows = 256;
  // Where a square is so much smaller than its terms, ‖a‖² + ‖b‖² − 2ab has lost half its digits.
  constexpr double kNear = 1e-7;
  const at::NoGradGuard no_grad;
  const at::Tensor points = x.to(at::kDouble);
  const at::Tensor centred = points - points.mean(0, /*keepdim=*/true);
  const at::Tensor norms = centred.square().sum(1);
  for (int64_t first = 0; first < points.size(0); first += kRows) {
    throw_if_interrupted();
    const at::Tensor rows = centred.slice(0, first, first + kRows);
    const at::Tensor sums = norms.slice(0, first, first + kRows).unsqueeze(1) + norms;
    at::Tensor squares = at::addmm(sums, rows, centred.t(), /*beta=*/1, /*alpha=*/-2);
    squares.diagonal(first).copy_(sums.diagonal(first));  // of a point and itself: not suspicious
    const bool near = squares.le(kNear * sums).any().item<bool>();
    at::Tensor distances =
        near ? at::cdist(points.slice(0, first, first + kRows), points, 2, /*compute_mode=*/2)
             : squares.sqrt_();
    distances.diagonal(first).zero_();
    use(first, distances);
  }
}

}  // namespace stl10
