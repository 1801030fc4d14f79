#pragma once

#include "stl10/commands/run.h"
#include "stl10/tasks/supervised.h"

namespace stl10 {

/// What the final weights of a classifier say of training, validation and test images.
FinalResults classifier_results(SupervisedTask& task, int64_t classes);

}  // namespace stl10
