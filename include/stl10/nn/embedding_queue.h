#pragma once

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>

#include <cstdint>

#include "stl10/nn/layers.h"

namespace stl10 {

/// The last embeddings that a method has seen, the oldest replaced first: MoCo's queue (He et al.
/// 2020, arXiv:1911.05722), NNCLR's support set. A buffer, so that a checkpoint holds it.
class EmbeddingQueueImpl : public torch::nn::Module {
 public:
  /// Filled with drawn unit vectors at first. @throws ConfigError where it holds fewer rows than
  /// come at a time.
  EmbeddingQueueImpl(int64_t rows, int64_t dimensions, int64_t rows_at_a_time, InitStream& init);

  /// Float (rows, dimensions), unit vectors.
  const at::Tensor& rows() const { return rows_; }

  /// Takes z (rows_at_a_time, dimensions), scaled to length 1, as the step number `step` of the
  /// whole run, from 0.
  void add(const at::Tensor& z, int64_t step);

 private:
  at::Tensor rows_;
};
TORCH_MODULE(EmbeddingQueue);

}  // namespace stl10
