// Seconds of everything that `eval` measures of features, encoding apart:
// `features_bench [images]`.

#include <ATen/Parallel.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "stl10/base/allocator.h"
#include "stl10/evaluate/feature_judgement.h"
#include "stl10/evaluate/k_means.h"
#include "synthetic_features.h"

namespace stl10 {
namespace {

template <class Work>
double seconds_of(const Work& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void time_judgement(int64_t images, int64_t features) {
  const LabeledFeatures all = features_of(images, features), bank = features_of(5000, features);
  const FeaturePoints points{.x = all.x,
                             .one = all.x,
                             .two = all.x + 1,
                             .labels = all.labels,
                             .bank = {bank.x, bank.labels},
                             .queries = {all.x, all.labels}};
  const double whole = seconds_of([&] { judge_features(points, kClasses, 0, 10); });
  const double clusters = seconds_of([&] { k_means(all.x, kClasses, 0, 10); });
  const double distances = seconds_of([&] { cluster_measures(all.x, {all.labels, all.labels}); });
  std::printf("%5ld images %4ld features: %.1f s; k-means %.1f s, distances %.1f s\n", images,
              features, whole, clusters, distances);
}

void run(int64_t images) {
  tune_allocator();
  at::set_num_threads(2);
  for (const int64_t features : {128, 1152, 3200}) time_judgement(images, features);
}

}  // namespace
}  // namespace stl10

int main(int count, char** arguments) {
  stl10::run(count > 1 ? std::max(100, std::atoi(arguments[1])) : 8000);
}
