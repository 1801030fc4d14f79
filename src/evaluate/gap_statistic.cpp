#include "stl10/evaluate/gap_statistic.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <cmath>

#include "stl10/base/philox.h"

namespace stl10 {
namespace {

/// float (rows, columns); a row is a function of seed, number and its place.
at::Tensor normals(int64_t rows, int64_t columns, uint64_t seed, uint32_t number) {
  at::Tensor values = at::empty({rows, columns + columns % 2}, at::kFloat);
  float* value = values.data_ptr<float>();
  const int64_t width = values.size(1);
  at::parallel_for(0, rows, 1, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      // The bootstrap of the data's own distribution has epoch 0.
      Philox draws(seed, {.purpose = Purpose::kBootstrap,
                          .epoch = number + 1,
                          .sample = static_cast<uint32_t>(row)});
      for (float* pair = value + row * width; pair < value + (row + 1) * width; pair += 2) {
        const uint32_t first = draws.bits();
        normal_pair(first, draws.bits(), pair, pair + 1);
      }
    }
  });
  return values.slice(1, 0, columns);
}

}  // namespace

at::Tensor gaussian_like(const at::Tensor& x, uint64_t seed, uint32_t number) {
  const int64_t n = x.size(0);
  const at::Tensor mean = x.mean(0, /*keepdim=*/true);
  const at::Tensor mix = normals(n, n, seed, number).to(x.scalar_type());
  return mean + at::mm(mix, x - mean) / std::sqrt(static_cast<double>(n));
}

GapStatistic gap_statistic(const std::vector<double>& inertias,
                           const std::vector<std::vector<double>>& clouds) {
  GapStatistic result;
  const auto references = static_cast<double>(clouds.size());
  for (size_t k = 0; k < inertias.size(); ++k) {
    double sum = 0, squares = 0;
    for (const std::vector<double>& cloud : clouds) sum += std::log(cloud[k]);
    for (const std::vector<double>& cloud : clouds) {
      squares += std::pow(std::log(cloud[k]) - sum / references, 2);
    }
    result.gap.push_back(sum / references - std::log(inertias[k]));
    result.error.push_back(std::sqrt((1 + 1 / references) * squares / references));
  }
  const auto largest = std::max_element(result.gap.begin(), result.gap.end());
  const double enough = *largest - result.error[static_cast<size_t>(largest - result.gap.begin())];
  const auto first =
      std::find_if(result.gap.begin(), largest, [&](double gap) { return gap >= enough; });
  result.clusters = first - result.gap.begin() + 1;
  return result;
}

}  // namespace stl10
