#include "stl10/loss/nt_xent.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <cmath>

#include "golden.h"

namespace stl10 {
namespace {

using testing::wave;

constexpr NtXentForm kForms[] = {NtXentForm::kCrossView, NtXentForm::kFull};

double loss_of(const at::Tensor& z1, const at::Tensor& z2, double tau, NtXentForm form) {
  return nt_xent(z1, z2, tau, form).loss.item<double>();
}

int64_t correct_of(const at::Tensor& z1, const at::Tensor& z2, NtXentForm form) {
  return nt_xent(z1, z2, 0.5, form).correct.item<int64_t>();
}

at::Tensor embeddings(int64_t n, int64_t d, double phase) {
  return wave(n * d, 0.7, phase).reshape({n, d});
}

/// Equation 1 of Chen et al. 2020, word by word, with two loops.
struct Naive {
  double loss = 0;
  int64_t correct = 0;

  Naive(const at::Tensor& z1, const at::Tensor& z2, double tau, NtXentForm form) {
    const at::Tensor z = at::cat({z1, z2}).to(at::kDouble);
    const int64_t n = z1.size(0);
    const auto similarity = [&](int64_t a, int64_t b) {
      return ((z[a] * z[b]).sum() / (z[a].norm() * z[b].norm())).item<double>();
    };
    for (int64_t a = 0; a < 2 * n; ++a) {
      const int64_t positive = (a + n) % (2 * n);
      double sum = 0;
      bool nearest = true;
      for (int64_t b = 0; b < 2 * n; ++b) {
        const bool same_view = (a < n) == (b < n);
        if (b == a || (form == NtXentForm::kCrossView && same_view)) continue;
        sum += std::exp(similarity(a, b) / tau);
        if (b != positive && similarity(a, b) >= similarity(a, positive)) nearest = false;
      }
      loss += (std::log(sum) - similarity(a, positive) / tau) / static_cast<double>(2 * n);
      correct += nearest ? 1 : 0;
    }
  }
};

TEST(NtXent, EqualEmbeddingsGiveTheLogOfTheCandidatesAndNoHit) {
  for (const int64_t n : {2, 7, 64}) {
    const at::Tensor z = at::full({n, 5}, -0.3);
    for (const double tau : {0.05, 1.0}) {
      EXPECT_NEAR(loss_of(z, z, tau, NtXentForm::kCrossView), std::log(n), 1e-5);
      EXPECT_NEAR(loss_of(z, z, tau, NtXentForm::kFull), std::log(2 * n - 1), 1e-5);
    }
    for (const NtXentForm form : kForms) EXPECT_EQ(correct_of(z, z, form), 0) << "ties are wrong";
  }
}

TEST(NtXent, OrthogonalImagesWithEqualViewsHaveAClosedForm) {
  const int64_t n = 6;
  const double tau = 0.4, e = std::exp(1 / tau);
  const at::Tensor z = at::eye(n);
  EXPECT_NEAR(loss_of(z, 3 * z, tau, NtXentForm::kCrossView), -std::log(e / (e + n - 1)), 1e-6);
  EXPECT_NEAR(loss_of(z, 3 * z, tau, NtXentForm::kFull), -std::log(e / (e + 2 * n - 2)), 1e-6);
  for (const NtXentForm form : kForms) EXPECT_EQ(correct_of(z, 3 * z, form), 2 * n);
}

TEST(NtXent, EqualsANaiveDoubleLoop) {
  for (const int64_t n : {1, 2, 9}) {
    const at::Tensor z1 = embeddings(n, 4, 0.3), z2 = z1 + 0.6 * embeddings(n, 4, 1.9);
    for (const NtXentForm form : kForms) {
      for (const double tau : {0.1, 0.5}) {
        const Naive naive(z1, z2, tau, form);
        EXPECT_NEAR(loss_of(z1, z2, tau, form), naive.loss, 1e-12);
        EXPECT_NEAR(loss_of(z1.to(at::kFloat), z2.to(at::kFloat), tau, form), naive.loss, 1e-5);
        EXPECT_EQ(nt_xent(z1, z2, tau, form).correct.item<int64_t>(), naive.correct);
      }
    }
  }
}

TEST(NtXent, EqualsTheReferenceLibraries) {
  const Json cases = testing::golden("nt_xent.json");
  ASSERT_EQ(cases.size(), 4u);
  for (const Json& one : cases) {
    const int64_t n = one["images"], d = one["dimensions"];
    const at::Tensor z1 = embeddings(n, d, 0.3).set_requires_grad(true);
    const at::Tensor z2 = (embeddings(n, d, 0.3) + embeddings(n, d, 1.9)).set_requires_grad(true);
    const double tau = one["temperature"];
    const NtXent keras = nt_xent(z1, z2, tau, NtXentForm::kCrossView);
    EXPECT_NEAR(keras.loss.item<double>(), one["keras"]["loss"].get<double>(), 1e-5);
    EXPECT_EQ(keras.correct.item<int64_t>(), one["keras"]["correct"].get<int64_t>());
    keras.loss.backward();
    EXPECT_LT(testing::distance(z1.grad().flatten(), testing::tensor_of(one["keras"]["gradient"])),
              1e-5);
    z1.mutable_grad().reset();
    const NtXent lightly = nt_xent(z1, z2, tau, NtXentForm::kFull);
    EXPECT_NEAR(lightly.loss.item<double>(), one["lightly"]["loss"].get<double>(), 1e-5);
    lightly.loss.backward();
    EXPECT_LT(
        testing::distance(z1.grad().flatten(), testing::tensor_of(one["lightly"]["gradient"])),
        1e-5);
  }
}

TEST(NtXent, GradientsEqualDifferences) {
  constexpr double kStep = 1e-6;
  const int64_t n = 5, d = 3;
  for (const NtXentForm form : kForms) {
    const at::Tensor z1 = embeddings(n, d, 0.3).set_requires_grad(true);
    const at::Tensor z2 = embeddings(n, d, 1.9).set_requires_grad(true);
    (3 * nt_xent(z1, z2, 0.3, form).loss).backward();
    for (const at::Tensor& z : {z1, z2}) {
      for (int64_t i = 0; i < n * d; ++i) {
        at::Tensor entry = z.detach().view(-1)[i];
        entry.add_(kStep);
        const double above = loss_of(z1.detach(), z2.detach(), 0.3, form);
        entry.sub_(2 * kStep);
        const double below = loss_of(z1.detach(), z2.detach(), 0.3, form);
        entry.add_(kStep);
        EXPECT_NEAR(z.grad().view(-1)[i].item<double>(), 3 * (above - below) / (2 * kStep), 1e-7);
      }
    }
  }
}

TEST(NtXent, LengthsAndTheOrderOfABatchSayNothing) {
  const int64_t n = 8;
  const at::Tensor z1 = embeddings(n, 6, 0.3), z2 = embeddings(n, 6, 1.9);
  const at::Tensor lengths = at::arange(1, n + 1).unsqueeze(1).to(at::kDouble);
  const at::Tensor order = at::tensor({3, 1, 7, 0, 5, 2, 6, 4}, at::kLong);
  for (const NtXentForm form : kForms) {
    const double loss = loss_of(z1, z2, 0.2, form);
    EXPECT_NEAR(loss_of(lengths * z1, z2 / lengths, 0.2, form), loss, 1e-12);
    EXPECT_NEAR(loss_of(z1.index_select(0, order), z2.index_select(0, order), 0.2, form), loss,
                1e-12);
    EXPECT_NEAR(loss_of(z2, z1, 0.2, form), loss, 1e-12);
    EXPECT_GT(std::abs(loss_of(z1.index_select(0, order), z2, 0.2, form) - loss), 1e-3);
  }
}

TEST(NtXent, OneImageHasNothingToTellApart) {
  const at::Tensor z1 = embeddings(1, 4, 0.3).set_requires_grad(true), z2 = embeddings(1, 4, 1.9);
  for (const NtXentForm form : kForms) {
    EXPECT_EQ(nt_xent_candidates(form, 1), 1);
    const NtXent result = nt_xent(z1, z2, 0.1, form);
    EXPECT_NEAR(result.loss.item<double>(), 0, 1e-12);
    result.loss.backward();
    EXPECT_LT(z1.grad().abs().max().item<double>(), 1e-12);
  }
}

TEST(NtXent, ManyBlocksOfRowsGiveTheLossOfOne) {
  const int64_t n = 4096, d = 16;
  const at::Tensor z1 = embeddings(n, d, 0.3), z2 = z1 + 0.3 * embeddings(n, d, 1.9);
  const at::Tensor unit1 = z1 / z1.norm(2, 1, true), unit2 = z2 / z2.norm(2, 1, true);
  const at::Tensor s = at::mm(unit1, unit2.t()) / 0.1;
  const at::Tensor positive = s.diagonal();
  const double cross =
      0.5 * ((at::logsumexp(s, 1) - positive).mean() + (at::logsumexp(s, 0) - positive).mean())
                .item<double>();
  EXPECT_NEAR(loss_of(z1, z2, 0.1, NtXentForm::kCrossView), cross, 1e-10);
  EXPECT_GT(loss_of(z1, z2, 0.1, NtXentForm::kFull), cross) << "more negatives cost more";
  EXPECT_EQ(
      correct_of(z1, z2, NtXentForm::kCrossView),
      (s.argmax(1).eq(at::arange(n)).sum() + s.argmax(0).eq(at::arange(n)).sum()).item<int64_t>());
}

TEST(NtXent, LowTemperaturesStayFinite) {
  const at::Tensor z1 = embeddings(6, 3, 0.3).to(at::kFloat).set_requires_grad(true);
  const at::Tensor z2 = -z1.detach();
  for (const NtXentForm form : kForms) {
    z1.mutable_grad().reset();
    const NtXent result = nt_xent(z1, z2, 1e-3, form);
    const double naive = result.loss.item<double>();
    EXPECT_TRUE(std::isfinite(naive) && naive > 1000) << naive;
    result.loss.backward();
    EXPECT_TRUE(z1.grad().isfinite().all().item<bool>());
  }
}

TEST(NtXent, ZeroVectorsAreOrthogonalToAllAndStayFinite) {
  const int64_t n = 4;
  const at::Tensor z1 = at::zeros({n, 3}).set_requires_grad(true), z2 = at::zeros({n, 3});
  EXPECT_NEAR(loss_of(z1, z2, 0.1, NtXentForm::kCrossView), std::log(n), 1e-6);
  EXPECT_NEAR(loss_of(z1, z2, 0.1, NtXentForm::kFull), std::log(2 * n - 1), 1e-6);
  nt_xent(z1, z2, 0.1, NtXentForm::kFull).loss.backward();
  EXPECT_EQ(z1.grad().abs().max().item<double>(), 0);
}

TEST(NtXent, Bfloat16IsSummedInFloat) {
  const at::Tensor z1 = embeddings(6, 8, 0.3).to(at::kBFloat16), z2 = z1.flip(1);
  for (const NtXentForm form : kForms) {
    EXPECT_EQ(nt_xent(z1, z2, 0.1, form).loss.scalar_type(), at::kFloat);
    EXPECT_FLOAT_EQ(loss_of(z1, z2, 0.1, form),
                    loss_of(z1.to(at::kFloat), z2.to(at::kFloat), 0.1, form));
  }
}

TEST(NtXent, WhatDoesNotFitIsRefused) {
  const at::Tensor z = at::ones({2, 3});
  EXPECT_THROW(nt_xent(z, at::ones({3, 3}), 0.1, NtXentForm::kFull), c10::Error);
  EXPECT_THROW(nt_xent(at::ones({0, 3}), at::ones({0, 3}), 0.1, NtXentForm::kFull), c10::Error);
  EXPECT_THROW(nt_xent(z, z, 0, NtXentForm::kFull), c10::Error);
}

}  // namespace
}  // namespace stl10
