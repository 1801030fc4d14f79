#include "stl10/nn/conv_pool.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <limits>

#include "stl10/nn/conv_pool_loops.h"
#include "stl10/nn/maps.h"

namespace stl10 {

namespace baseline {
extern const ConvPoolLoops conv_pool;
}
namespace avx2 {
extern const ConvPoolLoops conv_pool;
}
namespace avx512 {
extern const ConvPoolLoops conv_pool;
}

const ConvPoolLoops& conv_pool_loops(InstructionSet set) {
  return compiled_for(set, baseline::conv_pool, avx2::conv_pool, avx512::conv_pool);
}

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t kChannelBlock = 16;

ConvPoolShape shape_of(const at::Tensor& x, int64_t channels, const ConvPoolOptions& options) {
  const int64_t side = x.size(2);
  const int64_t convolved = options.same_padding ? side / 2 : (side - 1) / 2;
  return {.side = side,
          .pooled_side = convolved / 2,
          .padded_side = convolved / 2 + options.zeros_behind,
          .channels = channels,
          .bfloat16 = x.scalar_type() == at::kBFloat16,
          .floor = options.relu ? 0 : -std::numeric_limits<float>::infinity()};
}

class ConvPool : public torch::autograd::Function<ConvPool> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const std::optional<at::Tensor>& bias, const ConvPoolOptions& options) {
    const int64_t images = x.size(0), channels = weight.size(0);
    const ConvPoolShape shape = shape_of(x, channels, options);
    const ConvPoolLoops& loops = conv_pool_loops(options.set);
    // (row, column, input, output): vectors of outputs.
    const at::Tensor packed = weight.detach().permute({2, 3, 1, 0}).contiguous();
    const at::Tensor map = at::empty({images, channels, shape.padded_side, shape.padded_side},
                                     at::TensorOptions(x.scalar_type()).memory_format(kMapOrder));
    const at::Tensor added = bias ? *bias : at::zeros({channels}, at::kFloat);
    const at::Tensor places = at::empty({images, shape.place_bytes()}, at::kByte);
    for_images(images, shape.scratch_values(), [&](int64_t image, int64_t, float* scratch) {
      loops.forward(shape, image_bytes(x, image), packed.const_data_ptr<float>(),
                    added.const_data_ptr<float>(), scratch, image_bytes(map, image),
                    places.mutable_data_ptr<uint8_t>() + image * shape.place_bytes());
    });
    context->save_for_backward({x, map, places});
    context->saved_data["same_padding"] = options.same_padding;
    context->saved_data["relu"] = options.relu;
    context->saved_data["has_bias"] = bias.has_value();
    context->saved_data["zeros_behind"] = options.zeros_behind;
    context->saved_data["set"] = static_cast<int64_t>(options.set);
    return map;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &map = saved[1], &places = saved[2];
    const ConvPoolOptions options{
        .same_padding = context->saved_data["same_padding"].toBool(),
        .relu = context->saved_data["relu"].toBool(),
        .zeros_behind = context->saved_data["zeros_behind"].toInt(),
        .set = static_cast<InstructionSet>(context->saved_data["set"].toInt())};
    const int64_t channels = map.size(1), threads = at::get_num_threads();
    const ConvPoolShape shape = shape_of(x, channels, options);
    const ConvPoolLoops& loops = conv_pool_loops(options.set);
    const at::Tensor gradient = gradients[0].contiguous(kMapOrder);
    // Every thread sums its images; the threads' sums are added in their order.
    const at::Tensor weights =
        at::zeros({threads, channels / kChannelBlock, kConvPoolTaps, kChannelBlock}, at::kFloat);
    const at::Tensor biases = at::zeros({threads, channels}, at::kFloat);
    for_images(x.size(0), shape.scratch_values(), [&](int64_t image, int64_t thread, float* own) {
      loops.backward(shape, image_bytes(x, image), image_bytes(map, image),
                     places.const_data_ptr<uint8_t>() + image * shape.place_bytes(),
                     image_bytes(gradient, image), own,
                     weights.mutable_data_ptr<float>() + thread * weights.stride(0),
                     biases.mutable_data_ptr<float>() + thread * channels);
    });
    const at::Tensor weight_gradient = weights.sum(0)
                                           .permute({0, 2, 1})
                                           .reshape({channels, 3, 3, kConvPoolInputs})
                                           .permute({0, 3, 1, 2});
    const bool has_bias = context->saved_data["has_bias"].toBool();
    return {at::Tensor(), weight_gradient, has_bias ? biases.sum(0) : at::Tensor(), at::Tensor()};
  }
};

}  // namespace

bool fits_conv_pool(const at::Tensor& x, const at::Tensor& weight, int64_t stride,
                    const ConvPoolOptions& options) {
  const bool three_by_three = weight.size(2) == 3 && weight.size(3) == 3 && stride == 2;
  const bool image = x.dim() == 4 && x.size(1) == kConvPoolInputs && x.size(2) == x.size(3) &&
                     x.size(2) >= 5 && (!options.same_padding || x.size(2) % 2 == 0);
  return x.is_cpu() && image && three_by_three && !x.requires_grad() &&
         x.is_contiguous(kMapOrder) && weight.size(0) % kChannelBlock == 0 &&
         (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16);
}

at::Tensor conv_pool(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                     const ConvPoolOptions& options) {
  TORCH_CHECK(fits_conv_pool(x, weight, 2, options), "conv_pool takes images, not ", x.sizes(),
              " with weights ", weight.sizes());
  TORCH_CHECK(options.set <= best_instruction_set(), "this processor has no ",
              name_of(options.set));
  return ConvPool::apply(x, weight, if_defined(bias), options);
}

}  // namespace stl10
