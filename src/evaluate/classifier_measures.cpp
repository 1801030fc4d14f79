#include "stl10/evaluate/classifier_measures.h"

namespace stl10 {

ClassifierMeasures measure_classifier(const Predictions& predictions) {
  constexpr size_t kMistakes = 20;
  const at::Tensor& p = predictions.probabilities;
  return {.scores = classification(predictions.labels, predictions.predicted, p.size(1)),
          .top5 = top_k_accuracy(p, predictions.labels),
          .calibration = calibration(p, predictions.labels),
          .mistakes = surest_mistakes(predictions, kMistakes)};
}

}  // namespace stl10
