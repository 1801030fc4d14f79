#pragma once

#include <cstdint>

#include "stl10/nn/projection_head.h"
#include "stl10/tasks/pretraining.h"

namespace stl10 {

/// The predictor q of methods that predict one view's embedding from the other's: two dense layers
/// that end in as many dimensions as they begin with.
struct PredictionOptions {
  int64_t hidden = 512;
  bool batch_norm = true;
};

template <class Visitor>
void visit_fields(PredictionOptions& options, Visitor& field) {
  field("hidden", options.hidden, "outputs of its first layer", between(1, 65536));
  field("batch_norm", options.batch_norm, "batch normalization before its ReLU");
}

/// Dimensions of the embeddings of `network`, made with `options`.
int64_t embedding_dimensions(const PretrainingOptions& options, const ContrastiveNetwork& network);

/// Draws other weights than the network's.
InitStream init_beyond_the_network(uint64_t seed);

/// With initial weights of the seed, other ones than the network's. @param network whose embeddings
/// it takes, made with `options`.
ProjectionHead prediction_head(const PredictionOptions& head, const PretrainingOptions& options,
                               const ContrastiveNetwork& network, uint64_t seed);

}  // namespace stl10
