#include "stl10/base/compute.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <omp.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>

#include "stl10/base/cpu.h"
#include "stl10/base/error.h"
#include "stl10/base/gpu.h"

namespace stl10 {
namespace {

at::Device find_device(const std::string& name, const LocalPlace& place) {
  const int gpus = gpu_count();
  if (name == "cpu" || (name == "auto" && gpus == 0)) return at::kCPU;
  int index = gpus > 0 ? static_cast<int>(place.rank % gpus) : 0;
  bool understood = name == "auto" || name == "cuda";
  if (name.starts_with("cuda:")) {
    const char* end = name.data() + name.size();
    const auto [rest, error] = std::from_chars(name.data() + 5, end, index);
    understood = error == std::errc() && rest == end && index >= 0;
  }
  if (!understood) {
    throw UsageError(
        {"unknown device", "auto, cpu, cuda or cuda:N", "`" + name + "`", "correct --device"});
  }
  if (index >= gpus) {
    const std::string found =
        cuda_version() == "none" ? "a program built without CUDA" : std::to_string(gpus) + " GPUs";
    throw UsageError({"no such device " + name, "a GPU with that number", found,
                      "use --device cpu, or see README on CUDA"});
  }
  return at::Device(at::kCUDA, static_cast<at::DeviceIndex>(index));
}

bool multiplies_bf16(at::Device device) {
  if (device.is_cuda()) return gpu_multiplies_bf16(device.index());
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512bf16");
}

void start_threads(Compute& compute) {
  // at::set_num_threads makes LibTorch's second pool, whose maker waits for a thread of every
  // processor, also of one that could not be started: for ever. OpenMP's is the one that computes.
  const int64_t processors = ::sysconf(_SC_NPROCESSORS_CONF);
  const int64_t wanted = std::max(compute.threads_asked, processors);
  const int64_t startable = startable_threads(wanted);
  compute.threads = std::min(compute.threads_asked, startable + 1);
  compute.may_start_more = startable == wanted;
  if (compute.may_start_more) {
    at::set_num_threads(static_cast<int>(compute.threads));
  } else {
    at::internal::lazy_init_num_threads();  // or the first loop would undo what follows
    ::omp_set_num_threads(static_cast<int>(compute.threads));
  }
}

/// On the CPU it changes nothing.
void choose_kernels(bool deterministic) {
  at::Context& context = at::globalContext();
  context.setDeterministicCuDNN(deterministic);
  context.setBenchmarkCuDNN(!deterministic);
  // fp32 means fp32: TF32 keeps ten bits of a factor, and cuDNN would take it.
  context.setAllowTF32CuDNN(false);
  context.setAllowTF32CuBLAS(false);
  // Without this, cuBLAS may share one workspace between streams, and sum in another order.
  if (deterministic) ::setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);
}

}  // namespace

std::string_view precision_name(const Compute& compute) {
  return name_of(compute.network_type == at::kBFloat16 ? Precision::kBf16 : Precision::kFp32);
}

Compute start_compute(const ComputeOptions& options, const LocalPlace& place) {
  Compute compute;
  compute.threads_asked =
      options.threads > 0 ? options.threads : std::max<int64_t>(usable_cores() / place.size, 1);
  start_threads(compute);
  compute.device = find_device(options.device, place);
  const bool bf16 = options.precision == Precision::kBf16 ||
                    (options.precision == Precision::kAuto && multiplies_bf16(compute.device));
  compute.network_type = bf16 ? at::kBFloat16 : at::kFloat;
  choose_kernels(options.deterministic);
  return compute;
}

bool has_free_core(const Compute& compute) {
  return compute.device.is_cpu() && compute.may_start_more && compute.group.is_one() &&
         compute.threads < usable_cores();
}

}  // namespace stl10
