#include "stl10/nn/norm_relu.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cstring>

#include "stl10/base/kept_group.h"
#include "stl10/nn/maps.h"
#include "stl10/nn/norm_relu_loops.h"

namespace stl10 {

namespace baseline {
extern const NormReluLoops norm_relu;
}
namespace avx2 {
extern const NormReluLoops norm_relu;
}
namespace avx512 {
extern const NormReluLoops norm_relu;
}

const NormReluLoops& norm_relu_loops(InstructionSet set) {
  return compiled_for(set, baseline::norm_relu, avx2::norm_relu, avx512::norm_relu);
}

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// The rows of a map that may have zeros behind it, or of none.
class MapRows {
 public:
  MapRows(const at::Tensor& map, int64_t zeros_behind) {
    if (!map.defined()) return;
    values_ = static_cast<char*>(map.data_ptr());
    rows_ = map.size(2) - zeros_behind;
    image_bytes_ = map.stride(0) * map.element_size();
    row_bytes_ = map.stride(2) * map.element_size();
  }

  /// Of all images' rows one after the other; null without a map.
  void* operator[](int64_t row) const {
    return values_ == nullptr ? nullptr
                              : values_ + row / rows_ * image_bytes_ + row % rows_ * row_bytes_;
  }

 private:
  char* values_ = nullptr;
  int64_t rows_ = 0, image_bytes_ = 0, row_bytes_ = 0;
};

NormRow row_of(const at::Tensor& x) {
  return {
      .columns = x.size(3), .channels = x.size(1), .bfloat16 = x.scalar_type() == at::kBFloat16};
}

/// Runs f(row, sums) for every row of x, with sums of the thread's own; returns their total,
/// double (2, C), added in the threads' order.
template <class Function>
at::Tensor sum_rows(const at::Tensor& x, const Function& f) {
  const at::Tensor sums = at::zeros({at::get_num_threads(), 2, x.size(1)}, at::kDouble);
  at::parallel_for(0, x.size(0) * x.size(2), 1, [&](int64_t first, int64_t last) {
    double* own = sums.mutable_data_ptr<double>() + at::get_thread_num() * sums.stride(0);
    for (int64_t row = first; row < last; ++row) f(row, own);
  });
  return sums.sum(0);
}

class NormRelu : public torch::autograd::Function<NormRelu> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const at::Tensor& bias, const std::optional<at::Tensor>& added,
                            const at::Tensor& mean, const at::Tensor& inverse_deviation,
                            const NormReluOptions& options) {
    const int64_t images = x.size(0), rows = x.size(2), zeros = options.zeros_behind;
    const at::Tensor scale = (weight * inverse_deviation).detach();
    const at::Tensor y = at::empty({images, x.size(1), rows + zeros, x.size(3) + zeros},
                                   x.options().memory_format(kMapOrder));
    const NormRow row = row_of(x);
    const NormReluLoops& loops = norm_relu_loops(options.set);
    const NormChannels channels = parameters(mean, scale, bias);
    const MapRows x_rows(x, 0), y_rows(y, zeros), added_rows(added.value_or(at::Tensor()), 0);
    const int64_t row_bytes = row.columns * row.channels * x.element_size();
    const int64_t padded_bytes = y.stride(2) * y.element_size();
    at::parallel_for(0, images * rows, 1, [&](int64_t first, int64_t last) {
      for (int64_t r = first; r < last; ++r) {
        char* const to = static_cast<char*>(y_rows[r]);
        loops.forward(row, x_rows[r], channels, added_rows[r], to);
        const int64_t rows_behind = (r + 1) % rows == 0 ? zeros : 0;
        std::memset(to + row_bytes, 0, padded_bytes - row_bytes + rows_behind * padded_bytes);
      }
    });
    context->save_for_backward({x, scale, bias, mean, inverse_deviation, added ? y : at::Tensor()});
    keep(*context, options.group);
    context->saved_data["count"] = options.count.value_or(x.numel() / row.channels);
    context->saved_data["of_batch"] = options.of_batch;
    context->saved_data["zeros_behind"] = zeros;
    context->saved_data["set"] = static_cast<int64_t>(options.set);
    return y;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &scale = saved[1], &mean = saved[3], &inverse = saved[4],
                     &y = saved[5];
    const NormChannels channels = parameters(mean, scale, saved[2]);
    const NormReluLoops& loops =
        norm_relu_loops(static_cast<InstructionSet>(context->saved_data["set"].toInt()));
    const NormRow row = row_of(x);
    const at::Tensor y_gradient = gradients[0].contiguous(kMapOrder);
    const int64_t zeros = context->saved_data["zeros_behind"].toInt();
    const MapRows x_rows(x, 0), y_rows(y, zeros), g_rows(y_gradient, zeros);

    const at::Tensor sums = sum_rows(x, [&](int64_t r, double* to) {
      loops.gradient_sums(row, x_rows[r], channels, y_rows[r], g_rows[r], to);
    });
    const at::Tensor bias_gradient = sums[0].to(at::kFloat);
    const at::Tensor weight_gradient = sums[1].to(at::kFloat) * inverse;
    variable_list all(7);
    all[1] = weight_gradient;
    all[2] = bias_gradient;
    if (!context->needs_input_grad(0) && !y.defined()) return all;

    at::Tensor slope = at::zeros_like(scale), offset = slope;
    if (context->saved_data["of_batch"].toBool()) {
      const auto count = static_cast<double>(context->saved_data["count"].toInt());
      const at::Tensor of_all = kept_group(*context).sum(sums).to(at::kFloat);
      slope = -scale * inverse * (of_all[1] * inverse) / count;
      offset = -scale * of_all[0] / count;
    }
    all[0] = at::empty_like(x);
    if (y.defined()) all[3] = at::empty_like(x);
    const MapRows to(all[0], 0), added_to(all[3], 0);
    at::parallel_for(0, x.size(0) * x.size(2), 1, [&](int64_t first, int64_t last) {
      for (int64_t r = first; r < last; ++r) {
        loops.backward(row, x_rows[r], channels, y_rows[r], g_rows[r],
                       slope.const_data_ptr<float>(), offset.const_data_ptr<float>(), to[r],
                       added_to[r]);
      }
    });
    return all;
  }

 private:
  static NormChannels parameters(const at::Tensor& mean, const at::Tensor& scale,
                                 const at::Tensor& bias) {
    return {mean.const_data_ptr<float>(), scale.const_data_ptr<float>(),
            bias.const_data_ptr<float>()};
  }
};

