#include "stl10/evaluate/class_centres.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include "evaluate/constructed_features.h"

namespace stl10 {
namespace {

double mean_in_class(const ClassCentres& known, const at::Tensor& x) {
  return in_class(known, x).mean().item<double>();
}

TEST(ClassCentres, SaysHowManyKnownImagesAreFarther) {
  // Two classes of one point each, so that the centres are these points; the known images lie 3, 1
  // and 2 from the point of their class.
  const LabeledFeatures train{at::tensor({2.0f, 0.0f, 0.0f, 5.0f}).reshape({2, 2}),
                              at::tensor({0, 1}, at::kLong)};
  const LabeledFeatures held_out{at::tensor({2.0f, 3.0f, 2.0f, 1.0f, 0.0f, 3.0f}).reshape({3, 2}),
                                 at::tensor({0, 0, 1}, at::kLong)};
  const ClassCentres known = class_centres(train, held_out, 0);
  EXPECT_TRUE(at::allclose(known.distances, at::tensor({1.0f, 2.0f, 3.0f})));
  // 2.5 from the first class, 0.5 from the second, 2 from the first to the bit, far from both.
  const at::Tensor x = at::tensor({2.0f, 2.5f, 0.0f, 5.5f, 4.0f, 0.0f, 10.0f, 10.0f});
  EXPECT_TRUE(at::allclose(in_class(known, x.reshape({4, 2})),
                           at::tensor({1 / 3.0, 1.0, 1 / 3.0, 0.0}, at::kDouble)));
}

TEST(ClassCentres, NewImagesOfTheClassesAreSpreadEvenly) {
  const LabeledFeatures train = testing::constructed({}, 500, 2, 0),
                        held_out = testing::constructed({}, 500, 2, 1);
  const at::Tensor own = testing::constructed({}, 500, 2, 2).x;
  for (const ClassCentres& known :
       {class_centres(train, held_out, 0), class_centres(train, std::nullopt, 0)}) {
    EXPECT_NEAR(mean_in_class(known, own), 0.5, 0.06);
    EXPECT_NEAR(in_class(known, own).lt(0.1).to(at::kDouble).mean().item<double>(), 0.1, 0.05);
    EXPECT_LT(mean_in_class(known, -own), 0.1);
  }
}

TEST(ClassCentres, AreAFunctionOfFeaturesAndSeed) {
  const LabeledFeatures train = testing::constructed({}, 200, 3, 0);
  EXPECT_TRUE(at::equal(class_centres(train, std::nullopt, 7).centres,
                        class_centres(train, std::nullopt, 7).centres));
}

TEST(ClassCentres, OfAClassWithFewImagesAreThese) {
  const LabeledFeatures train{at::eye(4), at::tensor({0, 0, 2, 2}, at::kLong)};
  const ClassCentres known = class_centres(train, train, 0);
  EXPECT_EQ(known.centres.size(0), 4);
  EXPECT_TRUE(at::allclose(known.distances, at::zeros({4})));
}

TEST(ClassCentres, WithOneImageAClassKnowNothing) {
  const LabeledFeatures train{at::eye(2), at::tensor({0, 1}, at::kLong)};
  EXPECT_EQ(class_centres(train, std::nullopt, 0).distances.numel(), 0);
}

}  // namespace
}  // namespace stl10
