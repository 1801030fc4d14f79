#include "stl10/report/assumptions_json.h"

#include <cmath>

#include "stl10/report/assumptions_text.h"
#include "stl10/report/text.h"

namespace stl10 {
namespace {

using Names = std::vector<std::string>;

Json to_json(const Verdict& verdict) {
  const auto finite = [](double value) {
    return std::isfinite(value) ? Json(value) : Json(nullptr);
  };
  const Effect& effect = verdict.effect;
  return {
      {"assumption", verdict.assumption},
      {"standing", std::string(name_of(verdict.standing))},
      {"measure", effect.measure},
      {"value", effect.value ? finite(*effect.value) : Json(nullptr)},
      {"interval", effect.value ? Json({finite(effect.interval.low), finite(effect.interval.high)})
                                : Json(nullptr)},
      {"holds", effect.holds},
      {"violated", effect.violated},
      {"advice", advice_of(verdict)}};
}

Json to_json(const ClassShares& shares, const Names& class_names) {
  Json counts = Json::object();
  for (size_t k = 0; k < class_names.size(); ++k) counts[class_names[k]] = shares.counts[k];
  return {{"counts", counts},
          {"normalized_entropy", shares.normalized_entropy},
          {"ratio", number_or_null(shares.ratio)}};
}

Json shares_or_null(const std::optional<ClassShares>& shares, const Names& class_names) {
  return shares ? to_json(*shares, class_names) : Json(nullptr);
}

Json to_json(const MethodScores& scores) {
  return {{"accuracy", number_or_null(scores.accuracy.mean)},
          {"accuracy_deviation", number_or_null(scores.accuracy.deviation)},
          {"macro_f1", number_or_null(scores.macro_f1.mean)},
          {"macro_f1_deviation", number_or_null(scores.macro_f1.deviation)}};
}

Json to_json(const std::vector<LabelCurvePoint>& curve) {
  Json points = Json::array();
  for (const LabelCurvePoint& point : curve) {
    points.push_back({{"labels", point.labels},
                      {"counts", point.counts},
                      {"ratio", point.ratio},
                      {"probe", to_json(point.probe)},
                      {"label_spreading", to_json(point.spreading)}});
  }
  return points;
}

Json to_json(const Continuity& found) {
  Json bins = Json::array();
  for (const AgreementAt& bin : found.by_distance) {
    bins.push_back(
        {{"distance", bin.distance}, {"agreement", bin.agreement}, {"pairs", bin.pairs}});
  }
  return {{"chance", found.chance},
          {"by_rank", found.by_rank},
          {"by_distance", bins},
          {"half_distance", number_or_null(found.half_distance)}};
}

Json to_json(const DiscreteClusters& found, int64_t points) {
  const at::Tensor& silhouettes = found.silhouettes;
  return {{"points", points},
          {"kmeans_clusters", found.clusters},
          {"silhouette",
           silhouettes.defined() ? Json(silhouettes.mean().item<double>()) : Json(nullptr)},
          {"cloud_silhouette", found.cloud_silhouette},
          {"gap", found.gap.gap},
          {"gap_error", found.gap.error},
          {"gap_clusters", found.gap.gap.empty() ? Json(nullptr) : Json(found.gap.clusters)},
          {"inertia_below_clouds", number_or_null(found.inertia_below)},
          {"purity", found.agreement.purity},
          {"nmi", found.agreement.nmi},
          {"ari", found.agreement.ari}};
}

}  // namespace

Json to_json(const Assumptions& found, const Names& class_names) {
  Json verdicts = Json::array();
  for (const Verdict& verdict : found.verdicts) verdicts.push_back(to_json(verdict));
  Json out_of_class = nullptr;
  if (found.out_of_class) {
    out_of_class = {{"k", found.out_of_class->k},
                    {"count", found.out_of_class->similarity.numel()},
                    {"threshold", found.out_of_class->threshold},
                    {"share", found.out_of_class->share},
                    {"held_out_share", found.out_of_class->held_out_share},
                    {"excess", found.out_of_class->excess},
                    {"excess_at", found.out_of_class->excess_at}};
  }
  return {{"verdicts", verdicts},
          {"continuity", to_json(found.continuity)},
          {"clusters", to_json(found.clusters, found.cluster_points)},
          {"balance",
           {{"labels", to_json(found.labels, class_names)},
            {"unlabeled",
             {{"probe", shares_or_null(found.probe_shares, class_names)},
              {"label_spreading", shares_or_null(found.spreading_shares, class_names)}}},
            {"test",
             {{"probe", to_json(found.probe_test_shares, class_names)},
              {"label_spreading", to_json(found.spreading_test_shares, class_names)}}}}},
          {"fewer_labels", to_json(found.curves.fewer)},
          {"uneven_labels", to_json(found.curves.uneven)},
          {"spread_neighbours", kSpreadNeighbours},
          {"spread_alpha", kSpreadAlpha},
          {"out_of_class", out_of_class}};
}

}  // namespace stl10
