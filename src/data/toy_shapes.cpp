#include "stl10/data/toy_shapes.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace stl10 {
namespace {

int square(int value) { return value * value; }

int radius_squared(ToyPoint p) { return square(p.x) + square(p.y); }

/// The larger and the smaller distance from the two axes.
int outer(ToyPoint p) { return std::max(std::abs(p.x), std::abs(p.y)); }
int inner(ToyPoint p) { return std::min(std::abs(p.x), std::abs(p.y)); }

bool in_disc(ToyPoint p) { return radius_squared(p) < square(1000); }
bool in_square(ToyPoint p) { return outer(p) < 880; }
bool in_triangle(ToyPoint p) { return std::abs(p.y) < 900 && 7 * std::abs(p.x) < 4 * (p.y + 900); }
bool in_diamond(ToyPoint p) { return outer(p) + inner(p) < 1200; }
bool in_ring(ToyPoint p) {
  return radius_squared(p) < square(1100) && radius_squared(p) > square(560);
}
bool in_frame(ToyPoint p) { return outer(p) < 980 && outer(p) > 480; }
bool in_plus(ToyPoint p) { return inner(p) < 380 && outer(p) < 1100; }
bool in_saltire(ToyPoint p) { return outer(p) - inner(p) < 500 && outer(p) < 950; }
bool in_hourglass(ToyPoint p) { return std::abs(p.x) < std::abs(p.y) + 150 && outer(p) < 950; }
bool in_crescent(ToyPoint p) {
  return radius_squared(p) < square(1100) && radius_squared({p.x, p.y - 500}) > square(800);
}

/// The remainder in 0 … period − 1, of negative values too.
int wrapped(int value, int period) { return (value % period + period) % period; }

bool first_half(int value, int period) { return 2 * wrapped(value, period) < period; }

bool bars(ToyPoint p, int period) { return first_half(p.y, period); }
bool bands(ToyPoint p, int period) { return first_half(p.y, 3 * period); }
bool stripes(ToyPoint p, int period) { return first_half(p.x, period); }
bool diagonals(ToyPoint p, int period) { return first_half(p.x + p.y, period); }
bool checks(ToyPoint p, int period) { return bars(p, period) != stripes(p, period); }
bool dots(ToyPoint p, int period) {
  const ToyPoint q = {wrapped(p.x, period) - period / 2, wrapped(p.y, period) - period / 2};
  return 25 * radius_squared(q) < 4 * square(period);
}
bool grid(ToyPoint p, int period) {
  return 10 * std::min(wrapped(p.x, period), wrapped(p.y, period)) < 3 * period;
}
bool zigzag(ToyPoint p, int period) {
  return first_half(p.y + std::abs(wrapped(p.x, period) - period / 2), period);
}
bool circles(ToyPoint p, int period) {
  return first_half(static_cast<int>(std::sqrt(static_cast<double>(radius_squared(p)))), period);
}
bool plain(ToyPoint, int) { return true; }

}  // namespace

const std::array<ToyClass, 10> kToyClasses = {{
    {"disc", in_disc, bars},
    {"square", in_square, stripes},
    {"triangle", in_triangle, checks},
    {"diamond", in_diamond, dots},
    {"ring", in_ring, diagonals},
    {"frame", in_frame, grid},
    {"plus", in_plus, bands},
    {"saltire", in_saltire, zigzag},
    {"hourglass", in_hourglass, circles},
    {"crescent", in_crescent, plain},
}};

}  // namespace stl10
