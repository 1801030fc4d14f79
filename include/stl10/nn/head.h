#pragma once

#include <cstdint>

#include "stl10/base/options.h"
#include "stl10/nn/layers.h"

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

/// A linear head: features (N, features) → logits (N, outputs), outputs ≥ classes.
/// @throws ConfigError where there are fewer outputs than classes.
Dense make_head(const HeadOptions& options, int64_t features, int64_t classes, InitStream& init);

}  // namespace stl10
