#include "stl10/base/device.h"

#include <ATen/Context.h>
#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <malloc.h>
#include <omp.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "stl10/base/cpu.h"
#include "stl10/base/error.h"
#include "stl10/base/gpu.h"

namespace stl10 {
namespace {

at::Device find_device(const std::string& name) {
  const int gpus = gpu_count();
  if (name == "cpu" || (name == "auto" && gpus == 0)) return at::kCPU;
  int index = 0;
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

/// Copies memory that the system may have to read from a disk first.
void read_into(const at::Tensor& to, const uint8_t* from) {
  auto* const begin = to.mutable_data_ptr<uint8_t>();
  at::parallel_for(0, to.size(0), 64, [&](int64_t first, int64_t last) {
    std::memcpy(begin + first * kImageBytes, from + first * kImageBytes,
                static_cast<size_t>((last - first) * kImageBytes));
  });
}

}  // namespace

std::string_view precision_name(const Compute& compute) {
  return name_of(compute.network_type == at::kBFloat16 ? Precision::kBf16 : Precision::kFp32);
}

Compute start_compute(const ComputeOptions& options) {
  Compute compute;
  compute.threads_asked = options.threads > 0 ? options.threads : usable_cores();
  start_threads(compute);
  compute.device = find_device(options.device);
  const bool bf16 = options.precision == Precision::kBf16 ||
                    (options.precision == Precision::kAuto && multiplies_bf16(compute.device));
  compute.network_type = bf16 ? at::kBFloat16 : at::kFloat;
  choose_kernels(options.deterministic);
  return compute;
}

void wait_for(at::Device device) {
  if (device.is_cpu()) return;
  c10::impl::VirtualGuardImpl(device.type()).synchronizeDevice(device.index());
}

bool has_free_core(const Compute& compute) {
  return compute.device.is_cpu() && compute.may_start_more && compute.threads < usable_cores();
}

DeviceImages to_device(const ImageView& images, at::Device device) {
  if (device.is_cpu()) return {{}, images};
  constexpr int64_t kPart = (int64_t{64} << 20) / kImageBytes;  // images
  const at::TensorOptions bytes(at::kByte);
  const at::Tensor copy = at::empty({images.count, kImageBytes}, bytes.device(device));
  for (int64_t first = 0; first < images.count; first += kPart) {
    const int64_t last = std::min(first + kPart, images.count);
    // LibTorch hands out a part's memory again only when its copy has been made.
    const at::Tensor part = at::empty({last - first, kImageBytes}, bytes.pinned_memory(true));
    read_into(part, images.image(first));
    copy.slice(0, first, last).copy_(part, /*non_blocking=*/true);
  }
  return {copy, {copy.data_ptr<uint8_t>(), images.count}};
}

at::Tensor to_device(std::span<const int64_t> values, at::Device device) {
  const at::Tensor host = at::empty({static_cast<int64_t>(values.size())},
                                    at::TensorOptions(at::kLong).pinned_memory(device.is_cuda()));
  std::copy(values.begin(), values.end(), host.mutable_data_ptr<int64_t>());
  return host.to(device, /*non_blocking=*/true);
}

void read_ahead(const DeviceImages& images, std::span<const int64_t> indices) {
  if (images.copy.defined()) return;
  const auto page = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
  for (const int64_t index : indices) {
    const auto begin = reinterpret_cast<uintptr_t>(images.view.image(index));
    const uintptr_t first_page = begin / page * page;
    ::madvise(reinterpret_cast<void*>(first_page), begin + kImageBytes - first_page, MADV_WILLNEED);
  }
}

void tune_allocator() {
  if (mallopt(M_MMAP_MAX, 0) == 0) return;  // a sanitizer's allocator takes no options
  mallopt(M_TRIM_THRESHOLD, -1);
  mallopt(M_TOP_PAD, 64 << 20);
  // Address space for the whole heap at once, since the system takes advice on what is there only.
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const size_t half_of_memory = static_cast<size_t>(sysconf(_SC_PHYS_PAGES)) / 2 * page;
  void* const heap = std::malloc(half_of_memory);
  if (!heap) return;  // where address space is limited
  const uintptr_t begin = reinterpret_cast<uintptr_t>(heap) / page * page + page;
  ::madvise(reinterpret_cast<void*>(begin), half_of_memory - page, MADV_HUGEPAGE);
  std::free(heap);
}

AutocastGuard::AutocastGuard(at::DeviceType device, at::ScalarType type)
    : device_(device), active_(type != at::kFloat) {
  if (!active_) return;
  was_enabled_ = at::autocast::is_autocast_enabled(device_);
  type_before_ = at::autocast::get_autocast_dtype(device_);
  at::autocast::set_autocast_enabled(device_, true);
  at::autocast::set_autocast_dtype(device_, type);
  at::autocast::increment_nesting();
}

AutocastGuard::~AutocastGuard() {
  if (!active_) return;
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  at::autocast::set_autocast_dtype(device_, type_before_);
  at::autocast::set_autocast_enabled(device_, was_enabled_);
}

}  // namespace stl10
