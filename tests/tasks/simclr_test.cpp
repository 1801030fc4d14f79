#include "stl10/tasks/simclr.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "stl10/base/error.h"
#include "stl10/data/toy.h"
#include "stl10/evaluate/feature_measures.h"
#include "stl10/train/trainer.h"
#include "temporary_folder.h"

namespace stl10 {
namespace {

class SimclrTaskTest : public ::testing::Test {
 protected:
  SimclrTaskTest() {
    write_toy(folder_ / "toy", {.train = 40, .test = 30, .unlabeled = 50});
    data_ = open_dataset(folder_ / "toy", {.unlabeled = true});
    options_.encoder.width = 8;
    options_.batch_size = 6;
    options_.unlabeled_batch_size = 10;
    options_.projection.hidden = 16;
    options_.split.holdout_fraction = 0.25;
  }
  SimclrTask task() { return SimclrTask(options_, {.data = data_}); }

  /// Weights and buffers by name after five steps.
  std::map<std::string, at::Tensor> after_five_steps() {
    SimclrTask simclr(options_, {.data = data_, .steps_per_epoch = 5});
    train({.epochs = 1}, simclr, {}, {});
    std::map<std::string, at::Tensor> tensors;
    for (const auto& item : simclr.network().named_parameters()) tensors[item.key()] = item.value();
    for (const auto& item : simclr.network().named_buffers()) tensors[item.key()] = item.value();
    return tensors;
  }

