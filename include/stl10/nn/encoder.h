#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "stl10/nn/encoder_options.h"
#include "stl10/nn/network_graph.h"

namespace stl10 {

/// Floating-point operations that a view costs in convolutions and dense layers, two for each
/// multiply-add; the backward pass computes no gradient of the image.
struct EncoderWork {
  int64_t forward = 0, backward = 0;
};

/// The side of the square of pixels that a value sees, layer after layer.
struct ReceptiveField {
  int64_t side = 1, jump = 1;  ///< in pixels; jump: between two neighbouring values

  void add(int64_t kernel, int64_t stride) {
    side += (kernel - 1) * jump;
    jump *= stride;
  }
};

/// What is known of an encoder, for images of its size, before any of them.
struct EncoderShape {
  std::vector<int64_t> sides;                 ///< of the square maps, from the image to the last
  std::vector<std::pair<Tap, int64_t>> taps;  ///< and how many features each has; the last first
  Tap map_tap = Tap::kPooled;                 ///< how a projection head best takes its last map
  int64_t receptive_field = 0;                ///< side of what a value of the last map sees, pixels
  EncoderWork work;
  /// Whether a batch of one image can't train it: batch normalization would meet a single value a
  /// channel, whose variance is undefined (n − 1 = 0).
  bool needs_two_images = false;

  bool has(Tap tap) const;

  /// Features at a tap. @throws ConfigError where there is no such tap.
  int64_t width(Tap tap) const;

  /// "dense, flat, pooled or layers".
  std::string tap_names() const;
};

/// What turns images into features: the one interface that heads, probes, judges and checkpoints
/// know. Its parameters and buffers are all that a checkpoint holds of it.
class EncoderImpl : public torch::nn::Module {
 public:
  explicit EncoderImpl(EncoderShape shape) : shape_(std::move(shape)) {}

  /// x float or bfloat16 (N, 3, S, S) in [0, 1], in either memory order → features
  /// (N, features(tap)).
  virtual at::Tensor forward(const at::Tensor& x, Tap tap) = 0;

  /// Adds to a graph what it computes of the images x, (N, 3, S, S) in [0, 1], in evaluation mode.
  /// Constants are called "<prefix>conv1.weight" and so on, like the tensors of a checkpoint.
  /// @return the features (N, features(tap)).
  virtual std::string add_to(NetworkGraph& graph, const std::string& prefix, const std::string& x,
                             Tap tap) const = 0;

  /// Whether what it says of an image depends on the others beside it: batch statistics.
  virtual bool mixes_images() const = 0;

  /// Whether features at `tap` depend on the parameter of this name ("conv1.weight"). What they
  /// don't depend on gets no gradient from them.
  virtual bool reaches(const std::string& parameter, Tap tap) const = 0;

  const EncoderShape& shape() const { return shape_; }
  int64_t features(Tap tap) const { return shape_.width(tap); }

 private:
  EncoderShape shape_;
};
TORCH_MODULE(Encoder);

/// The encoder of `options.kind` with initial weights. @param last layers behind this tap are left
/// out, since they would stay random where no loss reaches them; empty: none are.
/// @throws ConfigError where its maps vanish, or it has no such tap.
Encoder make_encoder(const EncoderOptions& options, InitStream& init,
                     std::optional<Tap> last = std::nullopt);

/// For kinds to refuse what is `given` for another one. @throws ConfigError.
void refuse_foreign(bool given, const std::string& key, EncoderKind kind);

/// The shape of such an encoder. @throws as make_encoder.
EncoderShape shape_of(const EncoderOptions& options, std::optional<Tap> last = std::nullopt);

}  // namespace stl10
