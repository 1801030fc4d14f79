#include "stl10/tasks/saved_classifier.h"

#include <ATen/Functions.h>

#include "stl10/evaluate/logistic_regression.h"
#include "stl10/tasks/pretrained.h"

namespace stl10 {
namespace {

constexpr char kCentres[] = "class_centres", kDistances[] = "class_distances";

std::optional<ClassCentres> centres_in(const Checkpoint& checkpoint) {
  const ClassCentres known{checkpoint.beside(kCentres), checkpoint.beside(kDistances)};
  return known.centres.defined() && known.distances.defined() ? std::optional(known) : std::nullopt;
}

}  // namespace

std::map<std::string, at::Tensor> beside_classifier(const ClassCentres& centres) {
  if (centres.distances.numel() == 0) return {};
  return {{kCentres, centres.centres}, {kDistances, centres.distances}};
}

bool holds_classifier(const Checkpoint& checkpoint) { return checkpoint.has("head"); }

std::optional<SavedClassifier> load_classifier(const Checkpoint& checkpoint,
                                               const std::vector<std::string>& class_names) {
  if (!holds_classifier(checkpoint)) return std::nullopt;
  check_classes(checkpoint, class_names,
                "name the data that it was trained on, or judge the encoder alone: "
                "--classifier false");
  const PretrainedEncoder encoder = read_pretrained(checkpoint, {});
  InitStream init;
  const auto classes = static_cast<int64_t>(class_names.size());
  const std::vector<int64_t> head = checkpoint.sizes_of("head.weight");
  const int64_t outputs = head.empty() ? 0 : head.front();
  SavedClassifier saved{.network = Classifier(encoder.options, HeadOptions{.outputs = outputs},
                                              classes, init, encoder.tap, encoder.last),
                        .tap = encoder.tap,
                        .centres = centres_in(checkpoint)};
  checkpoint.load_into(*saved.network);
  for (int64_t k = 0; k < classes; ++k) {
    const double bias = saved.network->head->bias[k].item<double>();
    if (bias == kAbsentBias) saved.absent.push_back(k);
  }
  return saved;
}

}  // namespace stl10
