#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "golden.h"
#include "stl10/data/toy.h"
#include "stl10/loss/negative_cosine.h"
#include "stl10/loss/nt_xent.h"
#include "stl10/tasks/byol.h"
#include "stl10/tasks/simclr.h"
#include "temporary_folder.h"

namespace stl10 {
namespace {

/// Views of more than one size, and steps in chunks.
class MoreViews : public ::testing::Test {
 protected:
  MoreViews() {
    write_toy(folder_ / "toy", {.train = 40, .test = 20, .unlabeled = 40});
    data_ = open_dataset(folder_ / "toy", {.unlabeled = true});
  }

  template <class Options>
  Options small_step(const std::string& views = "2") const {
    Options options;
    options.encoder.width = 8;
    options.encoder.batch_norm = false;
    options.batch_size = 6;
    options.unlabeled_batch_size = 10;
    options.projection = {.tap = Tap::kPooled, .hidden = 16, .outputs = 12};
    options.tap = Tap::kPooled;
    options.views = views;
    return options;
  }

  /// The embeddings (V, N, d) of a step's views by the weights as they are.
  static at::Tensor embedded(PretrainingTask& task, const Prepared& prepared) {
    auto& network = dynamic_cast<ContrastiveNetworkImpl&>(task.network());
    const at::Tensor h = at::cat({network.head_features(prepared.views.at("contrastive")),
                                  network.head_features(prepared.views.at("small"))});
    return network.projection(h).reshape({task.view_counts().all(), 16, -1});
  }

  static double loss_of(PretrainingTask& task, const Prepared& prepared) {
    MetricSums sums;
    task.step(prepared, sums, unobserved);
    return sums.read().sums.at("loss").sum / 16;
  }

  testing::TemporaryFolder folder_;
  Dataset data_;
};

TEST_F(MoreViews, TheFirstTwoAreWhatTheyAreAlone) {
  const auto prepared = [&](const std::string& views) {
    return SimclrTask(small_step<SimclrOptions>(views), {.data = data_}).prepare({.step = 1});
  };
  const Prepared two = prepared("2"), more = prepared("3+4");
  const at::Tensor large = more.views.at("contrastive");
  EXPECT_TRUE(at::equal(two.views.at("contrastive"), large.slice(0, 0, 32)));
  EXPECT_TRUE(at::equal(two.views.at("labeled"), more.views.at("labeled")));
  EXPECT_FALSE(two.views.contains("small"));
  EXPECT_EQ(large.sizes(), (std::vector<int64_t>{3 * 16, 3, 64, 64}));
  EXPECT_FALSE(at::equal(large.slice(0, 16, 32), large.slice(0, 32, 48)));
  EXPECT_EQ(more.views.at("small").sizes(), (std::vector<int64_t>{4 * 16, 3, 32, 32}));
  EXPECT_EQ(two.images, 32);
  EXPECT_EQ(more.images, 7 * 16);
}

TEST_F(MoreViews, SmallOnesHaveTheirOwnSizeAndCrop) {
  SimclrOptions options = small_step<SimclrOptions>("2+1");
  options.contrastive = augment_preset("none");
  options.contrastive.size = 96;
  options.small = {.size = 96, .crop_scale = {1, 1}};
  const Prepared whole = SimclrTask(options, {.data = data_}).prepare({});
  EXPECT_TRUE(at::equal(whole.views.at("small"), whole.views.at("contrastive").slice(0, 0, 16)));
  options.small = {.size = std::nullopt, .crop_scale = {0.1, 0.1}};
  const Prepared part = SimclrTask(options, {.data = data_}).prepare({});
  EXPECT_EQ(part.views.at("small").size(3), 48);
}

TEST_F(MoreViews, ASymmetricLossIsTheMeanOverPairsWithALargeOne) {
  SimclrTask task(small_step<SimclrOptions>("2+2"), {.data = data_});
  const Prepared prepared = task.prepare({});
  const at::Tensor z = embedded(task, prepared);
  double expected = 0;
  for (const auto& [a, b] : {std::pair{0, 1}, {0, 2}, {0, 3}, {1, 2}, {1, 3}}) {
    expected += nt_xent(z[a], z[b], 0.1, NtXentForm::kFull).loss.item<double>() / 5;
  }
  EXPECT_NEAR(loss_of(task, prepared), expected, 1e-5);
}

TEST_F(MoreViews, ADirectedLossIsTheMeanOverPairsWithALargeTarget) {
  ByolOptions options = small_step<ByolOptions>("2+2");
  options.predictor.batch_norm = false;
  ByolTask task(options, {.data = data_});
  const Prepared prepared = task.prepare({});
  const at::Tensor z = embedded(task, prepared);  // the target network's, too, at first
  const auto weights = task.network().named_parameters();
  const auto dense = [&](const at::Tensor& x, const std::string& name) {
    return at::linear(x, weights["predictor." + name + ".weight"],
                      weights["predictor." + name + ".bias"]);
  };
  const at::Tensor p =
      dense(at::relu(dense(z.reshape({64, 12}), "dense1")), "dense2").reshape({4, 16, 12});
  double expected = 0;
  for (const auto& [view, large] : {std::pair{0, 1}, {1, 0}, {2, 0}, {2, 1}, {3, 0}, {3, 1}}) {
    expected += (2 + 2 * negative_cosine(p[view], z[large]).item<double>()) / 6;
  }
  EXPECT_NEAR(loss_of(task, prepared), 2 * expected, 1e-5);
}

TEST_F(MoreViews, ChunksGiveTheGradientsOfBothFormsOfNtXent) {
  for (const NtXentForm form : {NtXentForm::kCrossView, NtXentForm::kFull}) {
    for (const char* views : {"2", "2+3"}) {
      const auto gradients = [&](std::optional<int64_t> chunk) {
        SimclrOptions options = small_step<SimclrOptions>(views);
        options.nt_xent = form;
        options.contrastive_chunk = chunk;
        SimclrTask task(options, {.data = data_});
        loss_of(task, task.prepare({}));
        std::map<std::string, at::Tensor> found;
        for (const auto& item : task.network().named_parameters()) {
          found[item.key()] = item.value().grad();
        }
        return found;
      };
      const auto whole = gradients(std::nullopt);
      double largest = 0;
      for (const auto& [name, gradient] : whole) {
        largest = std::max(largest, gradient.abs().max().item<double>());
      }
      for (const int64_t chunk : {7, 16, 1000}) {
        for (const auto& [name, gradient] : gradients(chunk)) {
          EXPECT_LT(testing::distance(gradient, whole.at(name)), 1e-6 * largest)
              << name << " " << chunk;
        }
      }
    }
  }
}

}  // namespace
}  // namespace stl10
