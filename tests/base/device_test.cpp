#include "stl10/base/device.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "stl10/base/error.h"

namespace stl10 {
namespace {

TEST(Device, CpuAndThreadsAreTakenAsTheyAreGiven) {
  const Compute compute =
      start_compute({.device = "cpu", .precision = Precision::kFp32, .threads = 3});
  EXPECT_TRUE(compute.device.is_cpu());
  EXPECT_EQ(compute.network_type, at::kFloat);
  EXPECT_EQ(compute.threads, 3);
  EXPECT_EQ(at::get_num_threads(), 3);
  EXPECT_GE(start_compute({.device = "cpu"}).threads, 1);
}

TEST(Device, PrecisionCanBeForced) {
  EXPECT_EQ(start_compute({.device = "cpu", .precision = Precision::kBf16}).network_type,
            at::kBFloat16);
  __builtin_cpu_init();
  EXPECT_EQ(start_compute({.device = "cpu"}).network_type,
            __builtin_cpu_supports("avx512bf16") ? at::kBFloat16 : at::kFloat);
}

TEST(Device, UnknownAndAbsentDevicesAreUsageErrors) {
  for (const char* device : {"gpu", "cuda:", "cuda:x", "cuda:-1", "cuda:1000", "CPU", ""}) {
    EXPECT_THROW(start_compute({.device = device}), UsageError) << device;
  }
}

TEST(Autocast, ProductsRunInBfloat16OnlyInsideTheGuard) {
  const at::Tensor a = at::ones({2, 2});
  {
    const AutocastGuard guard(at::kCPU, at::kBFloat16);
    EXPECT_EQ(at::mm(a, a).scalar_type(), at::kBFloat16);
  }
  EXPECT_EQ(at::mm(a, a).scalar_type(), at::kFloat);
  const AutocastGuard nothing(at::kCPU, at::kFloat);
  EXPECT_EQ(at::mm(a, a).scalar_type(), at::kFloat);
}

TEST(DeviceImages, OnTheCpuNothingIsCopied) {
  const std::vector<uint8_t> bytes(kImageBytes);
  const DeviceImages images = to_device({bytes.data(), 1}, at::kCPU);
  EXPECT_EQ(images.view.data, bytes.data());
  EXPECT_FALSE(images.copy.defined());
}

}  // namespace
}  // namespace stl10
