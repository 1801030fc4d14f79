// Seconds of a tuned logistic regression, from the features to the refitted model:
// `probe_bench [images]`.

#include <ATen/Parallel.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "stl10/base/allocator.h"
#include "stl10/evaluate/l2_path.h"
#include "synthetic_features.h"

namespace stl10 {
namespace {

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
