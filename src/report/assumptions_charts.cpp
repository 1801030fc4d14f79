#include "stl10/report/assumptions_charts.h"

#include <ATen/Functions.h>

#include <string>
#include <utility>

namespace stl10 {
namespace {

constexpr const char *kMain = kColours[0], *kOther = kColours[1];
constexpr char kGrey[] = "#8c8c8c";

using Points = std::vector<CurvePoint>;

Points numbered(const std::vector<double>& values) {
  Points points;
  for (size_t i = 0; i < values.size(); ++i)
    points.push_back({static_cast<double>(i) + 1, values[i]});
  return points;
}

void add_continuity(const Continuity& found, std::vector<Chart>& charts) {
  const Points ranks = numbered(found.by_rank);
  charts.push_back({"neighbours that agree",
                    {{"neighbours", kMain, ranks}},
                    "rank of the neighbour",
                    Scale::kCounted,
                    {{"chance", found.chance}}});
  Points bins;
  for (const AgreementAt& bin : found.by_distance) bins.push_back({bin.distance, bin.agreement});
  charts.push_back({"neighbours that agree",
                    {{"neighbours", kMain, bins}},
                    "distance (unit vectors)",
                    Scale::kLinear,
                    {{"chance", found.chance}}});
}

/// What one of the scores is over a curve, for both methods.
Chart score_chart(const std::string& title, const std::string& x_name,
                  const std::vector<LabelCurvePoint>& curve, MeanDeviation MethodScores::*score,
                  const auto& x_of) {
  Points probe, spreading;
  const auto add = [&](Points& points, const LabelCurvePoint& point, const MethodScores& scores) {
    if ((scores.*score).mean) points.push_back({x_of(point), *(scores.*score).mean});
  };
  for (const LabelCurvePoint& point : curve) {
    add(probe, point, point.probe);
    add(spreading, point, point.spreading);
  }
  return {title,
          {{"probe", kOther, probe}, {"spreading", kMain, spreading}},
          x_name,
          Scale::kLogarithmic};
}

Points counts_of(const ClassShares& shares) {
  double all = 0;
  for (const int64_t count : shares.counts) all += static_cast<double>(count);
  std::vector<double> values;
  for (const int64_t count : shares.counts) values.push_back(static_cast<double>(count) / all);
  return numbered(values);
}

/// The share of values below each of 41 evenly spaced quantiles.
Points cumulated(const at::Tensor& values) {
  const at::Tensor shares = at::linspace(0, 1, 41, at::kDouble);
  const at::Tensor quantiles = at::quantile(values.to(at::kDouble), shares);
  Points points;
  for (int64_t i = 0; i < shares.numel(); ++i) {
    points.push_back({quantiles[i].item<double>(), shares[i].item<double>()});
  }
  return points;
}

/// Accuracy and macro F1 over the number of labels, or over how uneven they are.
void add_scores(const std::string& x_name, const std::vector<LabelCurvePoint>& points,
                double (*x)(const LabelCurvePoint&), std::vector<Chart>& charts) {
  charts.push_back(score_chart("accuracy", x_name, points, &MethodScores::accuracy, x));
  charts.push_back(score_chart("macro F1", x_name, points, &MethodScores::macro_f1, x));
}

}  // namespace

std::vector<Chart> charts_of(const Assumptions& found) {
  std::vector<Chart> charts;
  add_continuity(found.continuity, charts);
  if (!found.clusters.gap.gap.empty()) {
    charts.push_back({"gap statistic",
                      {{"gap", kMain, numbered(found.clusters.gap.gap)}},
                      "clusters of k-means"});
  }
  const auto labels = [](const LabelCurvePoint& point) {
    return static_cast<double>(point.labels);
  };
  const auto ratio = [](const LabelCurvePoint& point) { return point.ratio; };
  const LabelCurves& curves = found.curves;
  add_scores("labels", curves.fewer, labels, charts);
  if (found.probe_shares) {
    charts.push_back({"share of a class",
                      {{"labels", kGrey, counts_of(found.labels)},
                       {"probe", kOther, counts_of(*found.probe_shares)},
                       {"spreading", kMain, counts_of(*found.spreading_shares)}},
                      "class of unlabeled images"});
  }
  if (!curves.uneven.empty()) {
    add_scores("labels, largest : smallest class", curves.uneven, ratio, charts);
  }
  if (found.out_of_class) {
    const OutOfClass& out = *found.out_of_class;
    charts.push_back({"share farther",
                      {{"test", kGrey, cumulated(out.held_out_similarity)},
                       {"unlabeled", kMain, cumulated(out.similarity)},
                       {"threshold", kOther, {{out.threshold, 0}, {out.threshold, 1}}}},
                      "cosine to the nearest class",
                      Scale::kLinear});
  }
  return charts;
}

}  // namespace stl10
