#include "stl10/tasks/pretext_alarm.h"

#include <algorithm>
#include <cstdio>

namespace stl10 {
namespace {

constexpr double kNearlySolved = 0.95;  // contrastive accuracy
constexpr double kStandsStill = 0.01;   // gain in kNN accuracy
constexpr size_t kJudgements = 3;
constexpr double kFewDirections = 2;  // effective rank
constexpr double kManyDead = 0.75;
constexpr double kTwoPlaces = -0.693;    // uniformity of embeddings half here, half there
constexpr double kSmallDeviation = 0.2;  // where the loss wants 1
constexpr double kFewClasses = 0.05;

std::string with_number(const char* format, double value) {
  char text[300];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

}  // namespace

std::optional<std::string> PretextAlarm::warning_after(const EpochRecord& record) {
  const auto validation = record.splits.find("validation");
  const std::optional<double> contrastive = record.train.find("contrastive_accuracy");
  if (validation != record.splits.end() && contrastive) {
    const std::optional<double> knn = validation->second.find("knn_accuracy");
    if (knn) judged_.push_back({*contrastive, *knn});
  }
  if (told_) return std::nullopt;
  std::optional<std::string> warning = collapse(record);
  if (!warning) warning = collapse_of_embeddings(record.train);
  if (!warning) warning = too_easy();
  told_ = warning.has_value();
  return warning;
}

std::optional<std::string> PretextAlarm::collapse(const EpochRecord& record) const {
  const auto features = record.splits.find("features");
  if (features == record.splits.end()) return std::nullopt;
  const std::string causes =
      "; likely causes: too high a learning rate, too high a temperature, or views that have "
      "nothing in common";
  const double rank = features->second.at("effective_rank");
  if (rank < kFewDirections) {
    return with_number("the features collapse: an effective rank of %.2f", rank) + causes;
  }
  const double dead = features->second.at("dead_features");
  if (dead > kManyDead) {
    return with_number("the features collapse: %.0f %% of them never change", 100 * dead) + causes;
  }
  return std::nullopt;
}

std::optional<std::string> PretextAlarm::collapse_of_embeddings(const Metrics& steps) const {
  const std::optional<double> uniformity = steps.find("uniformity");
  if (watches_uniformity_ && uniformity && *uniformity > kTwoPlaces) {
    return with_number("the embeddings collapse: a uniformity of %.2f, as if all lay in two places",
                       *uniformity) +
           "; likely causes: a target with a gradient, no predictor that learns, or too high a "
           "learning rate";
  }
  const std::optional<double> deviation = steps.find("embedding_deviation");
  if (deviation && *deviation < kSmallDeviation) {
    return with_number("the embeddings collapse: a mean deviation of %.3f, where the loss wants 1",
                       *deviation) +
           "; likely cause: too small a --variance beside --invariance";
  }
  const std::optional<double> classes = steps.find("classes_in_use");
  if (classes && *classes < kFewClasses) {
    return with_number("the classes collapse: the images take %.1f %% of them", 100 * *classes) +
           "; likely causes: no centre or too slow a one (--center-momentum), too small a "
           "--diversity, or too high a learning rate";
  }
  return std::nullopt;
}

std::optional<std::string> PretextAlarm::too_easy() const {
  if (judged_.size() <= kJudgements) return std::nullopt;
  const auto knn_less = [](const Judged& a, const Judged& b) {
    return a.knn_accuracy < b.knn_accuracy;
  };
  const auto latest = judged_.end() - kJudgements;
  const bool solved = std::all_of(latest, judged_.end(), [](const Judged& one) {
    return one.contrastive_accuracy >= kNearlySolved;
  });
  const double before = std::max_element(judged_.begin(), latest, knn_less)->knn_accuracy;
  const double now = std::max_element(latest, judged_.end(), knn_less)->knn_accuracy;
  if (!solved || now >= before + kStandsStill) return std::nullopt;
  return with_number(
      "the pretext task is too easy: contrastive accuracy is %.1f %%, while kNN stands still; "
      "likely causes: too weak an augmentation (--contrastive.crop-scale, jitter, grayscale), too "
      "few candidates (--unlabeled-batch-size), or a last map of 1x1 (--encoder.pools false)",
      100 * judged_.back().contrastive_accuracy);
}

}  // namespace stl10
