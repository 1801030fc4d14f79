#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stl10/base/image.h"
#include "stl10/base/options.h"

namespace stl10 {

/// `auto` takes bf16 where the processor has AVX512-BF16, as all that have AMX do, or the GPU is
/// sm_80 or newer.
enum class Precision { kAuto, kFp32, kBf16 };
inline std::vector<std::string_view> enum_names(Precision) { return {"auto", "fp32", "bf16"}; }

/// Where and how a command computes.
struct ComputeOptions {
  std::string device = "auto";
  Precision precision = Precision::kAuto;
  bool deterministic = true;
  int64_t threads = 0;
};

template <class Visitor>
void visit_fields(ComputeOptions& options, Visitor& field) {
  field("device", options.device, "auto, cpu, cuda or cuda:N");
  field("precision", options.precision, "auto: bf16 where the hardware multiplies it, else fp32");
  field("deterministic", options.deterministic,
        "on a GPU: the same bits from run to run; false: cuDNN takes whatever is fastest");
  field("threads", options.threads, "CPU threads; 0: one per core that the process may use",
        between(0, 1024));
}

/// The outcome of ComputeOptions on this machine.
struct Compute {
  at::Device device = at::kCPU;
  at::ScalarType network_type = at::kFloat;  ///< kFloat or kBFloat16: the network's arithmetic
  int64_t threads = 1;
  int64_t threads_asked = 1;    ///< more than `threads` where the system lets no more be started
  bool may_start_more = false;  ///< whether one more, and one for each processor, can be started
};

/// "fp32" or "bf16".
std::string_view precision_name(const Compute& compute);

/// Resolves the options and sets LibTorch's thread count: what is asked for, or as many threads as
/// can be started. @throws UsageError for a device that is
/// not there or not understood.
Compute start_compute(const ComputeOptions& options);

/// Returns when the device has done all that it was given; on the CPU at once.
void wait_for(at::Device device);

/// Whether a step on the CPU leaves a core idle that the process may use by a thread more.
bool has_free_core(const Compute& compute);

/// Images where a device can read them.
struct DeviceImages {
  at::Tensor copy;  ///< uint8 (count, 27648) on a GPU; undefined on the CPU, which reads the file
  ImageView view;   ///< device memory on a GPU
};

/// Copies the images to a GPU, through pinned memory in parts, the next of which is read while the
/// last one travels; returns before it has arrived, which later work on the device waits for. On
/// the CPU nothing is copied, and `images` must outlive the result.
DeviceImages to_device(const ImageView& images, at::Device device);

/// (N) int64 on `device`; to a GPU from pinned memory, so that nobody waits for it.
at::Tensor to_device(std::span<const int64_t> values, at::Device device);

/// Has the system read images of a mapped file from the disk, while others are worked on: a later
/// look at them doesn't wait. Returns at once; on a GPU's copy it does nothing.
void read_ahead(const DeviceImages& images, std::span<const int64_t> indices);

/// Makes glibc keep freed memory, without which a training step spends most of its time in page
/// faults (twice the speed of the whole step), and asks for huge pages, since maps of 10 MB miss
/// the address cache at every row (5 % of a step). Call once, first thing in `main`.
void tune_allocator();

/// While it lives, convolutions and matrix products of this thread run in `type` (autocast);
/// weights, sums and losses stay fp32. With kFloat it does nothing. Afterwards autocast is as it
/// was before.
class AutocastGuard {
 public:
  AutocastGuard(at::DeviceType device, at::ScalarType type);
  ~AutocastGuard();
  AutocastGuard(const AutocastGuard&) = delete;
  AutocastGuard& operator=(const AutocastGuard&) = delete;

 private:
  at::DeviceType device_;
  bool active_;
  bool was_enabled_ = false;
  at::ScalarType type_before_ = at::kFloat;
};

}  // namespace stl10
