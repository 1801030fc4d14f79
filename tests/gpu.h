#pragma once

#include <c10/core/Device.h>
#include <gtest/gtest.h>

#include "stl10/base/compute.h"
#include "stl10/base/gpu.h"

namespace stl10::testing {

/// What needs a GPU: skipped, saying so, where there is none. Names of such suites end in Gpu, so
/// that they get the label `gpu`.
class GpuTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (cuda_version() == "none") GTEST_SKIP() << "built without CUDA";
    if (gpu_count() == 0) GTEST_SKIP() << "no GPU";
    start_compute({.device = "cuda:0", .precision = Precision::kFp32});
  }
  const at::Device gpu_{at::kCUDA, 0};
};

}  // namespace stl10::testing
