#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "stl10/augment/options.h"
#include "stl10/evaluate/class_centres.h"
#include "stl10/evaluate/judge.h"
#include "stl10/evaluate/knn.h"
#include "stl10/nn/classifier.h"
#include "stl10/tasks/encoder_features.h"
#include "stl10/tasks/input.h"
#include "stl10/tasks/linear_fit.h"
#include "stl10/tasks/pretrained.h"
#include "stl10/tasks/probe_data.h"

namespace stl10 {

struct LinearProbeOptions {
  std::optional<Tap> tap;
  LinearFitOptions fit;
  SplitOptions split;
  Protocol protocol = Protocol::kNone;
  int64_t views = 1;
  int64_t feature_views = 1;
  AugmentOptions augment = without_size(augment_preset("classification"));
  bool no_floors = false;
};

template <class Visitor>
void visit_fields(LinearProbeOptions& options, Visitor& field) {
  field("tap", options.tap, "the encoder's features to take; null: those that its run judged by");
  visit_fields(options.fit, field);
  visit_fields(options.split, field);
  field("protocol", options.protocol, "10-fold: train on each official fold; mean and deviation");
  field("views", options.views,
        "take the mean feature of this many views of each image, for training and for judging: it, "
        "its mirror image, then parts of it likewise",
        between(1, kPlainViews));
  field("feature_views", options.feature_views,
        "take the features of this many views of each training image; 1: of the images as they are",
        between(1, 1000));
  field("augment", options.augment, "of the views beyond the first");
  field("no_floors", options.no_floors, "don't measure what untrained features give");
}

/// What a probe of one set of labels says.
struct ProbeResult {
  std::optional<int64_t> fold;
  LinearModel model;
  Judgement train, test;  ///< of the images as they are
  /// Of the given labels' images, each by a model that was fitted without it; where such chose.
  std::optional<Judgement> held_out = {};
};

/// Fits a linear classifier to the features of each set of labels and judges it, the test images
/// after everything is chosen. @param choose_on_test what `--validation test` asks for.
std::vector<ProbeResult> probe_features(const LinearFitOptions& options,
                                        const ProbeFeatures& features,
                                        const std::vector<ProbeLabels>& labels,
                                        const TaskInput& input, bool choose_on_test);

/// kNN accuracy on the test images, the given labels' features as the bank; mean over sets of
/// labels. k = 20 with temperature 0.07 and k = 200 with 0.1.
std::vector<KnnResult> knn_results(const ProbeFeatures& features,
                                   const std::vector<ProbeLabels>& labels, int64_t classes,
                                   at::Device device);

/// A frozen encoder and what linear classifiers make of its features.
class LinearProbe {
 public:
  /// Checks options and data; computes nothing yet. @throws ConfigError, UsageError, DataError.
  LinearProbe(const LinearProbeOptions& options, const TaskInput& input,
              const PretrainedEncoder& pretrained);

  /// Computes the features, fits and judges. @throws Interrupted, Diverged.
  void run();

  /// Of the first set of labels, on the device.
  Classifier& network() { return network_; }
  const std::vector<ProbeLabels>& labels() const { return labels_; }
  /// The same with some held out, for whoever has to choose where the probe hasn't.
  std::vector<ProbeLabels> labels_to_choose_by() const;
  const std::vector<ProbeResult>& results() const { return results_; }
  const std::vector<KnnResult>& knn() const { return knn_; }
  /// Of the features of the first set of labels.
  const ClassCentres& centres() const { return centres_; }
  int64_t images_encoded() const { return images_encoded_; }
  double seconds_encoding() const { return seconds_encoding_; }

  /// Which labels train and what chooses, for people.
  std::string description() const;

 private:
  ProbeFeatures features();
  at::Tensor mean_features(PlainImages& images, const std::vector<int64_t>& indices);

  LinearProbeOptions options_;
  TaskInput input_;
  PretrainedEncoder pretrained_;
  std::vector<ProbeLabels> labels_;
  Augmenter augmenter_;
  PlainImages train_images_, test_images_;
  Classifier network_;
  std::vector<ProbeResult> results_;
  std::vector<KnnResult> knn_;
  ClassCentres centres_;
  int64_t images_encoded_ = 0;
  double seconds_encoding_ = 0;
};

}  // namespace stl10
