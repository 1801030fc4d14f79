#include "stl10/tasks/prediction_head.h"

namespace stl10 {

int64_t embedding_dimensions(const PretrainingOptions& options, const ContrastiveNetwork& network) {
  return options.projection.depth > 0 ? options.projection.outputs
                                      : network->encoder->features(network->head_tap());
}

InitStream init_beyond_the_network(uint64_t seed) {
  constexpr uint32_t kTensors = 1 << 16;  // each draws its own stream
  return {.seed = seed, .next_tensor = kTensors};
}

ProjectionHead prediction_head(const PredictionOptions& head, const PretrainingOptions& options,
                               const ContrastiveNetwork& network, uint64_t seed) {
  const int64_t dimensions = embedding_dimensions(options, network);
  InitStream init = init_beyond_the_network(seed);
  return ProjectionHead(
      ProjectionOptions{
          .depth = 2, .hidden = head.hidden, .outputs = dimensions, .batch_norm = head.batch_norm},
      dimensions, init);
}

}  // namespace stl10
