#pragma once

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "stl10/base/group.h"

namespace stl10 {

/// Images by index → outputs of a network (n, D), any floating type and device.
using OutputsOfBlock = std::function<at::Tensor(std::span<const int64_t> indices)>;

/// What a network says of a list of images (features, logits), in the list's order: in evaluation
/// mode (afterwards the network is in its former one), without gradient, in blocks of `block`
/// images (by default 64 on the CPU, 1,024 on a GPU, which fill it), the last one partial; none is
/// dropped. The one way in which judging, probes and nearest neighbours see images. The processes
/// of a group share the blocks, which are those of one process, so that the outputs have its bits.
/// @return float (N, D), where the network computes. @throws Interrupted between two blocks.
at::Tensor outputs_of(torch::nn::Module& network, const OutputsOfBlock& outputs_of_block,
                      std::span<const int64_t> indices, const Group& group = {},
                      std::optional<int64_t> block = {});

}  // namespace stl10
