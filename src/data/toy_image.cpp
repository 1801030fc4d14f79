#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "stl10/base/image.h"
#include "stl10/base/philox.h"
#include "stl10/data/toy.h"
#include "stl10/data/toy_shapes.h"

namespace stl10 {
namespace {

using Colour = std::array<int, kChannels>;

constexpr int kHues = 6 * 256;

/// A colour of hue 0 … 1535, saturation and value 0 … 255 (Smith 1978, in integers).
Colour from_hsv(int hue, int saturation, int value) {
  const int low = value * (255 - saturation) / 255, part = hue % 256;
  const int up = low + (value - low) * part / 256, down = value - (value - low) * part / 256;
  switch (hue / 256) {
    case 0:
      return {value, up, low};
    case 1:
      return {down, value, low};
    case 2:
      return {low, value, up};
    case 3:
      return {low, down, value};
    case 4:
      return {up, low, value};
    default:
      return {value, low, down};
  }
}

int distance(const Colour& a, const Colour& b) {
  int sum = 0;
  for (size_t c = 0; c < kChannels; ++c) sum += std::abs(a[c] - b[c]);
  return sum;
}

/// One image while it is painted. Each draw is a statement of its own: C++ leaves the order of a
/// call's arguments open.
class Painter {
 public:
  Painter(uint64_t seed, const StreamId& id) : draw_(seed, id) {}

  void paint_background();
  void paint_clutter();
  void paint_object(const ToyClass& kind);
  void paint_cover();
  void store(uint8_t* image);

 private:
  int between(int low, int high) {
    return low + static_cast<int>(draw_.below(static_cast<uint32_t>(high - low + 1)));
  }
  bool coin() { return draw_.below(2) == 0; }

  Colour any_colour() {
    const int hue = between(0, kHues - 1), saturation = between(0, 200), value = between(40, 255);
    return from_hsv(hue, saturation, value);
  }

  /// A rectangle, or the ellipse in it, with the given centre and half sides.
  void paint_patch(ToyPoint centre, ToyPoint half, bool is_ellipse, const Colour& colour);

  Philox draw_;
  std::array<std::array<Colour, kSide>, kSide> pixels_{};  // [row][column]
  ToyPoint centre_{0, 0};                                  // of the object
  int size_ = 0;                                           // of the object: its half side
};

/// A gradient between two colours in any direction.
void Painter::paint_background() {
  const Colour from = any_colour(), to = any_colour();
  const int slope_x = between(-8, 8), slope_y = between(-8, 8);
  const int reach = std::max(1, (std::abs(slope_x) + std::abs(slope_y)) * kSide / 2);
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const int along = (x - kSide / 2) * slope_x + (y - kSide / 2) * slope_y;
      const int weight = 128 + 127 * along / reach;
      for (size_t c = 0; c < kChannels; ++c) {
        pixels_[y][x][c] = (from[c] * weight + to[c] * (255 - weight)) / 255;
      }
    }
  }
}

void Painter::paint_patch(ToyPoint centre, ToyPoint half, bool is_ellipse, const Colour& colour) {
  const int bottom = std::min(kSide - 1, centre.y + half.y);
  const int right = std::min(kSide - 1, centre.x + half.x);
  for (int y = std::max(0, centre.y - half.y); y <= bottom; ++y) {
    for (int x = std::max(0, centre.x - half.x); x <= right; ++x) {
      const int u = (x - centre.x) * half.y, v = (y - centre.y) * half.x, w = half.x * half.y;
      if (!is_ellipse || u * u + v * v <= w * w) pixels_[y][x] = colour;
    }
  }
}

/// Up to two small plain things that belong to no class.
void Painter::paint_clutter() {
  const int count = between(0, 2);
  for (int i = 0; i < count; ++i) {
    const int x = between(0, kSide - 1), y = between(0, kSide - 1);
    const int half_x = between(2, 10), half_y = between(2, 10);
    const bool is_ellipse = coin();
    paint_patch({x, y}, {half_x, half_y}, is_ellipse, any_colour());
  }
}

