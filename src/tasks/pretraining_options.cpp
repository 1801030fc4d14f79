#include "stl10/tasks/pretraining_options.h"

#include <algorithm>

namespace stl10 {

AugmentOptions PretrainingOptions::default_contrastive() {
  AugmentOptions options = augment_preset("simclr");
  options.size = 64;
  options.crop_scale = {0.2, 1};
  options.brightness = options.contrast = options.saturation = 0.5;
  options.hue = 0.1;
  options.blur = 0;
  return options;
}

AugmentOptions PretrainingOptions::first_augmentation() const {
  if (first_view == FirstView::kAugmented) return contrastive;
  AugmentOptions plain;
  plain.size = contrastive.size;
  return plain;
}

AugmentOptions PretrainingOptions::small_augmentation() const {
  AugmentOptions options = contrastive;
  options.size = small.size.value_or(std::max<int64_t>(kSmallestSide, sized_encoder().side / 2));
  options.crop_scale = small.crop_scale;
  return options;
}

EncoderOptions PretrainingOptions::sized_encoder() const {
  EncoderOptions sized = encoder;
  sized.side = contrastive.size.value_or(kSide);
  return sized;
}

}  // namespace stl10
