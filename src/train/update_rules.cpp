#include "stl10/train/update_rules.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

namespace stl10 {

at::Tensor lars_ratio(const at::Tensor& w, const at::Tensor& g, double decay, double trust) {
  const at::Tensor length = w.norm(), slope = g.norm();
  return at::where(length.gt(0).logical_and(slope.gt(0)), trust * length / (slope + decay * length),
                   1.0);
}

at::Tensor orthogonalized(const at::Tensor& m, int64_t steps) {
  constexpr double kFirst = 3.4445, kThird = -4.7750, kFifth = 2.0315, kShortest = 1e-7;
  const bool tall = m.size(0) > m.size(1);
  at::Tensor x = tall ? m.t() : m;  // the smaller of the two products
  x = x / x.norm().clamp_min(kShortest);
  for (int64_t step = 0; step < steps; ++step) {
    const at::Tensor square = at::mm(x, x.t());
    x = at::addmm(x, at::addmm(square, square, square, kThird, kFifth), x, kFirst);
  }
  return tall ? x.t() : x;
}

}  // namespace stl10
