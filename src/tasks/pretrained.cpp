#include "stl10/tasks/pretrained.h"

#include "stl10/base/error.h"
#include "stl10/base/options_json.h"

namespace stl10 {
namespace {

/// The keys of every config that say what its encoder is.
struct EncoderConfig {
  EncoderOptions encoder;
  Tap tap = Tap::kDense;
};

template <class Visitor>
void visit_fields(EncoderConfig& config, Visitor& field) {
  field("width", config.encoder.width, "", between(1, 65536));
  field("tap", config.tap, "");
  field("encoder", config.encoder, "");
}

EncoderConfig config_of(const Checkpoint& checkpoint) {
  const Provenance& saved = checkpoint.provenance();
  const Json& run = saved.encoder.is_null() ? saved.config : saved.encoder;
  Json keys = Json::object();
  for (const char* key : {"width", "tap", "encoder"}) {
    if (run.contains(key)) keys[key] = run[key];
  }
  EncoderConfig config;
  apply_json(config, keys, "the config in " + checkpoint.file().string());
  return config;
}

}  // namespace

Conv4 PretrainedEncoder::load() const {
  InitStream init;
  Conv4 encoder(options, init, has_dense);
  checkpoint.load_part_into("encoder", *encoder);
  return encoder;
}

PretrainedEncoder read_pretrained(const Checkpoint& checkpoint, std::optional<Tap> tap) {
  const EncoderConfig config = config_of(checkpoint);
  const PretrainedEncoder pretrained{
      .checkpoint = checkpoint,
      .options = config.encoder,
      .tap = tap.value_or(config.tap),
      .has_dense = !checkpoint.sizes_of("encoder.dense.weight").empty()};
  if (pretrained.tap == Tap::kDense && !pretrained.has_dense) {
    throw UsageError({checkpoint.file().string() + " holds an encoder without a dense layer",
                      "--tap flat or pooled", "dense", "choose one of these"});
  }
  pretrained.load();
  return pretrained;
}

Json to_json(const PretrainedEncoder& encoder) {
  return to_json(EncoderConfig{.encoder = encoder.options, .tap = encoder.tap});
}

std::string describe(const PretrainedEncoder& encoder) {
  InitStream init;
  const int64_t features = Conv4(encoder.options, init, encoder.has_dense)->features(encoder.tap);
  return encoder.checkpoint.file().string() + " (" + std::string(name_of(encoder.tap)) +
         " features, " + std::to_string(features) + ")";
}

}  // namespace stl10
