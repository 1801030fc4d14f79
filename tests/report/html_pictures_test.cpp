#include "stl10/report/html_pictures.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include "stl10/evaluate/projection.h"

namespace stl10 {
namespace {

size_t occurrences(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

/// A page with the two maps of these features.
std::string mapped(const at::Tensor& features, const std::vector<int64_t>& labels,
                   const std::vector<std::string>& names) {
  return html_pictures({.maps = {{"plane", principal_plane(features)}, {"t-SNE", tsne(features)}},
                        .map_labels = labels,
                        .class_names = names});
}

TEST(HtmlPictures, EveryPointIsOneMarkInTheColourOfItsClass) {
  const std::string page =
      mapped(at::eye(4), {0, 1, 1, 7}, {"a", "b", "c", "d", "e", "f", "g", "h"});
  EXPECT_EQ(occurrences(page, "<path fill=\"#d55e00\" fill-opacity"), 2u);  // class a
  EXPECT_EQ(occurrences(page, "a4 4 0 1 0 8 0a"), 2u * 3u + 6u);  // dots, and the legend's
  EXPECT_EQ(occurrences(page, "h8v8h-8z"), 2u * 1u + 2u);         // the eighth class
  EXPECT_EQ(occurrences(page, "<li>"), 8u);
}

TEST(HtmlPictures, DeadConstantAndSingleFeaturesAreDrawn) {
  for (const at::Tensor& features : {at::zeros({5, 3}), at::full({5, 3}, 0.1f), at::ones({1, 3}),
                                     at::zeros({1, 1}), at::full({4, 2}, 1e30), at::eye(3)}) {
    const std::vector<int64_t> labels(static_cast<size_t>(features.size(0)), 1);
    const std::string page = mapped(features, labels, {"a", "b"});
    EXPECT_EQ(page.find("nan"), std::string::npos);
    EXPECT_EQ(page.find("inf"), std::string::npos);
    EXPECT_EQ(occurrences(page, "fill-opacity"), 2u);
  }
}

TEST(HtmlPictures, WhatIsMissingIsSaid) {
  EXPECT_EQ(html_pictures({}), "");
  const std::string page = html_pictures({.missing = {"no <data>"}});
  EXPECT_NE(page.find("<p>no &lt;data&gt;</p>"), std::string::npos);
}

#ifdef STL10_WITH_OPENCV
TEST(HtmlPictures, ImagesStandWithTheirCaptions) {
  const CaptionedImage image{at::full({3, 8, 8}, 0.5f), "cat \"taken\" for dog"};
  const std::string page =
      html_pictures({.views = {{image, image}}, .mistakes = {image}, .neighbours = {{image}}});
  EXPECT_EQ(occurrences(page, "<img src=\"data:image/png;base64,iVBORw0KGgo"), 4u);
  EXPECT_EQ(occurrences(page, "alt=\"cat &quot;taken&quot; for dog\""), 4u);
  EXPECT_EQ(occurrences(page, "class=\"first\""), 2u);  // the heads of rows
}
#endif

}  // namespace
}  // namespace stl10
