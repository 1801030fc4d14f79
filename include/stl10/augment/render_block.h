#pragma once

#include <cstdint>
#include <cstring>

#include "stl10/augment/noise.h"
#include "stl10/augment/parameters.h"
#include "stl10/augment/pixel.h"
#include "stl10/base/image.h"
#include "stl10/base/portable.h"

/// The renderer for a block of threads that share memory: the CUDA kernel's whole program. It is a
/// template of `Block`, which has
///
///   each(count, f)  runs f(0), …, f(count − 1), shared among the threads, then waits for all;
///   sum(count, f)   the same, and gives every thread the sum of the results,
///
/// so that tests run it on the CPU, with a block of one thread.
namespace stl10 {

/// Columns of the picture lie a little apart: then neither rows nor columns collide in memory
/// banks.
inline constexpr int kColumnPitch = kSide + 1;

/// A channel's plane, column by column.
struct BlockPlane {
  float value[kSide * kColumnPitch];
};

/// What a block's threads share: 148 KiB, within the 163 KiB that one block may have on sm_80.
struct BlockSpace {
  ImageParameters image;
  SamplePoint columns[kSide], rows[kSide];
  BlockPlane picture[kChannels];
  /// The stored image, one byte a value; after resampling, a half-blurred plane.
  union {
    uint32_t stored[kImageBytes / 4];
    BlockPlane blurred;
  };
};

STL10_HD int plane_offset(int x, int y) { return x * kColumnPitch + y; }
STL10_HD int plane_offset(int pixel) { return plane_offset(pixel / kSide, pixel % kSide); }

STL10_HD float stored_value(const BlockSpace& space, int c, int y, int x) {
  const int offset = stored_offset(c, y, x);
  return static_cast<float>((space.stored[offset / 4] >> (8 * (offset % 4))) & 0xFFu);
}

/// The resampled pixel in column x and row y; the same steps as the CPU's loops.
STL10_HD Rgb sampled(const BlockSpace& space, int x, int y) {
  const SamplePoint column = space.columns[x], row = space.rows[y];
  const int right = column.index + 1 < kSide ? column.index + 1 : column.index;
  const int below = row.index + 1 < kSide ? row.index + 1 : row.index;
  float value[kChannels];
  for (int c = 0; c < kChannels; ++c) {
    const float a = lerp(stored_value(space, c, row.index, column.index),
                         stored_value(space, c, below, column.index), row.weight);
    const float b = lerp(stored_value(space, c, row.index, right),
                         stored_value(space, c, below, right), row.weight);
    value[c] = lerp(to_unit(a), to_unit(b), column.weight);
  }
  return {value[0], value[1], value[2]};
}

STL10_HD Rgb get_pixel(const BlockSpace& space, int offset) {
  return {space.picture[0].value[offset], space.picture[1].value[offset],
          space.picture[2].value[offset]};
}

STL10_HD void set_pixel(BlockSpace& space, int offset, Rgb p) {
  space.picture[0].value[offset] = p.r;
  space.picture[1].value[offset] = p.g;
  space.picture[2].value[offset] = p.b;
}

/// The colour operations from place `begin` to before `end` in the image's order.
STL10_HD Rgb change_colors(const ImageParameters& image, int begin, int end, float mean, Rgb p) {
  for (int i = begin; i < end; ++i) {
    const ColorOperation operation = image.color_order[i];
    p = change_color(operation, image.color_strength[static_cast<int>(operation)], mean, p);
  }
  return p;
}

/// A blurred value from `kBlurRadius` neighbours on each side along one axis of a plane.
STL10_HD float blur_value(const BlockPlane& plane, const float* weight, int x, int y, bool down) {
  float sum = weight[0] * plane.value[plane_offset(x, y)];
  for (int k = 1; k <= kBlurRadius; ++k) {
    const int before = down ? plane_offset(x, reflected(y - k)) : plane_offset(reflected(x - k), y);
    const int after = down ? plane_offset(x, reflected(y + k)) : plane_offset(reflected(x + k), y);
    sum += weight[k] * (plane.value[before] + plane.value[after]);
  }
  return sum;
}

template <class Block>
STL10_HD void blur_picture(const Block& block, BlockSpace& space) {
  const float* weight = space.image.blur_weight;
  for (BlockPlane& plane : space.picture) {
    block.each(kPixels, [&](int pixel) {
      space.blurred.value[plane_offset(pixel)] =
          blur_value(plane, weight, pixel / kSide, pixel % kSide, true);
    });
    block.each(kPixels, [&](int pixel) {
      plane.value[plane_offset(pixel)] =
          clamp01(blur_value(space.blurred, weight, pixel / kSide, pixel % kSide, false));
    });
  }
}

template <class Block>
STL10_HD void add_noise(const Block& block, BlockSpace& space) {
  const ImageParameters& image = space.image;
  block.each(kNoiseBlocks, [&](int i) {
    const PhiloxBlock words =
        stream_block(image.noise_seed, image.noise_stream, static_cast<uint32_t>(i));
    for (int half = 0; half < kNoiseHalves; ++half) {
      const ValuePlace place = noise_place(i, half);
      float& value = space.picture[place.c].value[plane_offset(place.x, place.y)];
      value = clamp01(value + image.noise * normal_of_half(noise_half(words, half)));
    }
  });
}

/// Value i of the finished picture in the order row, column, channel.
STL10_HD float picture_value(const BlockSpace& space, int i) {
  const int pixel = i / kChannels;
  return space.picture[i % kChannels].value[plane_offset(pixel % kSide, pixel / kSide)];
}

/// Renders the image `stored` (in stored order, 4-byte aligned) with the parameters in
/// `space.image`, which one thread may write until it calls this: they are read after the first
/// wait. Values are stored in pairs by `write(place of the first, first, second)`.
template <class Block, class Write>
STL10_HD void render_block(const Block& block, const uint32_t* stored, BlockSpace& space,
                           const Write& write) {
  const ImageParameters& image = space.image;
  block.each(kImageBytes / 4, [&](int i) { space.stored[i] = stored[i]; });
  block.each(kSide, [&](int i) {
    space.columns[i] = sample_column(image, i);
    space.rows[i] = sample_row(image, i);
  });
  const int contrast = contrast_place(image);
  const bool has_contrast = contrast < image.color_count;
  const float gray_sum = block.sum(kPixels, [&](int i) {
    const Rgb p = change_colors(image, 0, contrast, 0, sampled(space, i / kSide, i % kSide));
    set_pixel(space, plane_offset(i), p);
    return has_contrast ? gray_of(p) : 0.0f;
  });
  block.each(kPixels, [&](int i) {
    const Rgb p = change_colors(image, contrast, image.color_count, gray_sum / kPixels,
                                get_pixel(space, plane_offset(i)));
    set_pixel(space, plane_offset(i), image.grayscale ? to_gray(p) : p);
  });
  if (image.blur) blur_picture(block, space);
  if (image.solarize) {
    block.each(kPixels, [&](int i) {
      const Rgb p = get_pixel(space, plane_offset(i));
      const float threshold = image.solarize_threshold;
      set_pixel(space, plane_offset(i),
                {solarize(p.r, threshold), solarize(p.g, threshold), solarize(p.b, threshold)});
    });
  }
  if (image.noise > 0) add_noise(block, space);
  block.each(kPixels * kChannels / 2, [&](int i) {
    write(2 * i, picture_value(space, 2 * i), picture_value(space, 2 * i + 1));
  });
}

}  // namespace stl10
