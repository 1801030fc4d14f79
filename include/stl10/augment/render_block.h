#pragma once

#include <cstdint>
#include <cstring>

#include "stl10/augment/noise.h"
#include "stl10/augment/parameters.h"
#include "stl10/augment/pixel.h"
#include "stl10/augment/sides.h"
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

/// What a block's threads share beside the picture: 4 KiB.
struct BlockSpace {
  ImageParameters image;
  SamplePoint columns[kLargestSide], rows[kLargestSide];
};

/// Floats from one column of a plane to the next: odd, so that neither rows nor columns collide in
/// memory banks.
STL10_HD constexpr int column_pitch(int side) { return side | 1; }

/// A view in the making, in memory that all threads of a block see: 146 KiB at a side of 96, within
/// the 163 KiB that one block may have on sm_80.
template <class Side>
struct BlockPicture {
  Side side;
  float* values;  ///< four planes, each column by column: three channels and one to spare

  STL10_HD static constexpr int plane_values(int side) { return side * column_pitch(side); }
  /// Floats of all planes; the spare one holds the stored image, too, before the view is blurred.
  STL10_HD static constexpr int total_values(int side) {
    const int stored = kImageBytes / 4, plane = plane_values(side);
    return kChannels * plane + (plane > stored ? plane : stored);
  }
  STL10_HD int pixels() const { return side() * side(); }
  STL10_HD float* plane(int c) const { return values + c * plane_values(side()); }
  STL10_HD float* spare() const { return plane(kChannels); }
  STL10_HD uint32_t* stored() const { return reinterpret_cast<uint32_t*>(spare()); }

  STL10_HD int offset(int x, int y) const { return x * column_pitch(side()) + y; }
  STL10_HD int offset(int pixel) const { return offset(pixel / side(), pixel % side()); }

  STL10_HD Rgb get(int offset) const {
    return {plane(0)[offset], plane(1)[offset], plane(2)[offset]};
  }
  STL10_HD void set(int offset, Rgb p) const {
    plane(0)[offset] = p.r;
    plane(1)[offset] = p.g;
    plane(2)[offset] = p.b;
  }
};

STL10_HD float stored_value(const uint32_t* stored, int c, int y, int x) {
  const int offset = stored_offset(c, y, x);
  return static_cast<float>((stored[offset / 4] >> (8 * (offset % 4))) & 0xFFu);
}

