#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "stl10/evaluate/judge.h"
#include "stl10/evaluate/label_spreading.h"
#include "stl10/tasks/input.h"
#include "stl10/tasks/pretrained.h"
#include "stl10/tasks/probe_data.h"

namespace stl10 {

struct LabelSpreadOptions {
  std::optional<Tap> tap;
  std::optional<double> alpha;
  std::optional<int64_t> k;
  int64_t unlabeled_images = 0;
  SplitOptions split;
};

template <class Visitor>
void visit_fields(LabelSpreadOptions& options, Visitor& field) {
  field("tap", options.tap, "the encoder's features to take; null: those that its run judged by");
  field("alpha", options.alpha,
        "how far neighbours count against the labels given; null: chosen inside these labels",
        Range{.low = 0.001, .high = 0.9999});
  field("k", options.k,
        "neighbours of each image in the graph, at most all others; null: chosen likewise",
        between(1, 1000));
  field("unlabeled_images", options.unlabeled_images,
        "this many unlabeled images join the graph, beside training and test images",
        between(0, 1e6));
  visit_fields(options.split, field);
}

/// One pair of k and alpha and what the held-out labels say of it.
struct SpreadCandidate {
  int64_t k = 0;
  double alpha = 0;
  double accuracy = 0;  ///< mean over all held-out images; 0 where nothing is held out
};

/// Label spreading over the nearest neighbours of a frozen encoder's features, compared by cosine.
/// Transductive: test images are nodes of the graph, without their labels.
class LabelSpread {
 public:
  /// Checks options and data; computes nothing yet. @throws UsageError, DataError.
  LabelSpread(const LabelSpreadOptions& options, const TaskInput& input,
              const PretrainedEncoder& pretrained);

  /// Computes features, chooses k and alpha, spreads and judges. @throws Interrupted.
  void run();

  const Judgement& test() const { return test_; }
  const SpreadCandidate& chosen() const { return chosen_; }
  const std::vector<SpreadCandidate>& path() const { return path_; }  ///< one where none is chosen
  int64_t unreached() const { return unreached_; }  ///< test images that no given label reaches
  int64_t images_encoded() const { return images_encoded_; }
  double seconds_encoding() const { return seconds_encoding_; }

  /// Which labels are given and what chooses, for people.
  std::string description() const;

 private:
  at::Tensor features();
  double held_out_accuracy(const Graph& graph, double alpha) const;
  at::Tensor given(const std::vector<int64_t>& images) const;

  LabelSpreadOptions options_;
  TaskInput input_;
  PretrainedEncoder pretrained_;
  ProbeLabels labels_;
  int64_t nodes_ = 0;
  Judgement test_;
  SpreadCandidate chosen_;
  std::vector<SpreadCandidate> path_;
  int64_t unreached_ = 0, images_encoded_ = 0;
  double seconds_encoding_ = 0;
};

}  // namespace stl10
