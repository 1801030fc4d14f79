#include "stl10/tasks/embedder.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <vector>

#include "stl10/augment/plain_images.h"
#include "stl10/base/device_images.h"
#include "stl10/data/shuffle.h"
#include "stl10/tasks/encoder_features.h"

namespace stl10 {

Embedder::Embedder(const PretrainedEncoder& pretrained, int64_t views, const Compute& compute)
    : encoder_(pretrained.load()),
      tap_(pretrained.tap),
      side_(pretrained.options.side),
      views_(views),
      compute_(compute) {
  encoder_->to(compute.device);
  encoder_->eval();
}

at::Tensor Embedder::embed(const ImageView& images) {
  std::vector<at::Tensor> blocks;
  for (int64_t begin = 0; begin < images.count; begin += kBlock) {
    const ImageView block{images.image(begin), std::min(kBlock, images.count - begin)};
    PlainImages plain(to_device(block, compute_.device), side_);
    const std::vector<int64_t> all = all_indices(block.count);
    blocks.push_back(mean_features(encoder_, tap_, {plain, all}, views_, compute_));
  }
  return blocks.empty() ? at::empty({0, features()}) : at::cat(blocks);
}

}  // namespace stl10
