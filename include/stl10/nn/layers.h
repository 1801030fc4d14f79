#pragma once

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <cstdint>
#include <functional>
#include <string>

#include "stl10/nn/network_graph.h"
#include "stl10/nn/norm_relu.h"
#include "stl10/nn/shared_norm.h"

/// The few layers that the encoders need, with Keras' initialization drawn from Philox. (LibTorch's
/// own layers draw their weights from its global generator when they are made.)
///
/// Letters: N images, C channels, H and W rows and columns; feature maps are (N, C, H, W) in
/// channels_last memory order.
namespace stl10 {

/// Numbers the tensors of a network as they are initialized, so that each draws its own stream.
struct InitStream {
  uint64_t seed = 0;
  uint32_t next_tensor = 0;
};

/// Zeros around a map: as Keras and TensorFlow put them, none, or (kernel − 1)/2 on each side as
/// PyTorch's convolutions are padded.
enum class Padding { kSame, kValid, kSymmetric };

/// What a convolution's weights are drawn from: uniform in ±√(6/(fan_in + fan_out)) as Keras does
/// (Glorot and Bengio 2010), or normal with deviation √(2/fan_out) as torchvision's residual
/// networks have them (He et al. 2015, arXiv:1502.01852, equation 14).
enum class InitialWeights { kGlorot, kHe };

/// Side of the map that a kernel of `kernel` taps makes of one of `side` pixels with stride
/// `stride`; 0 where none fits.
int64_t convolved_side(int64_t side, int64_t kernel, int64_t stride, Padding padding);

/// 2-D convolution; weight (out, in, kernel, kernel). Without a bias where batch normalization
/// follows, which would take it out again. `same` padding: total = max((⌈side/stride⌉ − 1)·stride +
/// kernel − side, 0), the odd pixel at the bottom and right.
class ConvImpl : public torch::nn::Module {
 public:
  ConvImpl(int64_t in, int64_t out, int64_t kernel, int64_t stride, Padding padding,
           InitStream& init, bool has_bias = true,
           InitialWeights initial = InitialWeights::kGlorot);

  /// x float (N, in, H, W) → (N, out, H', W').
  at::Tensor forward(const at::Tensor& x);

  /// Rows and columns of zeros that it would put behind a map of `side`, where it would put none
  /// before it; else 0.
  int64_t zeros_behind(int64_t side) const;

  /// As `forward`, of an x that holds its padding already.
  at::Tensor of_padded(const at::Tensor& x);

  /// Maxima of `side` x `side` places of `forward`, or, where x is `padded`, of `of_padded`. The
  /// bias is added to the maxima, which is the same, and a quarter of the work for a side of 2.
  at::Tensor pooled(const at::Tensor& x, int64_t side, bool padded);

  /// Its node in a graph, of maps of this side; constants are called "<name>.weight", ….
  std::string add_to(NetworkGraph& graph, const std::string& name, const std::string& x,
                     int64_t side) const;

  int64_t stride() const { return stride_; }
  Padding padding() const { return padding_; }

  at::Tensor weight, bias;  ///< `bias` is undefined where there is none

 private:
  at::Tensor convolved(const at::Tensor& x, const at::Tensor& added);

  /// The convolution of a map of one pixel, which one tap alone meets: a matrix product.
  at::Tensor of_pixel(const at::Tensor& x, int64_t tap, const at::Tensor& added);

  /// A strided convolution of one tap: the matrix product of the pixels that it meets.
  at::Tensor of_every_other(const at::Tensor& x, const at::Tensor& added);

  int64_t kernel_, stride_;
  Padding padding_;
};
TORCH_MODULE(Conv);

/// x·Wᵀ + b; weight (out, in). Without b where batch normalization follows.
class DenseImpl : public torch::nn::Module {
 public:
  DenseImpl(int64_t in, int64_t out, InitStream& init, bool has_bias = true);

  /// x float (N, in) → (N, out).
  at::Tensor forward(const at::Tensor& x);

  std::string add_to(NetworkGraph& graph, const std::string& name, const std::string& x) const;

  at::Tensor weight, bias;  ///< `bias` is undefined where there is none
};
TORCH_MODULE(Dense);

/// Batch normalization over N, H and W, or over N (Ioffe and Szegedy 2015); momentum 0.1 and
/// epsilon 1e-5 as in PyTorch. Running statistics are buffers; evaluation mode uses them.
class BatchNormImpl : public torch::nn::Module {
 public:
  explicit BatchNormImpl(int64_t channels);

  /// x (N, C, …) → the same shape.
  at::Tensor forward(const at::Tensor& x);

  std::string add_to(NetworkGraph& graph, const std::string& name, const std::string& x) const;

  /// max(0, `forward`) of a map, with rows and columns of zeros behind it, through `norm_relu`
  /// where it takes the map: (N, C, H, W) → (N, C, H + zeros_behind, W + zeros_behind).
  at::Tensor relu_of(const at::Tensor& x, int64_t zeros_behind);

  /// max(0, `forward` + added), likewise; both (N, C, H, W).
  at::Tensor relu_of_sum(const at::Tensor& x, const at::Tensor& added);

  /// The same of the convolution of images, all in one operation; for x and conv_weight that
  /// `fits_conv_norm_relu` takes.
  at::Tensor relu_of_convolved(const at::Tensor& x, const at::Tensor& conv_weight, Padding padding,
                               int64_t zeros_behind);

  at::Tensor weight, bias, running_mean, running_var;
  double momentum = 0.1;  ///< share of a batch in the running statistics
  Group group = {};       ///< processes that share the batch

 private:
  at::Tensor fused(const at::Tensor& x, const at::Tensor& added, int64_t zeros_behind);
  /// Takes those of a batch into the running statistics.
  void track(const CountedStatistics& of_batch);
};
TORCH_MODULE(BatchNorm);

/// From now on batch normalization in training is over the images of all processes of the group.
void share_statistics(torch::nn::Module& network, const Group& group);

/// Sets all running statistics of a network to those of the one batch that `forward` sends through
/// it, as an untrained network needs before it is judged: its initial ones describe no images.
/// Afterwards the network is in training mode.
void estimate_statistics(torch::nn::Module& network, const std::function<void()>& forward);

/// Normal with deviation √(2/fan_out), float32.
at::Tensor he_normal(at::IntArrayRef shape, int64_t fan_out, InitStream& init);

/// Uniform in ±√(6/(fan_in + fan_out)) (Glorot and Bengio 2010), float32.
at::Tensor glorot_uniform(at::IntArrayRef shape, int64_t fan_in, int64_t fan_out, InitStream& init);

}  // namespace stl10