void check_taken(const at::Tensor& x, InstructionSet set) {
  TORCH_CHECK(fits_norm_relu(x), "norm_relu takes maps in channels_last order, not ", x.sizes());
  TORCH_CHECK(set <= best_instruction_set(), "this processor has no ", name_of(set));
}

}  // namespace

bool fits_norm_relu(const at::Tensor& x) {
  constexpr int64_t kWidestVector = 16;
  return x.is_cpu() && x.dim() == 4 && x.numel() > 0 && x.size(1) % kWidestVector == 0 &&
         x.is_contiguous(kMapOrder) &&
         (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16);
}

ChannelStatistics channel_statistics(const at::Tensor& x, InstructionSet set) {
  check_taken(x, set);
  const at::Tensor values = x.detach();
  // Near the mean, so that the sums of squares hold few digits of it.
  const at::Tensor shift = values.select(0, 0).select(1, 0).to(at::kFloat).mean(1);
  const NormReluLoops& loops = norm_relu_loops(set);
  const NormRow row = row_of(values);
  const MapRows rows(values, 0);
  const int64_t count = values.numel() / row.channels;
  const at::Tensor means = sum_rows(values,
                                    [&](int64_t r, double* sums) {
                                      loops.sums(row, rows[r], shift.const_data_ptr<float>(), sums);
                                    }) /
                           static_cast<double>(count);
  const at::Tensor variance = (means[1] - means[0].square()).clamp_min(0);
  return {(means[0] + shift).to(at::kFloat), variance.to(at::kFloat)};
}

at::Tensor norm_relu(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                     const ChannelStatistics& statistics, const NormReluOptions& options,
                     const at::Tensor& added) {
  check_taken(x, options.set);
  if (added.defined()) {
    check_taken(added, options.set);
    TORCH_CHECK(added.sizes() == x.sizes() && added.scalar_type() == x.scalar_type(),
                "what is added has x's shape and type, not ", added.sizes());
  }
  const at::Tensor inverse_deviation = (statistics.variance + options.epsilon).rsqrt();
  return NormRelu::apply(x, weight, bias, if_defined(added), statistics.mean, inverse_deviation,
                         options);
}

}  // namespace stl10
