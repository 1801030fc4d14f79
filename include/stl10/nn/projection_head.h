#pragma once

#include <optional>
#include <vector>

#include "stl10/base/options.h"
#include "stl10/nn/encoder_options.h"

namespace stl10 {

/// The layers between an encoder's features and the embeddings that a contrastive loss compares; by
/// default the report's 128–128 with a ReLU between.
struct ProjectionOptions {
  std::optional<Tap> tap = Tap::kDense;
  int64_t depth = 2;
  int64_t hidden = 128;
  int64_t outputs = 128;
  bool batch_norm = false;
  bool last_norm = false;
};

template <class Visitor>
void visit_fields(ProjectionOptions& options, Visitor& field) {
  field("tap", options.tap,
        "the encoder's features that the head takes; null: its last map, flat (resnet: pooled)");
  field("depth", options.depth, "dense layers; 0: no head, the loss compares the features",
        between(0, 8));
  field("hidden", options.hidden, "outputs of all layers but the last", between(1, 65536));
  field("outputs", options.outputs, "dimensions of the embeddings", between(1, 65536));
  field("batch_norm", options.batch_norm, "batch normalization before each ReLU");
  field("last_norm", options.last_norm, "batch normalization of the embeddings, too");
}

/// Projection head g of Chen et al. 2020 (arXiv:2002.05709), section 2.1: dense layers with ReLU
/// between them, none at the end.
class ProjectionHeadImpl : public torch::nn::Module {
 public:
  ProjectionHeadImpl(const ProjectionOptions& options, int64_t features, InitStream& init);

  /// h float (N, features) → z (N, outputs), or h itself at depth 0.
  at::Tensor forward(const at::Tensor& h);

 private:
  std::vector<Dense> layers_;
  std::vector<BatchNorm> norms_;  ///< one for each layer, some of them none
};
TORCH_MODULE(ProjectionHead);

}  // namespace stl10