  testing::TemporaryFolder folder_;
  Dataset data_;
  SimclrOptions options_;
};

TEST_F(SimclrTaskTest, LabelsMoveNoWeightOfEncoderAndHead) {
  options_.split.validation = Validation::kNone;
  for (const bool batch_norm : {true, false}) {
    options_.encoder.batch_norm = options_.projection.batch_norm = batch_norm;
    const auto truth = after_five_steps();
    std::reverse(data_.train.labels.begin(), data_.train.labels.end());
    const auto permuted = after_five_steps();
    for (const auto& [name, tensor] : truth) {
      EXPECT_EQ(at::equal(tensor, permuted.at(name)), !name.starts_with("probe.")) << name;
    }
  }
}

TEST_F(SimclrTaskTest, PreparingIsAFunctionOfTheContext) {
  const SimclrTask one = task(), two = task();
  one.prepare({.epoch = 3, .step = 1});
  const Prepared a = one.prepare({.epoch = 0, .step = 2}), b = two.prepare({.epoch = 0, .step = 2});
  for (const char* view : {"contrastive", "labeled"}) {
    EXPECT_TRUE(at::equal(a.views.at(view), b.views.at(view))) << view;
  }
  EXPECT_EQ(a.views.at("contrastive").size(0), 32);  // two views of 6 + 10
  EXPECT_EQ(a.views.at("labeled").size(0), 6);
  EXPECT_EQ(a.images, 32);
  EXPECT_EQ(one.images_per_step(), 16);
  EXPECT_EQ(*one.candidates(), 31);
}

TEST_F(SimclrTaskTest, WithoutAugmentationBothViewsAreTheImagesOfTheBatch) {
  options_.contrastive = options_.classification = augment_preset("none");
  const SimclrTask simclr = task();
  const Prepared prepared = simclr.prepare({.epoch = 0, .step = 1});
  const at::Tensor pairs = prepared.views.at("contrastive");
  EXPECT_TRUE(at::equal(pairs.slice(0, 0, 16), pairs.slice(0, 16)));
  EXPECT_TRUE(at::equal(pairs.slice(0, 0, 6), prepared.views.at("labeled")));
  EXPECT_EQ(
      alignment(pairs.slice(0, 0, 16).flatten(1), pairs.slice(0, 16).flatten(1)).item<double>(), 0);
}

TEST_F(SimclrTaskTest, APlainFirstViewIsTheImageAndTheSecondIsAsBefore) {
  const at::Tensor drawn = task().prepare({}).views.at("contrastive");
  options_.first_view = FirstView::kPlain;
  const at::Tensor pairs = task().prepare({}).views.at("contrastive");
  options_.contrastive = augment_preset("none");
  options_.contrastive.size = 64;
  const at::Tensor plain = task().prepare({}).views.at("contrastive");
  EXPECT_TRUE(at::equal(pairs.slice(0, 0, 16), plain.slice(0, 0, 16)));
  EXPECT_TRUE(at::equal(pairs.slice(0, 16), drawn.slice(0, 16)));
  EXPECT_FALSE(at::equal(pairs.slice(0, 0, 16), drawn.slice(0, 0, 16)));
  for (const FirstView view : {FirstView::kAugmented, FirstView::kPlain}) {
    options_.first_view = view;
    options_.contrastive.size = 48;
    EXPECT_EQ(task().prepare({}).views.at("contrastive").size(3), 48);
  }
}

TEST_F(SimclrTaskTest, EqualViewsAreFoundByEmbeddingsAndByFeatures) {
  options_.contrastive = augment_preset("none");
  options_.encoder.batch_norm = options_.projection.batch_norm = false;
  SimclrTask simclr = task();
  MetricSums sums;
  simclr.step(simclr.prepare({}), sums, unobserved);
  const auto read = sums.read().sums;
  EXPECT_EQ(read.at("contrastive_accuracy").sum, 32);
  EXPECT_EQ(read.at("feature_contrastive_accuracy").sum, 32);
}

TEST_F(SimclrTaskTest, WithoutAHeadTheFeaturesFindWhatTheEmbeddingsFind) {
  options_.projection.depth = 0;
  options_.nt_xent = NtXentForm::kCrossView;
  SimclrTask simclr = task();
  MetricSums sums;
  simclr.step(simclr.prepare({}), sums, unobserved);
  const auto read = sums.read().sums;
  EXPECT_EQ(read.at("feature_contrastive_accuracy").sum, read.at("contrastive_accuracy").sum);
  EXPECT_GT(read.at("contrastive_accuracy").sum, 0);
}

TEST_F(SimclrTaskTest, PartialBatchesAreDropped) {
  options_.batch_size = 8;             // of 30
  options_.unlabeled_batch_size = 17;  // of 60
  const SimclrTask simclr = task();
  for (int64_t step = 0; step < simclr.loader().steps_per_epoch(); ++step) {
    EXPECT_EQ(simclr.prepare({.step = step}).images, 2 * 25) << step;
  }
}

TEST_F(SimclrTaskTest, EveryImageWithoutALabelJoinsTheUnlabeledOnes) {
  options_.contrastive = augment_preset("none");
  options_.unlabeled_batch_size = 12;
  const SimclrTask simclr = task();
  ASSERT_EQ(simclr.loader().steps_per_epoch(), 5);  // 50 unlabeled and 10 held-out images, by 12
  // Bytes sums tell the images apart.
  const Augmenter plain(augment_preset("none"), 0);
  const auto sums = [](const at::Tensor& images) {
    return images.sum({1, 2, 3}, false, at::kDouble);
  };
  std::multiset<double> seen, expected;
  for (int64_t step = 0; step < 5; ++step) {
    const at::Tensor found =
        sums(simclr.prepare({.step = step}).views.at("contrastive").slice(0, 6, 18));
    for (int64_t i = 0; i < found.size(0); ++i) seen.insert(found[i].item<double>());
  }
  const Split split = make_split(data_, options_.split, 0);
  for (const auto& [images, indices] :
       {std::pair(data_.unlabeled.images(), all_indices(data_.unlabeled)),
        std::pair(data_.train.images(), split.held_out)}) {
    const at::Tensor all = sums(plain.views(images, indices, {}, at::kCPU, at::kFloat));
    for (int64_t i = 0; i < all.size(0); ++i) expected.insert(all[i].item<double>());
  }
  EXPECT_EQ(seen, expected);
}

TEST_F(SimclrTaskTest, CopiesOfTestImagesAreCountedAndLeftOutWhereAsked) {
  const auto overwrite = [&](int64_t unlabeled, int64_t test) {
    std::fstream file(folder_ / "toy" / "unlabeled_X.bin",
                      std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(unlabeled * kImageBytes);
    file.write(reinterpret_cast<const char*>(data_.test.images().image(test)), kImageBytes);
  };
  for (int64_t i = 0; i < 20; ++i) overwrite(30 + i, i);
  EXPECT_EQ(task().unlabeled().copies_of_test, 20);
  EXPECT_NE(task().description().find("50 unlabeled images, 20 of them copies of test images"),
            std::string::npos);
  options_.contrastive = augment_preset("none");
  options_.batch_size = 10;
  options_.unlabeled_without_test = true;
  const SimclrTask simclr = task();
  EXPECT_NE(simclr.description().find("left out"), std::string::npos);
  ASSERT_EQ(simclr.loader().steps_per_epoch(), 4);  // 30 unlabeled and 10 held-out images, by 10
  const at::Tensor copies =
      Augmenter(options_.contrastive, 0)
          .views(data_.test.images(), all_indices(data_.test), {}, at::kCPU, at::kFloat);
  for (int64_t step = 0; step < 4; ++step) {
    const at::Tensor views = simclr.prepare({.step = step}).views.at("contrastive");
    for (int64_t i = 0; i < 20; ++i) {
      EXPECT_EQ(views.eq(copies[i]).flatten(1).all(1).any().item<bool>(), false) << step;
    }
  }
}

TEST_F(SimclrTaskTest, AStepAddsItsMetricsAndLeavesAllGradients) {
  SimclrTask simclr = task();
  MetricSums sums;
  simclr.step(simclr.prepare({}), sums, unobserved);
  const auto read = sums.read().sums;
  EXPECT_EQ(read.at("loss").count, 16);
  EXPECT_GT(read.at("loss").sum / 16, 1);
  EXPECT_EQ(read.at("contrastive_accuracy").count, 32);
  EXPECT_EQ(read.at("feature_contrastive_accuracy").count, 32);
  EXPECT_EQ(read.at("correlation_accuracy").count, 2 * 8 * 16);  // a flat map of 4 × 4
  EXPECT_EQ(read.at("probe_accuracy").count, 6);
  EXPECT_NEAR(read.at("probe_loss").sum / 6, std::log(10), 1);
  for (const auto& item : simclr.network().named_parameters()) {
    EXPECT_TRUE(item.value().grad().defined()) << item.key();
  }
}

TEST_F(SimclrTaskTest, TheProbeSeesFeaturesOfEvaluationMode) {
  options_.contrastive = options_.classification = augment_preset("none");
  SimclrTask simclr = task();
  const auto buffers = simclr.network().named_buffers();
  MetricSums sums;
  simclr.step(simclr.prepare({}), sums, unobserved);
  const at::Tensor once = buffers["encoder.norm1.running_mean"].clone();
  // One batch, not two, moved the running statistics: a tenth of its mean.
  SimclrTask alone = task();
  const Prepared prepared = alone.prepare({});
  auto* network = dynamic_cast<ContrastiveNetworkImpl*>(&alone.network());
  network->head_features(prepared.views.at("contrastive"));
  EXPECT_TRUE(at::equal(once, alone.network().named_buffers()["encoder.norm1.running_mean"]));
  EXPECT_TRUE(simclr.network().named_buffers().size() > 0 && network->encoder->is_training());
}

TEST_F(SimclrTaskTest, HeldOutImagesJudgeProbeAndNeighbours) {
  options_.knn_every = 2;
  SimclrTask simclr = task();
  const Splits first = simclr.validate(0), second = simclr.validate(1);
  EXPECT_EQ(first.at("validation").count, 10);
  EXPECT_FALSE(first.at("validation").find("knn_accuracy"));
  EXPECT_TRUE(second.at("validation").find("knn_accuracy"));
  EXPECT_EQ(first.at("features").count, 40);
  EXPECT_LE(first.at("features").at("effective_rank"), static_cast<double>(simclr.rank_limit()));
  EXPECT_EQ(simclr.rank_limit(), 40);
  const PretrainingJudgement final = simclr.judge_weights();
  EXPECT_EQ(final.probe_train.indices.size(), 30u);
  EXPECT_EQ(final.probe_validation->loss, second.at("validation").at("probe_loss"));
  EXPECT_EQ(*final.knn_accuracy, second.at("validation").at("knn_accuracy"));
}

TEST_F(SimclrTaskTest, TheRandomEncoderIsTheUntrainedOneWithItsStatisticsEstimated) {
  options_.encoder.batch_norm = false;
  SimclrTask simclr = task();
  EXPECT_EQ(*simclr.random_encoder_knn(), *simclr.judge_weights().knn_accuracy);
  train({.epochs = 1}, simclr, {}, {});
  EXPECT_EQ(*simclr.random_encoder_knn(), *task().random_encoder_knn());
}

TEST_F(SimclrTaskTest, WithoutValidationNothingIsJudgedAndTheTestImagesOnlyWhenAsked) {
  options_.split.validation = Validation::kNone;
  EXPECT_FALSE(task().validate(0).contains("validation"));
  EXPECT_FALSE(task().random_encoder_knn());
  EXPECT_FALSE(task().judge_weights().probe_validation);
  options_.split.validation = Validation::kTest;
  EXPECT_EQ(task().validate(0).at("validation").count, 30);
}

TEST_F(SimclrTaskTest, OneImageAStepIsRefused) {
  options_.batch_size = 1;
  options_.unlabeled_batch_size = 0;
  EXPECT_THROW(task(), ConfigError);
  options_.batch_size = 2;
  EXPECT_NO_THROW(task());
}

}  // namespace
}  // namespace stl10
