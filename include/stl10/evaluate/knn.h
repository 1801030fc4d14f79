#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "stl10/base/options.h"

namespace stl10 {

/// The neighbours that vote, and how fast their weight falls with distance.
struct KnnOptions {
  int64_t k = 20;
  double temperature = 0.07;
};

template <class Visitor>
void visit_fields(KnnOptions& options, Visitor& field) {
  field("k", options.k, "neighbours that vote; at most all of them", between(1, 1e6));
  field("temperature", options.temperature, "of their weights exp(cosine / temperature)", above(0));
}

/// Labeled features to compare with.
struct FeatureBank {
  at::Tensor features;  ///< any floating type (M, D), M ≥ 1
  at::Tensor labels;    ///< int64 (M) in [0, classes)
};

/// Classes by a vote of the k nearest neighbours in cosine, weighted exp(cosine/temperature) (Wu et
/// al. 2018, arXiv:1805.01978, section 3.4). A k larger than the bank is all of it; a tie goes to
/// the smaller class; a zero vector has the cosine 0 with everything.
/// @param queries any floating type (N, D). @return int64 (N).
at::Tensor knn_classes(const FeatureBank& bank, const at::Tensor& queries, int64_t classes,
                       const KnnOptions& options);

/// Share of queries that the vote gives their label. @param labels int64 (N), N ≥ 1.
double knn_accuracy(const FeatureBank& bank, const at::Tensor& queries, const at::Tensor& labels,
                    int64_t classes, const KnnOptions& options);

}  // namespace stl10
