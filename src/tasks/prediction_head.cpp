#include "stl10/tasks/prediction_head.h"

namespace stl10 {

ProjectionHead prediction_head(const PredictionOptions& head, const PretrainingOptions& options,
                               const ContrastiveNetwork& network, uint64_t seed) {
  constexpr uint32_t kBeyondTheNetwork = 1 << 16;  // tensors that draw their own streams
  const int64_t dimensions = options.projection.depth > 0
                                 ? options.projection.outputs
                                 : network->encoder->features(network->head_tap());
  InitStream init{.seed = seed, .next_tensor = kBeyondTheNetwork};
  return ProjectionHead(
      ProjectionOptions{
          .depth = 2, .hidden = head.hidden, .outputs = dimensions, .batch_norm = head.batch_norm},
      dimensions, init);
}

}  // namespace stl10
