#include "stl10/nn/conv_norm.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <torch/csrc/autograd/custom_function.h>

#include "stl10/nn/conv_norm_loops.h"
#include "stl10/nn/maps.h"

namespace stl10 {

namespace baseline {
extern const ConvNormLoops conv_norm;
}
namespace avx2 {
extern const ConvNormLoops conv_norm;
}
namespace avx512 {
extern const ConvNormLoops conv_norm;
}

const ConvNormLoops& conv_norm_loops(InstructionSet set) {
  return compiled_for(set, baseline::conv_norm, avx2::conv_norm, avx512::conv_norm);
}

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t kSumBlock = 16;  // channels whose sums lie together

ConvNormShape patch_shape(const at::Tensor& x, int64_t channels, bool same_padding,
                          int64_t zeros_behind) {
  const int64_t convolved = same_padding ? x.size(2) / 2 : (x.size(2) - 1) / 2;
  return {.side = x.size(2),
          .convolved = convolved,
          .padded_side = convolved + zeros_behind,
          .channels = channels,
          .bfloat16 = x.scalar_type() == at::kBFloat16};
}

/// (C, 27) double, in the order of a patch.
at::Tensor as_patches(const at::Tensor& weight) {
  return weight.detach()
      .permute({0, 2, 3, 1})
      .reshape({weight.size(0), kPatchTaps})
      .to(at::kDouble);
}

class ConvNormRelu : public torch::autograd::Function<ConvNormRelu> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const at::Tensor& norm_weight, const at::Tensor& norm_bias,
                            const ChannelStatistics& statistics, const PatchMoments& patches,
                            const ConvNormOptions& options) {
    const ConvNormShape shape =
        patch_shape(x, weight.size(0), options.same_padding, options.zeros_behind);
    const ConvNormLoops& loops = conv_norm_loops(options.set);
    const at::Tensor w = as_patches(weight);
    // The mean of w · (p − ½).
    const at::Tensor mean = statistics.mean.to(at::kDouble) - kPatchCenter * w.sum(1);
    const at::Tensor inverse = (statistics.variance.to(at::kDouble) + options.epsilon).rsqrt();
    const at::Tensor scale = norm_weight.detach() * inverse;
    const at::Tensor offset = norm_bias.detach() - scale * mean;
    const at::Tensor packed =
        at::cat({w * scale.unsqueeze(1), offset.unsqueeze(1)}, 1).t().contiguous().to(at::kFloat);
    const at::Tensor map =
        at::empty({x.size(0), shape.channels, shape.padded_side, shape.padded_side},
                  at::TensorOptions(x.scalar_type()).memory_format(kMapOrder));
    for_images(x.size(0), shape.scratch_values(), [&](int64_t image, int64_t, float* scratch) {
      loops.forward(shape, image_bytes(x, image), packed.const_data_ptr<float>(), scratch,
                    image_bytes(map, image));
    });
    variable_list kept = {x, map, w, mean, inverse, scale};
    if (options.of_batch) kept.insert(kept.end(), {patches.mean, patches.covariance});
    context->save_for_backward(kept);
    context->saved_data["same_padding"] = options.same_padding;
    context->saved_data["zeros_behind"] = options.zeros_behind;
    context->saved_data["set"] = static_cast<int64_t>(options.set);
    return map;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &w = saved[2], &mean = saved[3], &inverse = saved[4], &scale = saved[5];
    const at::Tensor sums = gradient_sums(*context, saved[0], saved[1], gradients[0]);
    const at::Tensor with_patches = sums.slice(1, 0, kPatchTaps),
                     alone = sums.select(1, kPatchTaps);
    const at::Tensor with_normalized = ((w * with_patches).sum(1) - mean * alone) * inverse;
    at::Tensor weight_gradient = with_patches + kPatchCenter * alone.unsqueeze(1);
    if (saved.size() > 6) {  // of the batch, less what its mean and deviation take along
      const at::Tensor &patch_mean = saved[6], &covariance = saved[7];
      weight_gradient = with_patches - alone.unsqueeze(1) * patch_mean -
                        (with_normalized * inverse).unsqueeze(1) * w.mm(covariance);
    }
    variable_list all(7);
    all[1] = (weight_gradient * scale.unsqueeze(1))
                 .to(at::kFloat)
                 .reshape({w.size(0), 3, 3, kPatchInputs})
                 .permute({0, 3, 1, 2});
    all[2] = with_normalized.to(at::kFloat);
    all[3] = alone.to(at::kFloat);
    return all;
  }

 private:
  /// (C, 28) double: Σ g·(p − ½) and Σ g.
  static at::Tensor gradient_sums(AutogradContext& context, const at::Tensor& x,
                                  const at::Tensor& map, const at::Tensor& map_gradient) {
    const ConvNormShape shape =
        patch_shape(x, map.size(1), context.saved_data["same_padding"].toBool(),
                    context.saved_data["zeros_behind"].toInt());
    const ConvNormLoops& loops =
        conv_norm_loops(static_cast<InstructionSet>(context.saved_data["set"].toInt()));
    const at::Tensor gradient = map_gradient.contiguous(kMapOrder);
    // Every thread sums its images; the threads' sums are added in their order.
    const at::Tensor sums = at::zeros(
        {at::get_num_threads(), shape.channels / kSumBlock, kPatchValues, kSumBlock}, at::kDouble);
    for_images(x.size(0), shape.scratch_values(),
               [&](int64_t image, int64_t thread, float* scratch) {
                 loops.backward(shape, image_bytes(x, image), image_bytes(map, image),
                                image_bytes(gradient, image), scratch,
                                sums.mutable_data_ptr<double>() + thread * sums.stride(0));
               });
    return sums.sum(0).permute({0, 2, 1}).reshape({shape.channels, kPatchValues});
  }
};

}  // namespace

