#include "stl10/evaluate/out_of_class.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include "evaluate/constructed_features.h"

namespace stl10 {
namespace {

TEST(OutOfClass, ImagesOfTheClassesAreInside) {
  const LabeledFeatures train = testing::constructed({}, 500, 2, 0),
                        held_out = testing::constructed({}, 500, 2, 1);
  const OutOfClass found = out_of_class(train, held_out, testing::constructed({}, 500, 2, 2).x);
  EXPECT_EQ(found.k, 5);
  EXPECT_LE(found.held_out_share, 0.05);
  EXPECT_NEAR(found.share, 0.05, 0.04);
  EXPECT_LT(found.excess, 0.12);
}

TEST(OutOfClass, TheShareOfStrangersIsSeen) {
  const LabeledFeatures train = testing::constructed({}, 500, 3, 0),
                        held_out = testing::constructed({}, 500, 3, 1);
  const at::Tensor own = testing::constructed({}, 500, 3, 2).x;
  // Away from each corner of the simplex, on the other side of the middle.
  const at::Tensor strangers = -testing::constructed({}, 500, 3, 3).x;
  const OutOfClass found =
      out_of_class(train, held_out, at::cat({own.slice(0, 0, 250), strangers.slice(0, 0, 250)}));
  EXPECT_NEAR(found.excess, 0.5, 0.1);
  EXPECT_GT(found.share, 0.4);
}

TEST(OutOfClass, ClassesOfFewImagesLowerTheNeighbours) {
  const at::Tensor axes = at::eye(3);
  const LabeledFeatures train{axes, at::tensor({0, 1, 1}, at::kLong)};
  const OutOfClass found = out_of_class(train, train, axes);
  EXPECT_EQ(found.k, 1);
  EXPECT_EQ(found.share, 0);
}

}  // namespace
}  // namespace stl10
