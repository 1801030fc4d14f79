#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stl10/augment/augmenter.h"
#include "stl10/augment/options.h"
#include "stl10/evaluate/assumptions.h"
#include "stl10/evaluate/feature_judgement.h"
#include "stl10/evaluate/judge.h"
#include "stl10/tasks/encoder_features.h"
#include "stl10/tasks/input.h"
#include "stl10/tasks/pretrained.h"
#include "stl10/tasks/saved_classifier.h"

namespace stl10 {

/// Whose features are measured; `labeled` is training and test images.
enum class FeatureImages { kTest, kTrain, kLabeled };
inline std::vector<std::string_view> enum_names(FeatureImages) {
  return {"test", "train", "labeled"};
}

struct EvaluationOptions {
  bool classifier = true;
  bool features = true;
  bool random_init = false;
  std::optional<Tap> tap;
  FeatureImages feature_images = FeatureImages::kTest;
  int64_t max_points = 13000;
  int64_t kmeans_restarts = 10;
  int64_t alignment_images = 2000;
  AugmentOptions augment = without_size(augment_preset("contrastive"));
  bool assumptions = false;
  int64_t unlabeled_images = 5000;
  AssumptionOptions checks;
};

template <class Visitor>
void visit_fields(EvaluationOptions& options, Visitor& field) {
  field("classifier", options.classifier, "judge the classifier, where there is one");
  field("features", options.features, "measure the encoder's features, too");
  field("random_init", options.random_init,
        "judge the features of new weights in the kind of encoder that the checkpoint holds");
  field("tap", options.tap, "the encoder's features to take; null: those that its run judged by");
  field("feature_images", options.feature_images, "whose features are measured");
  field("max_points", options.max_points,
        "of more images, measure a random sample of this many; kNN always takes all",
        between(2, 1e6));
  field("kmeans_restarts", options.kmeans_restarts, "starts of k-means; the best one counts",
        between(1, 10000));
  field("alignment_images", options.alignment_images,
        "at most this many images, evenly spaced, are seen in two views for the alignment",
        between(1, 1e6));
  field("augment", options.augment, "of the two views whose distance is the alignment");
  field("assumptions", options.assumptions,
        "check on the features what semi-supervised learning assumes");
  field("unlabeled_images", options.unlabeled_images,
        "at most this many, drawn at random, join the graph (assumptions)", between(0, 1e6));
  visit_fields(options.checks, field);
}

/// The images whose features are measured, and of how many they are a sample.
struct PointImages {
  std::vector<int64_t> train, test;  ///< indices into either file, ascending
  int64_t of = 0;
};

/// The images that `options` name, training images first; beyond `max_points` a sample that is a
/// function of the seed.
PointImages point_images(const EvaluationOptions& options, int64_t train, int64_t test,
                         uint64_t seed);

/// What a checkpoint's classifier says of the test images, and what its features are like.
class Evaluation {
 public:
  /// Computes nothing yet. @throws UsageError where the checkpoint holds nothing of what is asked
  /// for, or its classifier is of other classes.
  Evaluation(const EvaluationOptions& options, const TaskInput& input,
             const Checkpoint& checkpoint);

  /// Computes outputs and judges. @throws Interrupted.
  void run();

  const std::optional<Judgement>& test() const { return test_; }  ///< empty without a classifier
  /// As SavedClassifier's.
  std::vector<int64_t> absent() const {
    return classifier_ ? classifier_->absent : std::vector<int64_t>{};
  }
  const std::optional<FeatureJudgement>& features() const { return features_; }
  /// Where they are asked for.
  const std::optional<Assumptions>& assumptions() const { return assumptions_; }
  const FeaturePoints& points() const { return points_; }  ///< where features are measured
  const PointImages& images() const { return images_; }    ///< likewise
  std::string tap() const { return std::string(name_of(pretrained_.tap)); }
  int64_t images_encoded() const { return images_encoded_; }
  double seconds_encoding() const { return seconds_encoding_; }

  /// What is judged, for people.
  std::string description() const;

 private:
  void judge_test();
  void encode();
  void encode_unlabeled(Encoder& encoder);
  at::Tensor features_of(Encoder& encoder, const EncoderInput& images) const;
  at::Tensor view(Encoder& encoder, uint32_t view);

  EvaluationOptions options_;
  TaskInput input_;
  PretrainedEncoder pretrained_;
  std::optional<SavedClassifier> classifier_;
  Augmenter augmenter_;
  PlainImages train_images_, test_images_;
  std::optional<Judgement> test_;
  at::Tensor test_features_;  ///< as far as the classifier's pass has given them
  FeaturePoints points_;
  PointImages images_;
  at::Tensor unlabeled_features_;
  std::optional<FeatureJudgement> features_;
  std::optional<Assumptions> assumptions_;
  int64_t images_encoded_ = 0;
  double seconds_encoding_ = 0;
};

}  // namespace stl10
