#ifdef STL10_GROUPS

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <torch/csrc/distributed/c10d/HashStore.hpp>

#include "stl10/commands/nccl_backend.h"

namespace stl10 {
namespace {

// More than one process would need more than one GPU.
TEST(NcclBackendGpu, OfOneProcessGivesBackWhatItIsGiven) {
  if (!can_use_nccl({})) GTEST_SKIP() << "no GPU, or a program without NCCL";
  const auto backend = make_nccl_backend(c10::make_intrusive<c10d::HashStore>(), {}, {});
  const at::Tensor values = at::arange(6, at::TensorOptions(at::kCUDA).dtype(at::kDouble));
  std::vector<at::Tensor> list = {values.clone()};
  backend->allreduce(list)->wait();
  EXPECT_TRUE(at::equal(list.front(), values));
  backend->broadcast(list)->wait();
  EXPECT_TRUE(at::equal(list.front(), values));
  at::Tensor all = at::empty_like(values), own = values.clone();
  backend->_allgather_base(all, own)->wait();
  EXPECT_TRUE(at::equal(all, values));
  backend->_reduce_scatter_base(own, all)->wait();
  EXPECT_TRUE(at::equal(own, values));
  backend->shutdown();
}

}  // namespace
}  // namespace stl10

#endif
