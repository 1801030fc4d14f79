#include "stl10/commands/classifier_results.h"

#include "stl10/tasks/metrics.h"
#include "stl10/tasks/saved_classifier.h"

namespace stl10 {

FinalResults classifier_results(SupervisedTask& task, int64_t classes) {
  const Judgement& test = task.judge_part(JudgedPart::kTest);
  FinalResults results{.metrics = {.train = to_metrics(task.judge_part(JudgedPart::kTrain)),
                                   .test = to_metrics(test)},
                       .predictions = csv_header(classes) + to_csv(test, "test"),
                       .beside = beside_classifier(task.centres())};
  if (!task.has_validation()) return results;
  const Judgement& validation = task.judge_part(JudgedPart::kValidation);
  results.metrics.validation = to_metrics(validation);
  if (!task.validates_on_test()) results.predictions += to_csv(validation, "validation");
  return results;
}

}  // namespace stl10
