#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace stl10 {

/// Images of similar confidence: how sure the classifier is of them, and how often it is right.
struct ReliabilityBin {
  int64_t count = 0;
  double confidence = 0, accuracy = 0;  ///< means over the bin's images; 0 where it has none
};

/// Whether probabilities mean what they say; confidence is the largest probability of an image.
struct Calibration {
  std::vector<ReliabilityBin> bins;  ///< of equal width, (0, 1/B], …, ((B − 1)/B, 1]
  double ece = 0;             ///< mean |accuracy − confidence| over images, by those bins (Naeini
                              ///< et al. 2015; Guo et al. 2017, equation 3)
  double ece_equal_mass = 0;  ///< the same by bins of equally many images (Nixon et al. 2019)
  double largest_error = 0;   ///< of a bin of equal width (Guo et al. 2017, equation 4)
  double brier = 0;           ///< mean of Σₖ(pₖ − yₖ)² over images: 0 to 2 (Brier 1950)
};

/// @param probabilities any floating type (N, K), each row of sum 1. @param labels int64 (N), N
/// ≥ 1.
Calibration calibration(const at::Tensor& probabilities, const at::Tensor& labels,
                        int64_t bins = 15);

}  // namespace stl10
