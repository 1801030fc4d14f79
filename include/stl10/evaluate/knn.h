#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "stl10/base/options.h"
#include "stl10/evaluate/labeled_features.h"

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

/// The nearest of the bank in cosine, nearest first; on the CPU.
struct Neighbours {
  at::Tensor cosine;  ///< (N, k)
  at::Tensor labels;  ///< int64 (N, k)
};

/// The k nearest, or all of a smaller bank; a zero vector has the cosine 0 with everything. They
/// are looked for on the device of the bank's features.
/// @param bank M ≥ 1 images, labels in [0, classes).
/// @param queries any floating type (N, D), on the same device.
Neighbours nearest_neighbours(const LabeledFeatures& bank, const at::Tensor& queries, int64_t k);

/// Classes by a vote of the first k neighbours, weighted exp(cosine/temperature) (Wu et al. 2018,
/// arXiv:1805.01978, section 3.4). A k larger than there are is all; a tie goes to the smaller
/// class. @return int64 (N).
at::Tensor vote(const Neighbours& neighbours, int64_t classes, const KnnOptions& options);

/// The vote of the k nearest neighbours. @param queries as in nearest_neighbours. @return int64 (N)
/// on the CPU.
at::Tensor knn_classes(const LabeledFeatures& bank, const at::Tensor& queries, int64_t classes,
                       const KnnOptions& options);

/// Share of queries that the vote gives their label. @param labels int64 (N) on the CPU, N ≥ 1.
double knn_accuracy(const LabeledFeatures& bank, const at::Tensor& queries,
                    const at::Tensor& labels, int64_t classes, const KnnOptions& options);

/// What a vote of some k and temperature says.
struct KnnResult {
  KnnOptions asked;
  int64_t k = 0;  ///< neighbours that voted: no more than the bank has
  double accuracy = 0;
};

/// Every k of {1, 5, 10, 20, 50, 100, 200} with every temperature of {0.02, 0.07, 0.1, 0.5}, from
/// one search for neighbours.
std::vector<KnnResult> knn_grid(const LabeledFeatures& bank, const at::Tensor& queries,
                                const at::Tensor& labels, int64_t classes);

}  // namespace stl10
