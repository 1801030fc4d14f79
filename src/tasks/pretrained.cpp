#include "stl10/tasks/pretrained.h"

#include "stl10/base/error.h"
#include "stl10/base/options_json.h"
#include "stl10/train/checkpoint.h"

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

EncoderConfig config_of(const std::filesystem::path& file, const Provenance& saved) {
  const Json& run = saved.encoder.is_null() ? saved.config : saved.encoder;
  Json keys = Json::object();
  for (const char* key : {"width", "tap", "encoder"}) {
    if (run.contains(key)) keys[key] = run[key];
  }
  EncoderConfig config;
  apply_json(config, keys, "the config in " + file.string());
  return config;
}

}  // namespace

Conv4 PretrainedEncoder::load() const {
  InitStream init;
  Conv4 encoder(options, init, has_dense);
  load_part(file, "encoder", *encoder);
  return encoder;
}

PretrainedEncoder read_pretrained(const std::filesystem::path& path, std::optional<Tap> tap,
                                  const std::vector<std::string>& class_names) {
  const std::filesystem::path file = checkpoint_file(path);
  const Provenance saved = read_provenance(file);
  check_classes(file, saved.class_names, class_names);
  const EncoderConfig config = config_of(file, saved);
  const PretrainedEncoder pretrained{
      .file = file,
      .options = config.encoder,
      .tap = tap.value_or(config.tap),
      .has_dense = !sizes_of_tensor(file, "encoder.dense.weight").empty()};
  if (pretrained.tap == Tap::kDense && !pretrained.has_dense) {
    throw UsageError({file.string() + " holds an encoder without a dense layer",
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
  return encoder.file.string() + " (" + std::string(name_of(encoder.tap)) + " features, " +
         std::to_string(features) + ")";
}

}  // namespace stl10
