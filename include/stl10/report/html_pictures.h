#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

/// The pictures of a page.
namespace stl10 {

struct CaptionedImage {
  at::Tensor image;  ///< float (3, H, W) in [0, 1], RGB, on the CPU
  std::string caption;
};

/// Points of images in two dimensions.
struct FeatureMap {
  std::string title;
  at::Tensor points;  ///< floating (N, 2) on the CPU
};

/// What a report shows of a run's images. What is empty is left out.
struct ReportPictures {
  std::vector<std::string> missing;                ///< sentences on what can't be shown, and why
  std::vector<std::vector<CaptionedImage>> views;  ///< rows: an image, then its augmented views
  std::vector<CaptionedImage> mistakes;
  std::vector<std::vector<CaptionedImage>> neighbours;  ///< rows: an image, then the nearest
  std::vector<FeatureMap> maps;
  std::vector<int64_t> map_labels;       ///< of the points, in 0 … classes − 1
  std::vector<std::string> class_names;  ///< of those labels
};

/// All sections on them. @throws UsageError for images in a program without OpenCV.
std::string html_pictures(const ReportPictures& pictures);

}  // namespace stl10
