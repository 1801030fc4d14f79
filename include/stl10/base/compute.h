#pragma once

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "stl10/base/group.h"
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

/// A process's number among those of its group on this machine.
struct LocalPlace {
  int64_t rank = 0, size = 1;
};

/// The outcome of ComputeOptions on this machine.
struct Compute {
  at::Device device = at::kCPU;
  at::ScalarType network_type = at::kFloat;  ///< kFloat or kBFloat16: the network's arithmetic
  int64_t threads = 1;
  int64_t threads_asked = 1;    ///< more than `threads` where the system lets no more be started
  Group group;                  ///< the processes that compute together
  bool may_start_more = false;  ///< whether one more, and one for each processor, can be started
};

/// "fp32" or "bf16".
std::string_view precision_name(const Compute& compute);

/// Resolves the options and sets LibTorch's thread count: what is asked for, or as many threads as
/// can be started. @param place among the processes of this machine, which share its cores and GPUs
/// where neither is named. @throws UsageError for a device that is not there or not understood.
Compute start_compute(const ComputeOptions& options, const LocalPlace& place = {});

/// Whether a step on the CPU leaves a core idle that the process may use by a thread more; other
/// processes of a group have theirs.
bool has_free_core(const Compute& compute);

}  // namespace stl10