bool fits_conv_norm_relu(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                         int64_t stride, bool same_padding) {
  constexpr int64_t kLeastSide = 2 * kPatchColumns + 1;
  const bool image = x.is_cpu() && x.dim() == 4 && x.size(1) == kPatchInputs &&
                     x.size(2) == x.size(3) && x.size(2) >= kLeastSide &&
                     (!same_padding || x.size(2) % 2 == 0) && x.is_contiguous(kMapOrder) &&
                     !x.requires_grad() &&
                     (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16);
  return image && stride == 2 && !bias.defined() && weight.size(0) % kSumBlock == 0 &&
         weight.size(2) == 3 && weight.size(3) == 3;
}

PatchMoments patch_moments(const at::Tensor& x, bool same_padding, InstructionSet set) {
  TORCH_CHECK(set <= best_instruction_set(), "this processor has no ", name_of(set));
  const ConvNormShape shape = patch_shape(x, kSumBlock, same_padding, 0);
  const ConvNormLoops& loops = conv_norm_loops(set);
  const at::Tensor sums =
      at::zeros({at::get_num_threads(), kPatchValues, kPatchStride}, at::kDouble);
  for_images(x.size(0), shape.scratch_values(), [&](int64_t image, int64_t thread, float* scratch) {
    loops.moments(shape, image_bytes(x, image), scratch,
                  sums.mutable_data_ptr<double>() + thread * sums.stride(0));
  });
  const int64_t count = x.size(0) * shape.convolved * shape.convolved;
  const at::Tensor means = sums.sum(0).slice(1, 0, kPatchTaps) / static_cast<double>(count);
  const at::Tensor mean = means[kPatchTaps];
  return {count, mean, means.slice(0, 0, kPatchTaps) - mean.outer(mean)};
}

ChannelStatistics channel_statistics(const PatchMoments& patches, const at::Tensor& weight) {
  const at::Tensor w = as_patches(weight);
  const at::Tensor mean = w.mv(patches.mean) + kPatchCenter * w.sum(1);
  const at::Tensor variance = (w.mm(patches.covariance) * w).sum(1).clamp_min(0);
  return {mean.to(at::kFloat), variance.to(at::kFloat)};
}

at::Tensor conv_norm_relu(const at::Tensor& x, const at::Tensor& weight,
                          const at::Tensor& norm_weight, const at::Tensor& norm_bias,
                          const ChannelStatistics& statistics, const PatchMoments& patches,
                          const ConvNormOptions& options) {
  TORCH_CHECK(fits_conv_norm_relu(x, weight, {}, 2, options.same_padding),
              "conv_norm_relu takes images, not ", x.sizes(), " with weights ", weight.sizes());
  TORCH_CHECK(options.set <= best_instruction_set(), "this processor has no ",
              name_of(options.set));
  return ConvNormRelu::apply(x, weight, norm_weight, norm_bias, statistics, patches, options);
}

}  // namespace stl10
