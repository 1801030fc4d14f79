#pragma once

#include <torch/csrc/distributed/c10d/Backend.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>

#include "stl10/commands/process_group.h"

/// NCCL, between GPUs. Only process_group.cpp includes this: it shows c10d.
namespace stl10 {

/// Whether this process could: the program was built with NCCL's headers, and each process of this
/// machine has a GPU of its own.
bool can_use_nccl(const LocalPlace& local);

/// Makes NCCL's end of the group, which meets the others in its first exchange. Its waits are those
/// of the processor, and end with an exception after `times.exchange`, as Gloo's do; a user's own
/// TORCH_NCCL_* variables come first. @throws std::exception where there is no GPU.
c10::intrusive_ptr<c10d::Backend> make_nccl_backend(const c10::intrusive_ptr<c10d::Store>& store,
                                                    const GroupPlace& place,
                                                    const GroupTimes& times);

}  // namespace stl10
