#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string_view>
#include <vector>

#include "stl10/base/shared_rows.h"

/// The normalized temperature-scaled cross-entropy of two views (NT-Xent).
///
/// Letters: N images, D dimensions; z1 and z2 (N, D) are the embeddings of an image's two views,
/// row i of one the positive of row i of the other; s(a, b) is the cosine of two embeddings; tau is
/// the temperature.
namespace stl10 {

/// Which embeddings an anchor is compared with.
/// `cross-view`: the other view's N embeddings, as the report's code (and the Keras reference)
/// does. `full`: all other 2N − 1 embeddings of both views, 2N − 2 of them negatives: equation 1 of
/// Chen et al. 2020 (arXiv:2002.05709).
enum class NtXentForm { kCrossView, kFull };
inline std::vector<std::string_view> enum_names(NtXentForm) { return {"cross-view", "full"}; }

/// How many embeddings an anchor is compared with, its positive included: N, or 2N − 1.
int64_t nt_xent_candidates(NtXentForm form, int64_t images);

struct NtXent {
  at::Tensor loss;     ///< float (double for double embeddings), without axes; has a gradient
  at::Tensor correct;  ///< int64, without axes: anchors whose positive is nearer than all others
};

/// The mean over all 2N anchors, so both directions, of
///   −s(a, positive)/tau + log Σ_b exp(s(a, b)/tau), b over the anchor's candidates.
/// The mean is Keras' (one cross-entropy over the 2N rows of both directions) and lightly's
/// NTXentLoss; code that adds the two directions' means has twice this value.
///
/// A zero vector has the cosine 0 with everything and gets no gradient. Sums are taken in float at
/// least, relative to their largest term, in blocks of rows that stay in the cache: memory grows
/// with N, not N².
/// @param z1, z2 (N, D), N ≥ 1, any floating type, neither normalized. @param tau above 0.
/// @param rows where processes share the N images: the anchors are this one's, their candidates
/// those of all; loss and correct anchors are its parts.
NtXent nt_xent(const at::Tensor& z1, const at::Tensor& z2, double tau, NtXentForm form,
               const SharedRows& rows = {});

}  // namespace stl10
