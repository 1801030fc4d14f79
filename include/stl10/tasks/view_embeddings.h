#pragma once

#include <ATen/core/Tensor.h>

#include "stl10/base/shared_rows.h"
#include "stl10/tasks/view_counts.h"

namespace stl10 {

/// What a network makes of the views of a step's N images, or of this process's part of them.
struct ViewEmbeddings {
  at::Tensor z;  ///< float (V·N, d), view by view, the large ones first
  int64_t images = 0;
  ViewCounts counts;
  SharedRows rows;  ///< the images of all processes

  /// (N, d) of one view.
  at::Tensor of(int64_t view) const { return z.slice(0, view * images, (view + 1) * images); }

  /// What another network makes of these, (V·N, d').
  ViewEmbeddings with(const at::Tensor& made) const { return {made, images, counts, rows}; }
};

/// The mean of `loss(pair)` over pairs.
template <class Loss>
at::Tensor mean_over(const std::vector<ViewPair>& pairs, const Loss& loss) {
  at::Tensor sum;
  for (const ViewPair& pair : pairs) {
    const at::Tensor one = loss(pair);
    sum = sum.defined() ? sum.add(one) : one;
  }
  return pairs.size() == 1 ? sum : sum.div(static_cast<double>(pairs.size()));
}

}  // namespace stl10
