#include "stl10/evaluate/outputs.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <numeric>

#include "golden.h"
#include "meeting.h"
#include "stl10/nn/layers.h"

namespace stl10 {
namespace {

/// A layer with batch normalization on rows of a table, as images by index.
class OutputsTest : public ::testing::Test {
 protected:
  struct NetworkImpl : torch::nn::Module {
    NetworkImpl() {
      InitStream init{.seed = 3};
      dense = register_module("dense", Dense(4, 2, init));
      norm = register_module("norm", BatchNorm(2));
    }
    Dense dense = nullptr;
    BatchNorm norm = nullptr;
  };

  at::Tensor outputs(const std::vector<int64_t>& indices, int64_t block) {
    sizes_.clear();
    return outputs_of(
        network_,
        [&](std::span<const int64_t> part) {
          EXPECT_FALSE(at::GradMode::is_enabled());
          sizes_.push_back(part.size());
          const std::vector<int64_t> rows(part.begin(), part.end());
          return network_.norm(network_.dense(table_.index_select(0, at::tensor(rows, at::kLong))));
        },
        indices, group_, block);
  }

  at::Tensor table_ = testing::wave(40, 0.9, 0.1).reshape({10, 4}).to(at::kFloat);
  NetworkImpl network_;
  std::vector<size_t> sizes_;
  Group group_;
};

TEST_F(OutputsTest, EveryImageInItsOrderTheLastPartialBlockToo) {
  const at::Tensor all = outputs({0, 1, 2, 3, 4, 5, 6}, 3);
  EXPECT_EQ(sizes_, (std::vector<size_t>{3, 3, 1}));
  const at::Tensor some = outputs({6, 0, 3, 3}, 64);
  EXPECT_TRUE(at::allclose(some, all.index_select(0, at::tensor({6, 0, 3, 3}, at::kLong))));
}

TEST(Outputs, ProcessesShareBlocksAndHaveTheBitsOfOne) {
  const at::Tensor table = testing::wave(44, 0.9, 0.1).reshape({11, 4}).to(at::kFloat);
  const std::vector<int64_t> indices = {9, 8, 10, 0, 1, 2, 3, 4};
  const auto outputs_in = [&](const Group& group) {
    torch::nn::Module network;
    const auto rows = [&](std::span<const int64_t> part) {
      return table.index_select(0, at::tensor(std::vector<int64_t>(part.begin(), part.end())));
    };
    return outputs_of(network, rows, indices, group, 3);
  };
  const at::Tensor one = outputs_in({});
  for (const int64_t size : {2, 3, 5}) {  // three blocks
    testing::in_group(
        size, [&](const Group& group) { EXPECT_TRUE(at::equal(outputs_in(group), one)) << size; });
  }
}

TEST_F(OutputsTest, BlocksOf64AreTheDefault) {
  std::vector<int64_t> indices(130);
  for (size_t i = 0; i < indices.size(); ++i) indices[i] = static_cast<int64_t>(i % 10);
  outputs_of(
      network_,
      [&](std::span<const int64_t> part) {
        sizes_.push_back(part.size());
        return at::zeros({static_cast<int64_t>(part.size()), 1});
      },
      indices);
  EXPECT_EQ(sizes_, (std::vector<size_t>{64, 64, 2}));
}

TEST_F(OutputsTest, EvaluationModeLeavesStatisticsAndModesAsTheyWere) {
  network_.train();
  network_.dense->eval();
  const at::Tensor mean = network_.norm->running_mean.clone();
  outputs({0, 1}, 2);
  EXPECT_TRUE(at::equal(network_.norm->running_mean, mean));
  EXPECT_TRUE(network_.is_training());
  EXPECT_TRUE(network_.norm->is_training());
  EXPECT_FALSE(network_.dense->is_training()) << "a part that was frozen stays so";
}

TEST_F(OutputsTest, ResultsAreFp32) {
  const at::Tensor found = outputs_of(
      network_,
      [](std::span<const int64_t>) {
        return at::ones({1, 1}, at::kBFloat16);
      },
      std::vector<int64_t>{0});
  EXPECT_EQ(found.scalar_type(), at::kFloat);
}

}  // namespace
}  // namespace stl10
