#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

/// Points of many dimensions as a picture shows them: in two.
namespace stl10 {

/// The coordinates along the two directions in which the points vary most (principal component
/// analysis, Pearson 1901), each with its largest coordinate positive; 0 in directions without
/// variance, so that constant features are one point.
/// @param x any floating type (N, D) on the CPU, N ≥ 1. @return double (N, 2).
at::Tensor principal_plane(const at::Tensor& x);

/// How near points are to each other, as t-SNE sees it: pⱼ|ᵢ is a Gaussian of the distance whose
/// width gives row i `perplexity` effective neighbours, and pᵢⱼ = (pⱼ|ᵢ + pᵢ|ⱼ)/2N (van der Maaten
/// and Hinton 2008, equations 1 and 2).
/// @param x any floating type (N, D) on the CPU. @param perplexity at least 1, below N.
/// @return double (N, N), symmetric, of sum 1 and diagonal 0.
at::Tensor neighbour_probabilities(const at::Tensor& x, double perplexity);

/// What t-SNE minimizes and its gradient (equations 4 and 5).
struct TsneLoss {
  double divergence = 0;  ///< Σ pᵢⱼ log(pᵢⱼ/qᵢⱼ), q by Student's t with one degree of freedom
  at::Tensor gradient;  ///< double (N, 2)
};

/// @param p as `neighbour_probabilities` gives them. @param y double (N, 2).
TsneLoss tsne_loss(const at::Tensor& p, const at::Tensor& y);

struct TsneOptions {
  double perplexity = 30;     ///< at most a third of the other points
  int64_t exaggerated = 250;  ///< steps with p twelve times as large, so that groups form
  int64_t steps = 500;        ///< those after them
};

/// A picture of which points are neighbours; distances between groups mean little. Begins at the
/// principal plane, with momentum and gains as the paper's; a function of the points alone. Fewer
/// than 4 points, and such as don't vary, stay in that plane.
/// @param x any floating type (N, D) on the CPU; time and memory grow with N². @return double
/// (N, 2). @throws Interrupted.
at::Tensor tsne(const at::Tensor& x, const TsneOptions& options = {});

}  // namespace stl10
