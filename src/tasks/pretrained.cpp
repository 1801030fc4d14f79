#include "stl10/tasks/pretrained.h"

#include "stl10/base/error.h"
#include "stl10/base/options_json.h"

namespace stl10 {
namespace {

/// What a checkpoint says of its encoder.
struct EncoderConfig {
  EncoderOptions encoder;
  std::optional<Tap> tap;
};

template <class Visitor>
void visit_fields(EncoderConfig& config, Visitor& field) {
  visit_width(config.encoder, field);
  field("size", config.encoder.side, "", between(kSmallestSide, kLargestSide));
  field("tap", config.tap, "");
  field("encoder", config.encoder, "");
}

/// Older checkpoints say nothing of `size`, call `strides` `stride`, and where the encoder was
/// trained leave the rest to the run's config, which has the same keys.
EncoderConfig config_of(const Checkpoint& checkpoint) {
  const Provenance& saved = checkpoint.provenance();
  Json run = saved.encoder.is_null() ? saved.config : saved.encoder;
  if (run.contains("encoder") && run["encoder"].contains("stride")) {
    run["encoder"]["strides"] = run["encoder"]["stride"];
    run["encoder"].erase("stride");
  }
  Json keys = Json::object();
  for (const char* key : {"width", "size", "tap", "encoder"}) {
    if (run.contains(key)) keys[key] = run[key];
  }
  EncoderConfig config;
  apply_json(config, keys, "the config in " + checkpoint.file().string());
  return config;
}

/// The last tap whose layers the checkpoint holds, or the kind's last one where it holds others.
Tap last_tap(const Checkpoint& checkpoint, const EncoderOptions& options) {
  const auto taps = shape_of(options).taps;
  for (const auto& [tap, width] : taps) {
    InitStream init;
    if (checkpoint.has_names_of("encoder", *make_encoder(options, init, tap))) return tap;
  }
  return taps.front().first;
}

}  // namespace

Encoder PretrainedEncoder::load() const {
  InitStream init;
  Encoder encoder = make_encoder(options, init, last);
  checkpoint.load_part_into("encoder", *encoder);
  return encoder;
}

bool holds_encoder_alone(const Checkpoint& checkpoint) {
  return checkpoint.has("encoder") && !checkpoint.has("head");
}

bool holds_encoder(const Checkpoint& checkpoint) { return checkpoint.has("encoder"); }

Fit fit_of(const Checkpoint& checkpoint) {
  const std::string& name = checkpoint.provenance().fit;
  for (const Fit fit : {Fit::kCrop, Fit::kPad}) {
    if (name == name_of(fit)) return fit;
  }
  throw damaged(checkpoint.file().string(), "metadata `fit` crop or pad", name,
                "use another checkpoint");
}

PretrainedEncoder read_pretrained(const Checkpoint& checkpoint, std::optional<Tap> tap) {
  const EncoderConfig config = config_of(checkpoint);
  const Tap last = last_tap(checkpoint, config.encoder);
  const EncoderShape shape = shape_of(config.encoder, last);
  const PretrainedEncoder pretrained{
      .checkpoint = checkpoint,
      .options = config.encoder,
      .tap = tap ? *tap : config.tap.value_or(shape.taps.front().first),
      .last = last};
  pretrained.load();
  if (!shape.has(pretrained.tap)) {
    const std::string name(name_of(pretrained.tap));
    throw UsageError({checkpoint.file().string() + " holds an encoder without the tap " + name,
                      "--tap " + shape.tap_names(), name, "choose one of these"});
  }
  return pretrained;
}

Json encoder_json(const EncoderOptions& options, Tap tap) {
  return to_json(EncoderConfig{.encoder = options, .tap = tap});
}

std::string describe(const PretrainedEncoder& encoder) {
  return encoder.checkpoint.file().string() + " (" + std::string(name_of(encoder.tap)) +
         " features, " + std::to_string(encoder.shape().width(encoder.tap)) + ")";
}

}  // namespace stl10
