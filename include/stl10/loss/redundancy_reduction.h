#pragma once

#include <ATen/core/Tensor.h>

#include "stl10/base/shared_rows.h"

/// Losses without negatives, which keep the dimensions of embeddings apart instead of the images.
///
/// Letters: N images, D dimensions; z1 and z2 (N, D), any floating type, are the embeddings of an
/// image's two views; C (D, D) is their correlation over the images, Cᵢⱼ = Σₙ z1ₙᵢ z2ₙⱼ/N, of
/// dimensions that were brought to mean 0 and variance 1 (over N, plus 1e-5) before. Sums are taken
/// in float at least. All have a gradient. Where processes share the images, means, variances and
/// correlations are those of all, and a loss is this one's part.
namespace stl10 {

/// Every dimension with mean 0 and variance 1: batch normalization without weights.
/// @param z (N, D). @return float, double for double.
at::Tensor standardized(const at::Tensor& z, const SharedRows& rows = {});

/// Barlow Twins: Σᵢ(1 − Cᵢᵢ)² + λ Σᵢ Σⱼ≠ᵢ Cᵢⱼ² (Zbontar et al. 2021, arXiv:2103.03230, equation 1).
/// The report's Keras code divides it by D.
at::Tensor barlow_twins(const at::Tensor& z1, const at::Tensor& z2, double lambda,
                        const SharedRows& rows = {});

/// HSIC between views: Σᵢ(1 − Cᵢᵢ)² + λ Σᵢ Σⱼ≠ᵢ (1 + Cᵢⱼ)² (Tsai et al. 2021, arXiv:2104.13712,
/// equation 5); its authors take λ = 1/D.
at::Tensor hsic(const at::Tensor& z1, const at::Tensor& z2, double lambda,
                const SharedRows& rows = {});

struct VicregWeights {
  double invariance = 25, variance = 25, covariance = 1;
};

/// VICReg (Bardes et al. 2022, arXiv:2105.04906, algorithm 1): the weighted sum of the mean squared
/// difference of z1 and z2; of how far each view's standard deviations, √(variance over N − 1 +
/// 1e-4), stay below 1, mean over dimensions; and of each view's squared covariances of different
/// dimensions, summed and divided by D. Its authors' code halves the second.
/// @param z1, z2 two images at least.
at::Tensor vicreg(const at::Tensor& z1, const at::Tensor& z2, const VicregWeights& weights,
                  const SharedRows& rows = {});

}  // namespace stl10
