#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "gpu.h"
#include "stl10/base/device.h"
#include "stl10/base/device_ceilings.h"
#include "stl10/base/device_images.h"

namespace stl10 {
namespace {

class DeviceGpu : public testing::GpuTest {};

TEST_F(DeviceGpu, AnUploadInSeveralPartsIsTheImagesToTheByte) {
  constexpr int64_t kImages = 5000;  // three parts
  std::vector<uint8_t> bytes(kImages * kImageBytes);
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<uint8_t>((i * 2654435761u) >> 9);
  const DeviceImages images = to_device({bytes.data(), kImages}, gpu_);
  EXPECT_EQ(images.view.count, kImages);
  const at::Tensor back = images.copy.cpu().flatten();
  EXPECT_TRUE(at::equal(back, at::from_blob(bytes.data(), {back.numel()}, at::kByte)));
}

TEST_F(DeviceGpu, IndicesArriveWithoutAWait) {
  std::vector<int64_t> values(500);
  std::iota(values.begin(), values.end(), -7);
  to_device(values, gpu_);  // starts the device
  at::Tensor there;
  {
    const NoWaitGuard no_wait;
    there = to_device(values, gpu_);
  }
  EXPECT_TRUE(at::equal(there.cpu(), at::tensor(values, at::kLong)));
}

TEST_F(DeviceGpu, WaitingIsFoundWhereItIsForbidden) {
  const at::Tensor x = at::ones({3}, gpu_);
  const NoWaitGuard no_wait;
  EXPECT_THROW(x.sum().item<float>(), c10::Error);
  EXPECT_THROW(at::tensor({1, 2}, at::kLong).to(gpu_), c10::Error);
}

TEST_F(DeviceGpu, Fp32IsNotTf32) {
  const at::Tensor a = at::full({64, 64}, 1 + 1.0f / 4096, gpu_);  // TF32 keeps ten bits: 1
  EXPECT_NEAR(at::mm(a, a)[0][0].item<double>(), 64 * (1 + 1.0 / 4096) * (1 + 1.0 / 4096), 1e-4);
  const at::Tensor image = at::full({1, 64, 8, 8}, 1 + 1.0f / 4096, gpu_);
  const at::Tensor kernel = at::full({64, 64, 1, 1}, 1 + 1.0f / 4096, gpu_);
  EXPECT_NEAR(at::conv2d(image, kernel)[0][0][0][0].item<double>(),
              64 * (1 + 1.0 / 4096) * (1 + 1.0 / 4096), 1e-4);
}

TEST_F(DeviceGpu, CeilingsAreAGpus) {
  const Ceilings ceilings = measure_device_ceilings(gpu_, at::kBFloat16, 4096, 1 << 28);
  EXPECT_GT(ceilings.gflops, 1e4);
  EXPECT_GT(ceilings.copy_gb_per_s, 100);
  EXPECT_GT(gpu_peak_bytes(0), 1 << 28);
}

}  // namespace
}  // namespace stl10
