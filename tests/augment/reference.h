#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "stl10/augment/parameters.h"
#include "stl10/base/image.h"
#include "stl10/base/philox.h"

/// The augmentation once more, in float64 and as plainly as it can be said: the oracle of the
/// tests. It shares with the program only the struct of parameters and the generator.
namespace stl10::reference {

using Pixel = std::array<double, 3>;

/// A picture of doubles, row by row.
struct Picture {
  explicit Picture(int side) : size(side), pixels(static_cast<size_t>(side * side)) {}
  int size;
  std::vector<Pixel> pixels;
  Pixel& at(int y, int x) { return pixels[y * size + x]; }
  const Pixel& at(int y, int x) const { return pixels[y * size + x]; }
};

inline double clip(double value) { return std::min(std::max(value, 0.0), 1.0); }

inline double luma(const Pixel& p) { return 0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2]; }

/// Bilinear sample at (y, x), in pixels counted from the centre of the first one.
inline Pixel bilinear(const uint8_t* stored, double y, double x) {
  Pixel result{};
  for (int dy = 0; dy < 2; ++dy) {
    for (int dx = 0; dx < 2; ++dx) {
      const double fy = y - std::floor(y), fx = x - std::floor(x);
      const int yy = std::min(static_cast<int>(std::floor(y)) + dy, 95);
      const int xx = std::min(static_cast<int>(std::floor(x)) + dx, 95);
      const double weight = (dy == 1 ? fy : 1 - fy) * (dx == 1 ? fx : 1 - fx);
      for (int c = 0; c < 3; ++c) {
        result[c] += weight * stored[c * 9216 + xx * 96 + yy] / 255.0;
      }
    }
  }
  return result;
}

/// A position of an axis: half-pixel centres, held between the crop's outermost pixel centres.
inline double position(double start, double extent, int i, int size) {
  const double at = start + (i + 0.5) / size * extent - 0.5;
  return std::min(std::clamp(at, start, std::max(start, start + extent - 1)), 95.0);
}

inline Picture crop(const uint8_t* stored, const ImageParameters& image) {
  const int size = image.size;
  Picture picture(size);
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      picture.at(y, image.flip ? size - 1 - x : x) =
          bilinear(stored, position(image.top, image.height, y, size),
                   position(image.left, image.width, x, size));
    }
  }
  return picture;
}

/// To hue in turns, saturation, value and back, as textbooks have it.
inline Pixel to_hsv(const Pixel& p) {
  const double high = std::max({p[0], p[1], p[2]}), low = std::min({p[0], p[1], p[2]});
  const double delta = high - low;
  double hue = 0;
  if (delta > 0) {
    if (high == p[0]) {
      hue = (p[1] - p[2]) / delta;
    } else if (high == p[1]) {
      hue = 2 + (p[2] - p[0]) / delta;
    } else {
      hue = 4 + (p[0] - p[1]) / delta;
    }
  }
  return {hue / 6, high > 0 ? delta / high : 0, high};
}

inline Pixel from_hsv(const Pixel& hsv) {
  const double hue = (hsv[0] - std::floor(hsv[0])) * 6;
  const int sector = static_cast<int>(hue) % 6;
  const double rest = hue - std::floor(hue), v = hsv[2], s = hsv[1];
  const double p = v * (1 - s), q = v * (1 - s * rest), t = v * (1 - s * (1 - rest));
  switch (sector) {
    case 0:
      return {v, t, p};
    case 1:
      return {q, v, p};
    case 2:
      return {p, v, t};
    case 3:
      return {p, q, v};
    case 4:
      return {t, p, v};
    default:
      return {v, p, q};
  }
}

