#pragma once

#include <string>
#include <vector>

#include "stl10/base/options_json.h"
#include "stl10/evaluate/feature_judgement.h"

namespace stl10 {

/// What the features are, and of which images.
struct FeatureSource {
  std::string tap, images;  ///< "dense", "test"
  int64_t of = 0;           ///< images there are; more than are measured where these are a sample
};

/// The figures of features as summary.json has them.
Json to_json(const FeatureJudgement& judgement, const FeaturePoints& points,
             const FeatureSource& source);

/// All of features.json: the same with the whole grid of kNN and the silhouettes of classes.
Json details_json(const FeatureJudgement& judgement, const FeaturePoints& points,
                  const FeatureSource& source, const std::vector<std::string>& class_names);

/// The same for the terminal, short. What is undefined is a dash.
std::vector<std::string> lines_of(const FeatureJudgement& judgement, const FeaturePoints& points,
                                  const FeatureSource& source);

}  // namespace stl10
