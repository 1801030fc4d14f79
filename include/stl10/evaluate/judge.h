#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace stl10 {

/// What a classifier says of N images of K classes; everything on the CPU.
struct Judgement {
  std::vector<int64_t> indices;  ///< of the images in their file
  at::Tensor labels;             ///< int64 (N)
  at::Tensor probabilities;      ///< float (N, K): softmax over all outputs, the first K of them
  at::Tensor predicted;          ///< int64 (N): the most probable of the K classes
  double loss = 0;               ///< mean cross-entropy over all outputs, no smoothing
  double accuracy = 0;
};

/// Judges logits of the images `indices`.
/// @param logits float (N, outputs ≥ classes) on the CPU, as outputs_of gives them.
/// @param labels the label of every image of the file, by index.
Judgement judge(const at::Tensor& logits, const std::vector<int64_t>& indices,
                std::span<const int64_t> labels, int64_t classes);

/// Rows "split,index,label,predicted,p0,…[,fold]" without a header, 9 significant digits.
std::string to_csv(const Judgement& judgement, const std::string& split,
                   const std::optional<int64_t>& fold = {});

/// "split,index,label,predicted,p0,…,p<classes-1>[,fold]\n".
std::string csv_header(int64_t classes, bool with_fold = false);

}  // namespace stl10
