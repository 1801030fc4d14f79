#include "stl10/nn/encoder.h"

#include <algorithm>
#include <memory>

#include "stl10/base/error.h"
#include "stl10/nn/conv4.h"
#include "stl10/nn/resnet.h"

namespace stl10 {
namespace {

struct Kind {
  EncoderShape (*shape)(const EncoderOptions& options, std::optional<Tap> last);
  Encoder (*make)(const EncoderOptions& options, InitStream& init, std::optional<Tap> last);
};

template <class Impl>
constexpr Kind kind() {
  return {Impl::shape_of,
          [](const EncoderOptions& options, InitStream& init, std::optional<Tap> last) {
            return Encoder(std::shared_ptr<EncoderImpl>(new Impl(options, init, last)));
          }};
}

const Kind& kind_of(const EncoderOptions& options) {
  // In the order of EncoderKind.
  static constexpr Kind kKinds[] = {kind<Conv4Impl>(), kind<ResnetImpl>()};
  return kKinds[static_cast<size_t>(options.kind)];
}

}  // namespace

bool EncoderShape::has(Tap tap) const {
  return std::any_of(taps.begin(), taps.end(), [&](const auto& one) { return one.first == tap; });
}

int64_t EncoderShape::width(Tap tap) const {
  for (const auto& [name, features] : taps) {
    if (name == tap) return features;
  }
  throw ConfigError({"this encoder has no tap `" + std::string(name_of(tap)) + "`", tap_names(),
                     std::string(name_of(tap)), "choose one of these"});
}

std::string EncoderShape::tap_names() const {
  std::string names;
  for (size_t i = 0; i < taps.size(); ++i) {
    if (i > 0) names += i + 1 < taps.size() ? ", " : " or ";
    names += name_of(taps[i].first);
  }
  return names;
}

void refuse_foreign(bool given, const std::string& key, EncoderKind kind) {
  if (!given) return;
  throw ConfigError({"`encoder." + key + "` is of another kind of encoder",
                     "--encoder.kind " + std::string(name_of(kind)), "",
                     "leave one of the two out"});
}

EncoderShape shape_of(const EncoderOptions& options, std::optional<Tap> last) {
  EncoderShape shape = kind_of(options).shape(options, last);
  if (last) shape.width(*last);  // there is such a tap
  return shape;
}

Encoder make_encoder(const EncoderOptions& options, InitStream& init, std::optional<Tap> last) {
  shape_of(options, last);
  return kind_of(options).make(options, init, last);
}

}  // namespace stl10
