#include "stl10/base/device.h"

#include <ATen/Context.h>
#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "stl10/base/autocast.h"
#include "stl10/base/compute.h"
#include "stl10/base/device_ceilings.h"
#include "stl10/base/device_images.h"
#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "stl10/base/gpu.h"

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

TEST(Device, ReadAheadBringsPagesOfAFileIntoMemory) {
  const std::filesystem::path path = ::testing::TempDir() + "/read_ahead.bin";
  std::ofstream(path) << std::string(64 * size_t{kImageBytes}, 'x');
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_EQ(::fdatasync(file), 0);
  ASSERT_EQ(::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED), 0);
  ::close(file);
  const MappedFile mapped(path);
  const DeviceImages images{{}, {mapped.data(), 64}};
  const auto pages_in_memory = [&] {
    std::vector<unsigned char> there(mapped.size() / 4096 + 1);
    ::mincore(const_cast<uint8_t*>(mapped.data()), mapped.size(), there.data());
    return std::count_if(there.begin(), there.end(), [](unsigned char p) { return p & 1; });
  };
  if (pages_in_memory() > 0) GTEST_SKIP() << "this file system keeps files in memory";
  const std::vector<int64_t> indices = {3, 40, 63};
  read_ahead(images, indices);
  for (int tries = 0; pages_in_memory() < 3 * kImageBytes / 4096 && tries < 1000; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_GE(pages_in_memory(), 3 * kImageBytes / 4096);
  read_ahead({at::ones({1}), {nullptr, 64}}, indices);  // a GPU's copy
}

TEST(Device, IndicesBecomeATensor) {
  const std::vector<int64_t> values = {3, -1, 7};
  EXPECT_TRUE(at::equal(to_device(values, at::kCPU), at::tensor({3, -1, 7}, at::kLong)));
  EXPECT_EQ(to_device(std::vector<int64_t>(), at::kCPU).numel(), 0);
}

TEST(Device, NothingButADeterministicGpuIsAskedForByDefault) {
  const at::Context& context = at::globalContext();
  for (const bool deterministic : {false, true}) {
    start_compute({.device = "cpu", .deterministic = deterministic});
    EXPECT_EQ(context.deterministicCuDNN(), deterministic);
    EXPECT_EQ(context.benchmarkCuDNN(), !deterministic);
    EXPECT_FALSE(context.allowTF32CuDNN());
    EXPECT_FALSE(context.allowTF32CuBLAS());
  }
  EXPECT_TRUE(ComputeOptions{}.deterministic);
}

TEST(Device, CeilingsThroughTensorsAreMeasuredOnAnyDevice) {
  const Ceilings ceilings = measure_device_ceilings(at::kCPU, at::kFloat, 256, 1 << 20);
  EXPECT_GT(ceilings.gflops, 0.1);
  EXPECT_LT(ceilings.gflops, 1e5);
  EXPECT_GT(ceilings.copy_gb_per_s, 0.05);
  EXPECT_LT(ceilings.copy_gb_per_s, 1e5);
}

TEST(Gpu, AbsentOnesAreCountedAsNone) {
  if (cuda_version() == "none") {
    EXPECT_EQ(gpu_count(), 0);
  }
  const NoWaitGuard without_effect;
  EXPECT_EQ(at::ones({2}).sum().item<float>(), 2);
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

TEST(Device, AutocastIsAfterwardsAsItWasBefore) {
  const auto type = [] {
    return at::autocast::is_autocast_enabled(at::kCPU) ? at::autocast::get_autocast_dtype(at::kCPU)
                                                       : at::kFloat;
  };
  const at::ScalarType before = at::autocast::get_autocast_dtype(at::kCPU);
  at::autocast::set_autocast_enabled(at::kCPU, true);
  at::autocast::set_autocast_dtype(at::kCPU, at::kHalf);
  {
    const AutocastGuard outer(at::kCPU, at::kBFloat16);
    EXPECT_EQ(type(), at::kBFloat16);
    { const AutocastGuard inner(at::kCPU, at::kFloat); }
    EXPECT_EQ(type(), at::kBFloat16);
  }
  EXPECT_EQ(type(), at::kHalf);
  at::autocast::set_autocast_enabled(at::kCPU, false);
  at::autocast::set_autocast_dtype(at::kCPU, before);
  { const AutocastGuard alone(at::kCPU, at::kBFloat16); }
  EXPECT_EQ(type(), at::kFloat);
}

TEST(Device, ThreadsAreThoseAskedFor) {
  const int before = at::get_num_threads();
  const Compute compute = start_compute({.device = "cpu", .threads = 3});
  EXPECT_EQ(compute.threads, 3);
  EXPECT_EQ(compute.threads_asked, 3);
  EXPECT_TRUE(compute.may_start_more);
  EXPECT_EQ(at::get_num_threads(), 3);
  at::set_num_threads(before);
}

}  // namespace
}  // namespace stl10
