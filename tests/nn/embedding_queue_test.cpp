#include "stl10/nn/embedding_queue.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include "golden.h"
#include "stl10/base/error.h"

namespace stl10 {
namespace {

TEST(EmbeddingQueue, TheOldestAreReplacedFirst) {
  InitStream init;
  EmbeddingQueue queue(5, 2, 2, init);
  const at::Tensor first = queue->rows().clone();
  EXPECT_LT(testing::distance(first.norm(2, 1), at::ones({5})), 1e-6);
  const auto batch = [](double x, double y) { return at::tensor({x, 0.0, 0.0, y}).view({2, 2}); };
  queue->add(batch(2, 3), 0);
  EXPECT_TRUE(at::equal(queue->rows().slice(0, 0, 2), at::eye(2)));  // of length 1
  EXPECT_TRUE(at::equal(queue->rows().slice(0, 2), first.slice(0, 2)));
  queue->add(batch(-1, -1), 1);
  queue->add(batch(1, -1), 2);  // its second row comes round
  const at::Tensor expected =
      at::tensor({0.0, -1.0, 0.0, 1.0, -1.0, 0.0, 0.0, -1.0, 1.0, 0.0}).view({5, 2});
  EXPECT_LT(testing::distance(queue->rows(), expected), 1e-7);
}

TEST(EmbeddingQueue, HoldsAStepAtLeast) {
  InitStream init;
  EXPECT_NO_THROW(EmbeddingQueue(3, 2, 3, init));
  EXPECT_THROW(EmbeddingQueue(2, 2, 3, init), ConfigError);
}

}  // namespace
}  // namespace stl10
