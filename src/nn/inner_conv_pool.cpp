#include "stl10/nn/inner_conv_pool.h"

#include <ATen/Functions.h>
#include <ATen/autocast_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include "stl10/nn/inner_conv_pool_loops.h"
#include "stl10/nn/maps.h"

namespace stl10 {

namespace baseline {
extern const InnerConvPoolLoops inner_conv_pool;
}
namespace avx2 {
extern const InnerConvPoolLoops inner_conv_pool;
}
namespace avx512 {
extern const InnerConvPoolLoops inner_conv_pool;
}

const InnerConvPoolLoops& inner_conv_pool_loops(InstructionSet set) {
  return compiled_for(set, baseline::inner_conv_pool, avx2::inner_conv_pool,
                      avx512::inner_conv_pool);
}

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t kTapSide = 3, kStride = 2, kInnerTaps = kTapSide * kTapSide;

InnerConvShape inner_shape(const at::Tensor& x, int64_t outputs, int64_t zeros_behind) {
  const int64_t side = x.size(2), convolved = (side - kTapSide) / kStride + 1;
  return {.side = side,
          .convolved = convolved,
          .pooled_side = convolved / 2,
          .padded_side = convolved / 2 + zeros_behind,
          .inputs = x.size(1),
          .outputs = outputs,
          .bfloat16 = x.scalar_type() == at::kBFloat16};
}

/// The type of LibTorch's convolution of x, which autocast may change; the loops read both alike.
at::ScalarType convolved_type(const at::Tensor& x) {
  return at::autocast::is_autocast_enabled(at::kCPU) ? at::autocast::get_autocast_dtype(at::kCPU)
                                                     : x.scalar_type();
}

bool is_float_or_bfloat16(at::ScalarType type) {
  return type == at::kFloat || type == at::kBFloat16;
}

class InnerConvReluPool : public torch::autograd::Function<InnerConvReluPool> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const at::Tensor& bias, int64_t zeros_behind, InstructionSet set) {
    const InnerConvShape shape = inner_shape(x, weight.size(0), zeros_behind);
    const InnerConvPoolLoops& loops = inner_conv_pool_loops(set);
    const at::Tensor convolved = at::conv2d(x, weight, bias, kStride).contiguous(kMapOrder);
    const at::Tensor map =
        at::empty({x.size(0), shape.outputs, shape.padded_side, shape.padded_side},
                  x.options().memory_format(kMapOrder));
    const at::Tensor places = at::empty({x.size(0), shape.place_bytes()}, at::kByte);
    for_images(x.size(0), 0, [&](int64_t image, int64_t, float*) {
      loops.pool(shape, image_bytes(convolved, image), image_bytes(map, image),
                 places.mutable_data_ptr<uint8_t>() + image * shape.place_bytes());
    });
    context->save_for_backward({x, weight, places});
    context->saved_data["zeros_behind"] = zeros_behind;
    context->saved_data["set"] = static_cast<int64_t>(set);
    return map;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1], &places = saved[2];
    const int64_t outputs = weight.size(0), threads = at::get_num_threads();
    const InnerConvShape shape =
        inner_shape(x, outputs, context->saved_data["zeros_behind"].toInt());
    const InnerConvPoolLoops& loops =
        inner_conv_pool_loops(static_cast<InstructionSet>(context->saved_data["set"].toInt()));
    const int64_t lanes = loops.lanes, blocks = shape.inputs / lanes;
    const at::Tensor gradient = gradients[0].contiguous(kMapOrder);
    // (block, output, tap, input of the block)
    const at::Tensor packed = weight.detach()
                                  .reshape({outputs, blocks, lanes, kInnerTaps})
                                  .permute({1, 0, 3, 2})
                                  .contiguous();
    at::Tensor x_gradient;
    if (context->needs_input_grad(0)) x_gradient = at::empty_like(x);
    // Every thread sums its images; the threads' sums are added in their order.
    const at::Tensor weights = at::zeros({threads, blocks, outputs, kInnerTaps, lanes}, at::kFloat);
    const at::Tensor biases = at::zeros({threads, outputs}, at::kFloat);
    for_images(x.size(0), shape.scratch_words(), [&](int64_t image, int64_t thread, float* own) {
      loops.backward(shape, image_bytes(x, image), packed.const_data_ptr<float>(),
                     places.const_data_ptr<uint8_t>() + image * shape.place_bytes(),
                     image_bytes(gradient, image), reinterpret_cast<uint32_t*>(own),
                     weights.mutable_data_ptr<float>() + thread * weights.stride(0),
                     biases.mutable_data_ptr<float>() + thread * outputs,
                     image_bytes(x_gradient, image));
    });
    const at::Tensor weight_gradient = weights.sum(0)
                                           .permute({1, 2, 0, 3})
                                           .reshape({outputs, kTapSide, kTapSide, shape.inputs})
                                           .permute({0, 3, 1, 2});
    return {x_gradient, weight_gradient, biases.sum(0), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

bool fits_inner_conv_relu_pool(const at::Tensor& x, const at::Tensor& weight,
                               const at::Tensor& bias, int64_t stride) {
  constexpr int64_t kBlock = 16, kLeastSide = 5;
  const bool map = x.is_cpu() && x.dim() == 4 && x.size(2) == x.size(3) &&
                   x.size(2) >= kLeastSide && x.is_contiguous(kMapOrder) &&
                   is_float_or_bfloat16(x.scalar_type()) && is_float_or_bfloat16(convolved_type(x));
  return map && stride == kStride && bias.defined() && weight.size(2) == kTapSide &&
         weight.size(3) == kTapSide && weight.size(1) == x.size(1) &&
         weight.size(0) % kBlock == 0 && weight.size(1) % kBlock == 0;
}

at::Tensor inner_conv_relu_pool(const at::Tensor& x, const at::Tensor& weight,
                                const at::Tensor& bias, int64_t zeros_behind, InstructionSet set) {
  TORCH_CHECK(fits_inner_conv_relu_pool(x, weight, bias, kStride),
              "inner_conv_relu_pool takes maps in channels_last order, not ", x.sizes(),
              " with weights ", weight.sizes());
  TORCH_CHECK(set <= best_instruction_set(), "this processor has no ", name_of(set));
  return InnerConvReluPool::apply(x.to(convolved_type(x)), weight, bias, zeros_behind, set);
}

}  // namespace stl10
