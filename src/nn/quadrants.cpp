#include "stl10/nn/quadrants.h"

#include <ATen/Functions.h>

#include <vector>

namespace stl10 {

at::Tensor quadrant_means(const at::Tensor& map) {
  const int64_t side = map.size(2), half = (side + 1) / 2;
  if (side == 1) return map.flatten(1);
  std::vector<at::Tensor> means;
  for (const int64_t row : {int64_t{0}, side - half}) {
    for (const int64_t column : {int64_t{0}, side - half}) {
      means.push_back(map.narrow(2, row, half).narrow(3, column, half).mean({2, 3}));
    }
  }
  return at::cat(means, 1);
}

}  // namespace stl10
