#include "stl10/report/feature_report.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>

#include "stl10/report/text.h"

namespace stl10 {
namespace {

std::string shown(const std::optional<double>& value) { return value ? short_number(*value) : "–"; }

Json to_json(const KnnResult& result) {
  return {
      {"accuracy", result.accuracy}, {"k", result.k}, {"temperature", result.asked.temperature}};
}

/// The result of the grid that was asked for with k and temperature.
const KnnResult& named(const std::vector<KnnResult>& grid, const KnnOptions& options) {
  return *std::find_if(grid.begin(), grid.end(), [&](const KnnResult& result) {
    return result.asked.k == options.k && result.asked.temperature == options.temperature;
  });
}

const KnnResult& near(const FeatureJudgement& judgement) {
  return named(judgement.knn, {.k = 20, .temperature = 0.07});
}
const KnnResult& wide(const FeatureJudgement& judgement) {
  return named(judgement.knn, {.k = 200, .temperature = 0.1});
}

Json to_json(const ClusterMeasures& measures) {
  return {{"clusters", measures.clusters},
          {"silhouette", number_or_null(measures.silhouette)},
          {"dunn", number_or_null(measures.dunn)},
          {"davies_bouldin", number_or_null(measures.davies_bouldin)},
          {"calinski_harabasz", number_or_null(measures.calinski_harabasz)}};
}

std::string row(const std::string& name, const ClusterMeasures& measures) {
  return left(name, 20) + right(shown(measures.silhouette), 12) + right(shown(measures.dunn), 9) +
         right(shown(measures.davies_bouldin), 17) + right(shown(measures.calinski_harabasz), 20);
}

}  // namespace

Json to_json(const FeatureJudgement& judgement, const FeaturePoints& points,
             const FeatureSource& source) {
  const ClusterMeasures& labels = judgement.by_label;
  Json knn = to_json(near(judgement)), knn_200 = to_json(wide(judgement));
  knn["count"] = knn_200["count"] = points.queries.labels.numel();
  return {{"tap", source.tap},
          {"dimensions", points.x.size(1)},
          {"images", source.images},
          {"count", points.x.size(0)},
          {"of", source.of},
          {"knn", knn},
          {"knn_200", knn_200},
          {"silhouette", number_or_null(labels.silhouette)},
          {"dunn", number_or_null(labels.dunn)},
          {"davies_bouldin", number_or_null(labels.davies_bouldin)},
          {"calinski_harabasz", number_or_null(labels.calinski_harabasz)},
          {"purity", judgement.agreement.purity},
          {"nmi", judgement.agreement.nmi},
          {"ari", judgement.agreement.ari},
          {"kmeans", to_json(judgement.by_cluster)},
          {"alignment", judgement.alignment},
          {"alignment_count", points.one.size(0)},
          {"uniformity", judgement.uniformity},
          {"effective_rank", judgement.effective_rank},
          {"dead_features", judgement.deviations.dead}};
}

Json details_json(const FeatureJudgement& judgement, const FeaturePoints& points,
                  const FeatureSource& source, const std::vector<std::string>& class_names) {
  Json json = to_json(judgement, points, source);
  json["knn_bank"] = points.bank.labels.numel();
  Json& grid = json["knn_grid"] = Json::array();
  for (const KnnResult& result : judgement.knn) grid.push_back(to_json(result));
  Json& classes = json["classes"] = Json::array();
  for (size_t k = 0; k < class_names.size(); ++k) {
    const at::Tensor members = points.labels.eq(static_cast<int64_t>(k));
    const auto images = members.sum().item<int64_t>();
    const bool defined = images > 0 && judgement.by_label.silhouettes.defined();
    classes.push_back(
        {{"name", class_names[k]},
         {"images", images},
         {"silhouette",
          defined
              ? Json(judgement.by_label.silhouettes.masked_select(members).mean().item<double>())
              : Json(nullptr)}});
  }
  return json;
}

std::vector<std::string> lines_of(const FeatureJudgement& judgement, const FeaturePoints& points,
                                  const FeatureSource& source) {
  const int64_t count = points.x.size(0), dimensions = points.x.size(1);
  const auto [lowest, highest] = std::minmax_element(
      judgement.knn.begin(), judgement.knn.end(),
      [](const KnnResult& a, const KnnResult& b) { return a.accuracy < b.accuracy; });
  return {"features: " + source.tap + ", " + std::to_string(dimensions) + " dimensions, of " +
              with_commas(count) + (count < source.of ? " of " + with_commas(source.of) : "") +
              " " + source.images + " images",
          "kNN, test images among " + with_commas(points.bank.labels.numel()) +
              " training images: k=" + std::to_string(near(judgement).k) + " " +
              percent(near(judgement).accuracy) + ", k=" + std::to_string(wide(judgement).k) + " " +
              percent(wide(judgement).accuracy) + "; over all k and temperatures " +
              percent(lowest->accuracy) + " to " + percent(highest->accuracy),
          "clusters              silhouette     Dunn   Davies-Bouldin   Calinski-Harabasz",
          row("the labels", judgement.by_label),
          row("k-means, " + std::to_string(judgement.by_cluster.clusters) + " clusters",
              judgement.by_cluster),
          "k-means against the labels: purity " + percent(judgement.agreement.purity) + ", NMI " +
              fixed(judgement.agreement.nmi, 3) + ", ARI " + fixed(judgement.agreement.ari, 3),
          "alignment " + short_number(judgement.alignment) + ", uniformity " +
              short_number(judgement.uniformity) + ", effective rank " +
              short_number(judgement.effective_rank) + " of " +
              std::to_string(std::min(dimensions, count - 1)) + ", dead features " +
              percent(judgement.deviations.dead)};
}

}  // namespace stl10
