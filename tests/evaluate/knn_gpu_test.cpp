#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include "golden.h"
#include "gpu.h"
#include "stl10/evaluate/knn.h"

namespace stl10 {
namespace {

class KnnGpu : public testing::GpuTest {};

TEST_F(KnnGpu, NeighboursAreTheCpus) {
  const at::Tensor bank = testing::wave(700 * 32, 0.31, 0.1).to(at::kFloat).reshape({700, 32});
  const at::Tensor queries = testing::wave(300 * 32, 0.77, 0.4).to(at::kFloat).reshape({300, 32});
  const at::Tensor labels = at::arange(700, at::kLong).remainder(10);
  const Neighbours cpu = nearest_neighbours({bank, labels}, queries, 20);
  const Neighbours gpu = nearest_neighbours({bank.to(gpu_), labels}, queries.to(gpu_), 20);
  EXPECT_TRUE(gpu.cosine.is_cpu());
  EXPECT_TRUE(gpu.labels.is_cpu());
  EXPECT_LT(testing::distance(gpu.cosine, cpu.cosine), 1e-5);
  const at::Tensor same =
      vote(gpu, 10, {.k = 20}).eq(vote(cpu, 10, {.k = 20})).to(at::kDouble).mean();
  EXPECT_GT(same.item<double>(), 0.98);  // two cosines that are nearly equal may change places
}

}  // namespace
}  // namespace stl10
