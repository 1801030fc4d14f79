#pragma once

#include <optional>
#include <string>
#include <vector>

#include "stl10/nn/encoder.h"
#include "stl10/nn/layers.h"

namespace stl10 {

/// Two 3×3 convolutions, each with batch normalization, around which the input is passed on: as it
/// is, or through a 1×1 convolution where stride or channels differ (He et al. 2016,
/// arXiv:1512.03385, figure 2 and section 3.3, option B).
class BasicBlockImpl : public torch::nn::Module {
 public:
  BasicBlockImpl(int64_t in, int64_t out, int64_t stride, bool zero_init_residual,
                 InitStream& init);

  /// x (N, in, H, W) → (N, out, ⌈H/stride⌉, ⌈W/stride⌉) ≥ 0.
  at::Tensor forward(const at::Tensor& x);

  /// Its nodes, of maps of this side.
  std::string add_to(NetworkGraph& graph, const std::string& prefix, const std::string& x,
                     int64_t side) const;

 private:
  Conv conv1_, conv2_, shortcut_ = nullptr;
  BatchNorm norm1_, norm2_, shortcut_norm_ = nullptr;
};
TORCH_MODULE(BasicBlock);

/// A residual network of basic blocks: ResNet-18 with blocks [2, 2, 2, 2], ResNet-10 with
/// [1, 1, 1, 1]; each stage behind the first has half the side and twice the channels. Names,
/// layouts, padding and initial weights are torchvision's ("layer1.0.conv1.weight"); it has no
/// dense layer.
class ResnetImpl : public EncoderImpl {
 public:
  /// The features of all taps come from the last stage, so nothing is left out.
  ResnetImpl(const EncoderOptions& options, InitStream& init,
             std::optional<Tap> last = std::nullopt);

  /// Sides are those of image, stem, its pool where there is one, and stages. Layers are the maps
  /// of all stages but the first. @throws ConfigError where there aren't two to four stages, or
  /// fewer than 8 channels.
  static EncoderShape shape_of(const EncoderOptions& options,
                               std::optional<Tap> last = std::nullopt);

  /// x float or bfloat16 (N, 3, S, S) in [0, 1] → (N, features(tap)) ≥ 0. Flattened maps are
  /// ordered (row, column, channel).
  at::Tensor forward(const at::Tensor& x, Tap tap = Tap::kPooled) override;
  std::string add_to(NetworkGraph& graph, const std::string& prefix, const std::string& x,
                     Tap tap) const override;
  bool mixes_images() const override { return is_training(); }
  bool reaches(const std::string&, Tap) const override { return true; }

 private:
  Conv conv1_ = nullptr;
  BatchNorm norm1_ = nullptr;
  bool pools_;
  std::vector<std::vector<BasicBlock>> stages_;
};
TORCH_MODULE(Resnet);

}  // namespace stl10
