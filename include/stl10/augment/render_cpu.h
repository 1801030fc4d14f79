#pragma once

#include <cstdint>

#include "stl10/augment/noise.h"
#include "stl10/augment/parameters.h"
#include "stl10/base/cpu.h"
#include "stl10/base/image.h"

namespace stl10 {

/// Memory to render one image in; each thread brings its own. Its content needs no initialization.
struct alignas(64) RenderSpace {
  uint8_t stored_rows[kChannels][kSide][kSide];  ///< the source by channel, row, column
  float rows[kSide][kChannels][kSide];           ///< the picture by row, channel, column
  float noise[kNoiseGroupRows][kChannels][kSide];
};

/// Renders one image: `stored` in stored order → `out` by row, column, channel, in [0, 1].
using RenderFunction = void (*)(const uint8_t* stored, const ImageParameters& image,
                                RenderSpace& space, PixelType type, void* out);

/// The renderer compiled for `set`; the processor must have it.
RenderFunction render_function(InstructionSet set);

}  // namespace stl10
