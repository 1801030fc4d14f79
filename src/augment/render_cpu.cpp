#include "stl10/augment/render_cpu.h"

namespace stl10 {

namespace baseline {
void render_image(const uint8_t*, const ImageParameters&, RenderSpace&, PixelType, void*);
}
namespace avx2 {
void render_image(const uint8_t*, const ImageParameters&, RenderSpace&, PixelType, void*);
}
namespace avx512 {
void render_image(const uint8_t*, const ImageParameters&, RenderSpace&, PixelType, void*);
}

RenderFunction render_function(InstructionSet set) {
  switch (set) {
    case InstructionSet::kAvx512:
      return avx512::render_image;
    case InstructionSet::kAvx2:
      return avx2::render_image;
    case InstructionSet::kBaseline:
      break;
  }
  return baseline::render_image;
}

}  // namespace stl10
