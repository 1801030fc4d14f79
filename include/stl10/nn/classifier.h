#pragma once

#include "stl10/nn/conv4.h"

namespace stl10 {

/// The layer between features and classes.
struct HeadOptions {
  int64_t outputs = 0;
};

template <class Visitor>
void visit_fields(HeadOptions& options, Visitor& field) {
  field("outputs", options.outputs,
        "logits; 0: one per class (the report had 20 for 10 classes; the others stay unused)",
        between(0, 65536));
}

/// An encoder and a linear head.
class ClassifierImpl : public torch::nn::Module {
 public:
  /// @throws ConfigError where there are fewer outputs than classes.
  ClassifierImpl(const EncoderOptions& encoder, const HeadOptions& head, int64_t classes,
                 InitStream& init);

  /// x (N, 3, 96, 96) in [0, 1] → logits (N, outputs), outputs ≥ classes.
  at::Tensor forward(const at::Tensor& x) { return head(encoder(x)); }

  Conv4 encoder = nullptr;
  Dense head = nullptr;
};
TORCH_MODULE(Classifier);

}  // namespace stl10
