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
  return compiled_for(set, baseline::render_image, avx2::render_image, avx512::render_image);
}

}  // namespace stl10