inline void change_color(ColorOperation operation, double strength, Picture& picture) {
  double mean = 0;
  for (const Pixel& p : picture.pixels) {
    mean += luma(p) / static_cast<double>(picture.pixels.size());
  }
  for (Pixel& p : picture.pixels) {
    const double gray = luma(p);
    if (operation == ColorOperation::kHue) {
      Pixel hsv = to_hsv(p);
      hsv[0] += strength;
      p = from_hsv(hsv);
      continue;
    }
    for (double& value : p) {
      if (operation == ColorOperation::kBrightness) value = clip(strength * value);
      if (operation == ColorOperation::kContrast) value = clip(mean + strength * (value - mean));
      if (operation == ColorOperation::kSaturation) value = clip(gray + strength * (value - gray));
    }
  }
}

/// Convolution with the two-dimensional kernel, mirrored at the borders' pixel centres.
inline Picture blur(const Picture& picture, const float* weight) {
  const int last = picture.size - 1;
  const auto mirror = [last](int i) { return i < 0 ? -i : i > last ? 2 * last - i : i; };
  Picture result(picture.size);
  for (int y = 0; y <= last; ++y) {
    for (int x = 0; x <= last; ++x) {
      for (int dy = -4; dy <= 4; ++dy) {
        for (int dx = -4; dx <= 4; ++dx) {
          const Pixel& from = picture.at(mirror(y + dy), mirror(x + dx));
          const double w = double{weight[std::abs(dy)]} * double{weight[std::abs(dx)]};
          for (int c = 0; c < 3; ++c) result.at(y, x)[c] += w * from[c];
        }
      }
    }
  }
  return result;
}

/// The exact normal quantile, by bisection of the distribution function.
inline double normal_quantile(double probability) {
  double low = -10, high = 10;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (0.5 * std::erfc(-middle / std::sqrt(2.0)) < probability ? low : high) = middle;
  }
  return (low + high) / 2;
}

/// Exact quantiles of (k + ½) / 2^16.
inline const std::vector<double>& quantile_table() {
  static const std::vector<double> table = [] {
    std::vector<double> values(65536);
    for (int k = 0; k < 65536; ++k) values[k] = normal_quantile((k + 0.5) / 65536);
    return values;
  }();
  return table;
}

/// Noise of four rows at a time: their values (1,152 at a side of 96) in the order row, channel,
/// column take the lower and upper halves of word 0, 1, 2, 3 of an eighth as many Philox blocks
/// (144), rounded up to a multiple of 16, all blocks for one half before the next.
inline void add_noise(const ImageParameters& image, Picture& picture) {
  const int size = picture.size, blocks = (12 * size + 127) / 128 * 16;
  for (int y = 0; y < size; ++y) {
    for (int c = 0; c < 3; ++c) {
      for (int x = 0; x < size; ++x) {
        const int value = (y % 4 * 3 + c) * size + x;
        const int half = value / blocks, block = y / 4 * blocks + value % blocks;
        const uint32_t word =
            stream_block(image.noise_seed, image.noise_stream, block).word[half / 2];
        const uint32_t bits = half % 2 == 0 ? word & 0xFFFF : word >> 16;
        double& v = picture.at(y, x)[c];
        v = clip(v + double{image.noise} * quantile_table()[bits]);
      }
    }
  }
}

/// Everything, in the documented order.
inline Picture render(const uint8_t* stored, const ImageParameters& image) {
  Picture picture = crop(stored, image);
  for (int i = 0; i < image.color_count; ++i) {
    const ColorOperation operation = image.color_order[i];
    change_color(operation, image.color_strength[static_cast<int>(operation)], picture);
  }
  if (image.grayscale) {
    for (Pixel& p : picture.pixels) p.fill(clip(luma(p)));
  }
  if (image.blur) picture = blur(picture, image.blur_weight);
  if (image.solarize) {
    for (Pixel& p : picture.pixels) {
      for (double& v : p) v = v >= double{image.solarize_threshold} ? 1 - v : v;
    }
  }
  if (image.noise > 0) add_noise(image, picture);
  return picture;
}

}  // namespace stl10::reference
