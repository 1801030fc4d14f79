#include "stl10/data/toy_shapes.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace stl10 {
namespace {

TEST(ToyShapes, MirroredTheyStayInTheirClass) {
  for (const ToyClass& kind : kToyClasses) {
    for (int y = -1200; y <= 1200; y += 61) {
      for (int x = 0; x <= 1200; x += 61) {
        EXPECT_EQ(kind.inside({x, y}), kind.inside({-x, y})) << kind.name << x << " " << y;
      }
    }
  }
}

TEST(ToyShapes, NoTwoLookTheSame) {
  std::set<std::string> names, shapes;
  for (const ToyClass& kind : kToyClasses) {
    std::string shape;
    int inside = 0;
    for (int y = -1200; y <= 1200; y += 100) {
      for (int x = -1200; x <= 1200; x += 100) {
        shape += kind.inside({x, y}) ? '#' : '.';
        inside += kind.inside({x, y}) ? 1 : 0;
      }
    }
    names.insert(kind.name);
    shapes.insert(shape);
    EXPECT_GT(inside, 60) << kind.name << " covers a tenth of its square at least";
  }
  EXPECT_EQ(names.size(), kToyClasses.size());
  EXPECT_EQ(shapes.size(), kToyClasses.size());
}

TEST(ToyShapes, TexturesRepeatWithTheirPeriod) {
  constexpr int kPeriod = 96;
  for (const ToyClass& kind : kToyClasses) {
    const std::string name = kind.name;
    if (name == "hourglass") continue;  // its circles repeat along the radius
    for (int x = -200; x <= 200; x += 7) {
      for (int y = -200; y <= 200; y += 7) {
        EXPECT_EQ(kind.is_light({x, y}, kPeriod),
                  kind.is_light({x + kPeriod, y + 3 * kPeriod}, kPeriod))
            << name << x << " " << y;
      }
    }
  }
}

}  // namespace
}  // namespace stl10
