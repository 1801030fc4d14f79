#include "stl10/report/html_pictures.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>

#include "stl10/base/png.h"
#include "stl10/report/curves.h"
#include "stl10/report/html.h"
#include "stl10/report/text.h"

namespace stl10 {
namespace {

constexpr double kMapSide = 420, kMapMargin = 12, kMarkRadius = 4;  // of a map

std::string image_figure(const CaptionedImage& picture, bool is_first) {
  const at::Tensor rgb =
      (picture.image.permute({1, 2, 0}) * 255).round().clamp(0, 255).to(at::kByte).contiguous();
  const std::string png = make_png(rgb.data_ptr<uint8_t>(), rgb.size(1), rgb.size(0));
  return std::string("<figure") + (is_first ? " class=\"first\"" : "") + "><img src=\"" +
         data_url("image/png", png) + "\" alt=\"" + escaped(picture.caption) +
         "\" width=\"96\" height=\"96\"><figcaption>" + escaped(picture.caption) +
         "</figcaption></figure>\n";
}

std::string picture_row(const std::vector<CaptionedImage>& pictures, bool has_head) {
  std::string content;
  for (const CaptionedImage& picture : pictures) {
    content += image_figure(picture, has_head && &picture == pictures.data());
  }
  return "<div class=\"pictures\">\n" + content + "</div>\n";
}

std::string picture_rows(const std::vector<std::vector<CaptionedImage>>& rows) {
  std::string content;
  for (const std::vector<CaptionedImage>& row : rows) content += picture_row(row, true);
  return content;
}

/// A mark around (x, y) as a part of an SVG path: another shape once all colours have been used.
std::string mark(size_t shape, double x, double y) {
  const auto at = [](double value) { return fixed(value, 1); };
  const double r = kMarkRadius;
  switch (shape % 4) {
    case 0:
      return "M" + at(x - r) + " " + at(y) + "a4 4 0 1 0 8 0a4 4 0 1 0-8 0z";
    case 1:
      return "M" + at(x - r) + " " + at(y - r) + "h8v8h-8z";
    case 2:
      return "M" + at(x) + " " + at(y - r - 1) + "l5 9h-10z";
    default:
      return "M" + at(x) + " " + at(y - r - 1.5) + "l5.5 5.5l-5.5 5.5l-5.5-5.5z";
  }
}

std::string svg_start(double side, const std::string& description) {
  const std::string size = fixed(side, 0);
  return "<svg viewBox=\"0 0 " + size + " " + size + "\" width=\"" + size + "\" height=\"" + size +
         "\" role=\"img\" aria-label=\"" + escaped(description) + "\">";
}

std::string draw_map(const FeatureMap& map, const std::vector<int64_t>& labels, size_t classes) {
  const at::Tensor points = map.points.to(at::kDouble).contiguous();
  const at::Tensor low = points.amin(0), high = points.amax(0);
  const double span = std::max((high - low).max().item<double>(), 1e-300);
  const at::Tensor scaled =
      ((points - (low + high) / 2) / span * (kMapSide - 2 * kMapMargin) + kMapSide / 2)
          .contiguous();
  std::vector<std::string> paths(classes);
  for (size_t i = 0; i < labels.size(); ++i) {
    const auto k = static_cast<size_t>(labels[i]);
    const double* place = scaled.data_ptr<double>() + 2 * i;
    paths[k] += mark(k / std::size(kColours), place[0], kMapSide - place[1]);
  }
  std::string svg = svg_start(kMapSide, map.title);
  for (size_t k = 0; k < classes; ++k) {
    if (paths[k].empty()) continue;
    svg += "<path fill=\"" + std::string(colour_of(k)) + "\" fill-opacity=\".75\" d=\"" + paths[k] +
           "\"/>\n";
  }
  return html_figure(svg + "</svg>", map.title);
}

std::string legend(const std::vector<std::string>& names) {
  std::string list = "<ul class=\"legend\">\n";
  for (size_t k = 0; k < names.size(); ++k) {
    list +=
        "<li><svg viewBox=\"0 0 14 14\" width=\"14\" height=\"14\" aria-hidden=\"true\"><path "
        "fill=\"" +
        std::string(colour_of(k)) + "\" d=\"" + mark(k / std::size(kColours), 7, 7) +
        "\"/></svg> " + escaped(names[k]) + "</li>\n";
  }
  return list + "</ul>\n";
}

std::string maps_of(const ReportPictures& pictures) {
  if (pictures.maps.empty()) return "";
  std::vector<std::string> figures;
  for (const FeatureMap& map : pictures.maps) {
    figures.push_back(draw_map(map, pictures.map_labels, pictures.class_names.size()));
  }
  return legend(pictures.class_names) + html_grid(figures);
}

}  // namespace

std::string html_pictures(const ReportPictures& pictures) {
  std::string missing;
  for (const std::string& sentence : pictures.missing) missing += html_text(sentence);
  return html_section("Surest mistakes",
                      pictures.mistakes.empty() ? "" : picture_row(pictures.mistakes, false)) +
         html_section("Features in two dimensions", maps_of(pictures)) +
         html_section("Nearest training images", picture_rows(pictures.neighbours)) +
         html_section("Augmented views", picture_rows(pictures.views)) +
         html_section("Pictures", missing);
}

}  // namespace stl10
