#include "stl10/tasks/predictor.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "data/tiny_data.h"
#include "stl10/base/error.h"
#include "stl10/evaluate/outputs.h"
#include "tasks/pretrained_fixture.h"

namespace stl10 {
namespace {

Prediction predicted(Predictor& predictor, const uint8_t* image) {
  return predictor.predict({&image, 1}).front();
}

class PredictorTest : public testing::PretrainedFixture {
 protected:
  const uint8_t* image(int64_t index) const { return data_.test.images().image(index); }

  Prediction by_a_new_one(int64_t index) const {
    Predictor predictor(Checkpoint(file()), 1, {});
    return predicted(predictor, image(index));
  }

  /// What judging says of the test images, in blocks of 64.
  at::Tensor judged() const {
    SavedClassifier saved = *load_classifier(Checkpoint(file()), data_.class_names);
    PlainImages plain = plain_images(data_.test, kSide, at::kCPU);
    const auto logits = [&](std::span<const int64_t> part) {
      return saved.network(plain.views(part, at::kFloat), at::kFloat);
    };
    return at::softmax(outputs_of(*saved.network, logits, all_indices(data_.test)), 1);
  }
};

TEST_F(PredictorTest, SaysWhatJudgingSays) {
  Predictor predictor(Checkpoint(file()), 1, {});
  const at::Tensor expected = judged();
  for (int64_t i = 0; i < 20; ++i) {
    EXPECT_TRUE(at::allclose(predicted(predictor, image(i)).probabilities, expected[i], 0, 1e-5));
  }
}

TEST_F(PredictorTest, GivesEqualBitsAloneAndInAnyPlaceOfABatchOnManyThreads) {
  Predictor predictor(Checkpoint(file()), 3, {});
  const int64_t together = predictor.together();
  std::vector<at::Tensor> answers(50);
  at::parallel_for(0, 50 / together, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin * together; i < end * together; i += together) {
      std::vector<const uint8_t*> images;
      for (int64_t k = 0; k < together; ++k) images.push_back(image(i + k));
      const std::vector<Prediction> batch = predictor.predict(images);
      ASSERT_EQ(std::ssize(batch), together);
      for (int64_t k = 0; k < together; ++k) {
        answers[static_cast<size_t>(i + k)] = batch[static_cast<size_t>(k)].probabilities;
      }
    }
  });
  at::parallel_for(0, 2, 1, [&](int64_t begin, int64_t) {  // one thread of a team, as in `predict`
    if (begin > 0) return;
    for (const int64_t i : {0, 3, 7, 8, 20, 47}) {
      EXPECT_TRUE(
          at::equal(predicted(predictor, image(i)).probabilities, answers[static_cast<size_t>(i)]));
    }
  });
}

TEST_F(PredictorTest, TakesTheMeanFeatureOfItsViews) {
  const at::Tensor one = by_a_new_one(3).probabilities;
  Predictor two(Checkpoint(file()), 2, {});
  EXPECT_FALSE(at::allclose(predicted(two, image(3)).probabilities, one));
  EXPECT_NEAR(predicted(two, image(3)).probabilities.sum().item<double>(), 1, 1e-6);
}

TEST_F(PredictorTest, KnowsItsClassesWhereTheCheckpointKeepsThem) {
  EXPECT_FALSE(Predictor(Checkpoint(file()), 1, {}).knows_its_classes());
  EXPECT_EQ(by_a_new_one(0).in_class, std::nullopt);
  const at::Tensor before = by_a_new_one(0).probabilities;
  add_beside(file(), beside_classifier({at::eye(8).slice(0, 0, 2), at::tensor({0.0f, 1e9f})}));
  Predictor predictor(Checkpoint(file()), 1, {});
  ASSERT_TRUE(predictor.knows_its_classes());
  EXPECT_EQ(predicted(predictor, image(0)).in_class, 0.5);
  EXPECT_TRUE(at::equal(predicted(predictor, image(0)).probabilities, before));
}

TEST_F(PredictorTest, ReadsPicturesAsTheTrainingDataWereFitted) {
  EXPECT_EQ(Predictor(Checkpoint(file()), 1, {}).fit(), Fit::kCrop);
}

TEST_F(PredictorTest, NeedsAClassifier) {
  const PretrainedEncoder encoder = pretrained();
  struct Alone : torch::nn::Module {
    explicit Alone(const Encoder& part) { register_module("encoder", part); }
  };
  const Alone alone(encoder.load());
  save_weights(folder_ / "alone.safetensors", alone, encoder.checkpoint.provenance());
  testing::expect_says(testing::message_of<UsageError>(
                           [&] { Predictor(Checkpoint(folder_ / "alone.safetensors"), 1, {}); }),
                       {"alone.safetensors holds no classifier", "linear-probe"});
}

}  // namespace
}  // namespace stl10
