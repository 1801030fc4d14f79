#pragma once

#include <cstdint>

#include "stl10/augment/noise.h"
#include "stl10/augment/parameters.h"
#include "stl10/base/cpu.h"
#include "stl10/base/image.h"

namespace stl10 {

/// Memory to render one image in; each thread brings its own. Its content needs no initialization.
/// What a smaller view doesn't need of it is never touched.
struct alignas(64) RenderSpace {
  uint8_t stored_rows[kChannels][kSide][kSide];  ///< the source by channel, row, column
  float noise[kNoiseHalves * noise_group_blocks(kLargestSide)];  ///< by row, channel, column
  /// The picture by row, channel, column, a channel's rows a whole number of vectors apart.
  alignas(64) float rows[kLargestSide * kChannels * kLargestSide];
};

/// Renders one image: `stored` in stored order → `out` by row, column, channel, in [0, 1]; the view
/// has `image.size` rows and columns.
using RenderFunction = void (*)(const uint8_t* stored, const ImageParameters& image,
                                RenderSpace& space, PixelType type, void* out);

/// The renderer compiled for `set`; the processor must have it.
RenderFunction render_function(InstructionSet set);

}  // namespace stl10