/// The shape, tilted by up to 7°, in two brightnesses of neighbouring hues; a plain one in that
/// which stands out from the background.
void Painter::paint_object(const ToyClass& kind) {
  size_ = between(31, 43);
  centre_.x = between(size_ * 3 / 4, kSide - 1 - size_ * 3 / 4);
  centre_.y = between(size_ * 3 / 4, kSide - 1 - size_ * 3 / 4);
  const int tangent = between(-60, 60);  // of half the angle, in 1/1024
  const int cosine = 1024 * (1024 * 1024 - tangent * tangent) / (1024 * 1024 + tangent * tangent);
  const int sine = 1024 * 2048 * tangent / (1024 * 1024 + tangent * tangent);
  const int mirror = coin() ? -1 : 1;
  const int period = 16 * between(9, 13), phase_x = between(0, period),
            phase_y = between(0, period);
  const int hue = between(0, kHues - 1), shift = between(0, 200), saturation = between(0, 220);
  const int contrast = between(150, 200), middle = between(20 + contrast / 2, 255 - contrast / 2);
  Colour light = from_hsv(hue, saturation, middle + contrast / 2);
  Colour dark = from_hsv((hue + shift) % kHues, saturation, middle - contrast / 2);
  const Colour& behind = pixels_[centre_.y][centre_.x];
  if (distance(light, behind) < distance(dark, behind)) std::swap(light, dark);
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const int dx = mirror * (x - centre_.x), dy = y - centre_.y;
      const ToyPoint local = {cosine * dx + sine * dy, cosine * dy - sine * dx};  // 1/1024 pixel
      if (!kind.inside({local.x / size_, local.y / size_})) continue;
      const ToyPoint textured = {local.x / 64 + phase_x, local.y / 64 + phase_y};
      pixels_[y][x] = kind.is_light(textured, period) ? light : dark;
    }
  }
}

/// A bar across the image or a disc, before the object, in one image of three.
void Painter::paint_cover() {
  if (between(0, 2) != 0) return;
  const int x = centre_.x + between(-size_, size_), y = centre_.y + between(-size_, size_);
  const int width = between(3, 9), kind = between(0, 2);
  const Colour colour = any_colour();
  if (kind == 0) return paint_patch({x, y}, {(width + 1) / 2, kSide}, false, colour);
  if (kind == 1) return paint_patch({x, y}, {kSide, (width + 1) / 2}, false, colour);
  paint_patch({x, y}, {width, width}, true, colour);
}

/// Adds noise of a random strength (a sum of two uniform numbers) and writes the image.
void Painter::store(uint8_t* image) {
  const int strength = between(4, 20);
  for (int c = 0; c < kChannels; ++c) {
    for (int x = 0; x < kSide; ++x) {
      for (int y = 0; y < kSide; y += 2) {
        const uint32_t word = draw_.bits();
        for (int i = 0; i < 2; ++i) {
          const auto two_bytes = static_cast<int>(word >> (16 * i));
          const int noise = (two_bytes & 255) + (two_bytes >> 8 & 255) - 255;
          const int value = pixels_[y + i][x][c] + noise * strength / 255;
          image[stored_offset(c, y + i, x)] = static_cast<uint8_t>(std::clamp(value, 0, 255));
        }
      }
    }
  }
}

}  // namespace

void paint_toy_image(uint64_t seed, ToyPart part, int64_t index, int64_t label, uint8_t* image) {
  Painter painter(seed, {Purpose::kToy, static_cast<uint32_t>(part), static_cast<uint32_t>(index)});
  painter.paint_background();
  painter.paint_clutter();
  painter.paint_object(kToyClasses.at(static_cast<size_t>(label)));
  painter.paint_cover();
  painter.store(image);
}

}  // namespace stl10
