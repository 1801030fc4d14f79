#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string_view>
#include <vector>

#include "stl10/base/options.h"

namespace stl10 {

/// How much the classes count where their images are not equally many: each image alike, or each
/// class alike.
enum class ClassWeights { kNone, kBalanced };
inline std::vector<std::string_view> enum_names(ClassWeights) { return {"none", "balanced"}; }

inline constexpr char kClassWeightsHelp[] =
    "of the loss; balanced: each class counts alike, however many images it has";

/// Weights for the loss of an image by its label, N/(K·N_k) for K classes with N_k of the N images
/// (King and Zeng 2001, as scikit-learn's class_weight="balanced"), so that their mean over the
/// images is 1; 0 for classes without images.
/// @param labels int64 (N) in [0, classes). @return double (classes); undefined for kNone.
at::Tensor class_weights_of(ClassWeights weights, const at::Tensor& labels, int64_t classes);

}  // namespace stl10
