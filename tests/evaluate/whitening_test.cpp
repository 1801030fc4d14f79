#include "stl10/evaluate/whitening.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <tuple>
#include <utility>

#include "golden.h"
#include "stl10/base/error.h"

namespace stl10 {
namespace {

using testing::distance;
using testing::wave;

/// Features of unlike, correlated directions.
at::Tensor correlated(int64_t images, int64_t features) {
  const at::Tensor mixing = wave(features * features, 0.7, 0.1).reshape({features, features});
  const at::Tensor scales = at::linspace(0.2, 3, features, at::kDouble);
  const at::Tensor x = wave(images * features, 0.9, 0.4).reshape({images, features}) * scales;
  return (at::mm(x, mixing) + 5).to(at::kFloat);
}

TEST(Whitening, ComponentsAreUncorrelatedWithUnitVariance) {
  for (const auto& [images, features] : {std::pair{200, 12}, std::pair{20, 50}}) {
    const at::Tensor x = correlated(images, features);
    const at::Tensor z = fit_whitening(x, 8)(x).to(at::kDouble);
    ASSERT_EQ(z.sizes(), at::IntArrayRef({images, 8}));
    EXPECT_LT(z.mean(0).abs().max().item<double>(), 1e-5);
    const at::Tensor covariance = at::mm(z.t(), z) / static_cast<double>(images);
    EXPECT_LT(distance(covariance, at::eye(8, at::kDouble)), 1e-4) << images;
  }
}

TEST(Whitening, TheLargestVariancesComeFirst) {
  const at::Tensor x = correlated(200, 12);
  const at::Tensor centered = x.to(at::kDouble) - x.to(at::kDouble).mean(0);
  const at::Tensor singular = std::get<1>(at::linalg_svd(centered, false));
  const Whitening whitened = fit_whitening(x, 5);
  for (int64_t k = 0; k < 5; ++k) {  // an axis over the deviation along it
    const double deviation = singular[k].item<double>() / std::sqrt(200.0);
    EXPECT_NEAR(whitened.projection.select(1, k).norm().item<double>() * deviation, 1, 1e-6);
  }
}

/// From either side: the images' products, or the features'.
TEST(Whitening, FewImagesGiveTheSameComponents) {
  const at::Tensor x = correlated(30, 40);
  const at::Tensor padded = at::cat({x, x});  // more images than features, the same moments
  const at::Tensor few = fit_whitening(x, 6)(x), many = fit_whitening(padded, 6)(x);
  EXPECT_LT(distance(few.abs(), many.abs()), 1e-4);  // the sign of an axis is anyone's
}

TEST(Whitening, DirectionsThatAreNotThereAreRefused) {
  at::Tensor x = correlated(100, 6);
  x = at::cat({x, x.slice(1, 0, 3)}, 1);  // nine features of rank six
  EXPECT_NO_THROW(fit_whitening(x, 6));
  try {
    fit_whitening(x, 7);
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("at most 6 components, found 7"), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace stl10
