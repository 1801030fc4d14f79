// Seconds of a tuned logistic regression, from the features to the refitted model:
// `probe_bench [images]`.

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "stl10/base/device.h"
#include "stl10/base/philox.h"
#include "stl10/evaluate/l2_path.h"

namespace stl10 {
namespace {

constexpr int64_t kClasses = 10;

at::Tensor normals(int64_t rows, int64_t columns, uint32_t sample) {
  at::Tensor values = at::empty({rows, columns}, at::kFloat);
  Philox random(1, {.purpose = Purpose::kToy, .sample = sample});
  for (int64_t i = 0; i < values.numel(); ++i) {
    const uint32_t first = random.bits();
    float unused;
    normal_pair(first, random.bits(), values.data_ptr<float>() + i, &unused);
  }
  return values;
}

/// Features like a network's: not negative, correlated along few axes, and half noise.
LabeledFeatures features_of(int64_t images, int64_t features) {
  const int64_t axes = std::min<int64_t>(features, 256);
  const at::Tensor labels = at::arange(images, at::kLong).remainder(kClasses);
  const at::Tensor spectrum = 8 / at::arange(1, axes + 1, at::kFloat).pow(0.8);
  const at::Tensor hidden =
      (normals(images, axes, 0) + normals(kClasses, axes, 1).index({labels})) * spectrum;
  return {at::relu(at::mm(hidden, normals(axes, features, 2)) / 8 + normals(images, features, 3)),
          labels};
}

void time_path(int64_t images, int64_t features) {
  const LabeledFeatures all = features_of(images, features);
  const int64_t held = images / 10;
  const auto part = [&](int64_t first, int64_t last) {
    return LabeledFeatures{all.x.slice(0, first, last), all.labels.slice(0, first, last)};
  };
  const auto start = std::chrono::steady_clock::now();
  const auto seconds = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  const Choice choice = choose_l2({{part(held, images), part(0, held)}}, kClasses);
  const double path = seconds();
  LogisticRegressionFit fit(all.x, all.labels, kClasses);
  const int64_t evaluations = fit.minimize(choice.value);
  std::printf(
      "%5ld images %5ld features: %.2f s; path %.2f s (%zu values), refit %ld evaluations\n",
      images, features, seconds(), path, choice.path.size(), evaluations);
}

void run(int64_t images) {
  tune_allocator();
  at::set_num_threads(2);
  for (const int64_t features : {128, 512, 1152, 3200}) time_path(images, features);
}

}  // namespace
}  // namespace stl10

int main(int count, char** arguments) {
  stl10::run(count > 1 ? std::max(100, std::atoi(arguments[1])) : 5000);
}
