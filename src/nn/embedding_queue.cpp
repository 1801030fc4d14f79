#include "stl10/nn/embedding_queue.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <string>

#include "stl10/base/error.h"
#include "stl10/base/unit_length.h"

namespace stl10 {

EmbeddingQueueImpl::EmbeddingQueueImpl(int64_t rows, int64_t dimensions, int64_t rows_at_a_time,
                                       InitStream& init) {
  if (rows < rows_at_a_time) {
    throw ConfigError({"`queue` is smaller than a step",
                       "at least the " + std::to_string(rows_at_a_time) + " embeddings of a step",
                       std::to_string(rows), "raise --queue, or lower the batch sizes"});
  }
  const at::NoGradGuard no_grad;
  const Dense drawn(dimensions, rows, init, /*has_bias=*/false);
  rows_ = register_buffer("rows", unit_length(drawn->weight.detach()).contiguous());
}

void EmbeddingQueueImpl::add(const at::Tensor& z, int64_t step) {
  const at::NoGradGuard no_grad;
  const int64_t count = z.size(0), first = step * count % rows_.size(0);
  const at::Tensor places =
      at::arange(first, first + count, rows_.options().dtype(at::kLong)).remainder(rows_.size(0));
  rows_.index_copy_(0, places, unit_length(z.detach()).to(rows_.scalar_type()));
}

}  // namespace stl10
