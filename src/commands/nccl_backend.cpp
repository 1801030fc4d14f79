#include "stl10/commands/nccl_backend.h"

#ifdef USE_C10D_NCCL
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif

#include <cstdlib>
#include <stdexcept>

#include "stl10/base/gpu.h"

namespace stl10 {

#ifdef USE_C10D_NCCL

bool can_use_nccl(const LocalPlace& local) {
  return local.rank < gpu_count() && local.size <= gpu_count();
}

c10::intrusive_ptr<c10d::Backend> make_nccl_backend(const c10::intrusive_ptr<c10d::Store>& store,
                                                    const GroupPlace& place,
                                                    const GroupTimes& times) {
  // By itself it would only order streams, and end the process when an exchange lasts too long.
  constexpr int kKeepOwn = 0;
  ::setenv("TORCH_NCCL_BLOCKING_WAIT", "1", kKeepOwn);
  ::setenv("TORCH_NCCL_ASYNC_ERROR_HANDLING", "0", kKeepOwn);
  const auto options = c10d::ProcessGroupNCCL::Options::create();
  options->timeout = times.exchange;
  return c10::make_intrusive<c10d::ProcessGroupNCCL>(store, static_cast<int>(place.rank),
                                                     static_cast<int>(place.size), options);
}

#else

bool can_use_nccl(const LocalPlace&) { return false; }

c10::intrusive_ptr<c10d::Backend> make_nccl_backend(const c10::intrusive_ptr<c10d::Store>&,
                                                    const GroupPlace&, const GroupTimes&) {
  throw std::logic_error("built without NCCL");
}

#endif

}  // namespace stl10