/// The resampled pixel between these; the same steps as the CPU's loops.
STL10_HD Rgb sampled(const uint32_t* stored, SamplePoint column, SamplePoint row) {
  const int right = column.index + 1 < kSide ? column.index + 1 : column.index;
  const int below = row.index + 1 < kSide ? row.index + 1 : row.index;
  float value[kChannels];
  for (int c = 0; c < kChannels; ++c) {
    const float a = lerp(stored_value(stored, c, row.index, column.index),
                         stored_value(stored, c, below, column.index), row.weight);
    const float b = lerp(stored_value(stored, c, row.index, right),
                         stored_value(stored, c, below, right), row.weight);
    value[c] = lerp(to_unit(a), to_unit(b), column.weight);
  }
  return {value[0], value[1], value[2]};
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
template <class Side>
STL10_HD float blur_value(const BlockPicture<Side>& picture, const float* plane,
                          const float* weight, int x, int y, bool down) {
  const auto at = [&](int away) {
    const int side = picture.side();
    return plane[down ? picture.offset(x, reflected(y + away, side))
                      : picture.offset(reflected(x + away, side), y)];
  };
  float sum = weight[0] * at(0);
  for (int k = 1; k <= kBlurRadius; ++k) sum += weight[k] * (at(-k) + at(k));
  return sum;
}

template <class Block, class Side>
STL10_HD void blur_picture(const Block& block, const float* weight,
                           const BlockPicture<Side>& picture) {
  const int side = picture.side();
  for (int c = 0; c < kChannels; ++c) {
    float *const plane = picture.plane(c), *const spare = picture.spare();
    block.each(picture.pixels(), [&](int pixel) {
      spare[picture.offset(pixel)] =
          blur_value(picture, plane, weight, pixel / side, pixel % side, true);
    });
    block.each(picture.pixels(), [&](int pixel) {
      plane[picture.offset(pixel)] =
          clamp01(blur_value(picture, spare, weight, pixel / side, pixel % side, false));
    });
  }
}

template <class Block, class Side>
STL10_HD void add_noise(const Block& block, const ImageParameters& image,
                        const BlockPicture<Side>& picture) {
  const int side = picture.side();
  block.each(noise_groups(side) * noise_group_blocks(side), [&](int i) {
    const PhiloxBlock words =
        stream_block(image.noise_seed, image.noise_stream, static_cast<uint32_t>(i));
    for (int half = 0; half < kNoiseHalves; ++half) {
      const ValuePlace place = noise_place(i, half, side);
      if (place.y >= side) continue;
      float& value = picture.plane(place.c)[picture.offset(place.x, place.y)];
      value = clamp01(value + image.noise * normal_of_half(noise_half(words, half)));
    }
  });
}

/// The colours of the picture; fills it from the stored image, which lies in its spare plane.
template <class Block, class Side>
STL10_HD void color_picture(const Block& block, const BlockSpace& space,
                            const BlockPicture<Side>& picture) {
  const ImageParameters& image = space.image;
  const int contrast = contrast_place(image), side = picture.side();
  const bool has_contrast = contrast < image.color_count;
  const float gray_sum = block.sum(picture.pixels(), [&](int i) {
    const Rgb p = sampled(picture.stored(), space.columns[i / side], space.rows[i % side]);
    const Rgb changed = change_colors(image, 0, contrast, 0, p);
    picture.set(picture.offset(i), changed);
    return has_contrast ? gray_of(changed) : 0.0f;
  });
  const float mean = gray_sum / static_cast<float>(picture.pixels());
  block.each(picture.pixels(), [&](int i) {
    const Rgb p =
        change_colors(image, contrast, image.color_count, mean, picture.get(picture.offset(i)));
    picture.set(picture.offset(i), image.grayscale ? to_gray(p) : p);
  });
}

/// Renders the image `stored` (in stored order, 4-byte aligned) with the parameters in
/// `space.image`, which one thread may write until it calls this: they are read after the first
/// wait. `write(place, value)` stores a value of the view in the order row, column, channel, or,
/// where their number is even, `write(place, first, second)` two.
template <class Block, class Side, class Write>
STL10_HD void render_block(const Block& block, const uint32_t* stored, BlockSpace& space,
                           const BlockPicture<Side>& picture, const Write& write) {
  const ImageParameters& image = space.image;
  const int side = picture.side();
  block.each(kImageBytes / 4, [&](int i) { picture.stored()[i] = stored[i]; });
  block.each(side, [&](int i) {
    space.columns[i] = sample_column(image, i);
    space.rows[i] = sample_row(image, i);
  });
  color_picture(block, space, picture);
  if (image.blur) blur_picture(block, image.blur_weight, picture);
  if (image.solarize) {
    block.each(picture.pixels(), [&](int i) {
      const Rgb p = picture.get(picture.offset(i));
      const float threshold = image.solarize_threshold;
      picture.set(picture.offset(i),
                  {solarize(p.r, threshold), solarize(p.g, threshold), solarize(p.b, threshold)});
    });
  }
  if (image.noise > 0) add_noise(block, image, picture);
  const auto value = [&](int i) {
    const int pixel = i / kChannels;
    return picture.plane(i % kChannels)[picture.offset(pixel % side, pixel / side)];
  };
  const int values = picture.pixels() * kChannels;
  if (values % 2 != 0) {
    block.each(values, [&](int i) { write(i, value(i)); });
  } else {
    block.each(values / 2, [&](int i) { write(2 * i, value(2 * i), value(2 * i + 1)); });
  }
}

}  // namespace stl10
