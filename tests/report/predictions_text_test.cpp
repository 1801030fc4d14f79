#include "stl10/report/predictions_text.h"

#include <gtest/gtest.h>

namespace stl10 {
namespace {

const PictureAnswer kDog{
    .path = "a,b.jpg", .predicted = "dog", .top = {{"dog", 0.75}, {"cat", 0.25}}, .in_class = 0.5};

TEST(PredictionText, OfATableAlignsItsPaths) {
  const PredictionText text(PredictionFormat::kTable, {"a,b.jpg", "longer.jpg"}, 2);
  EXPECT_EQ(text.header(), "");
  EXPECT_EQ(text.line(kDog), "a,b.jpg     dog 75.00 %, cat 25.00 %  (in class 0.500)\n");
  PictureAnswer none = kDog;
  none.predicted = "none";
  none.in_class.reset();
  EXPECT_EQ(text.line(none), "a,b.jpg     none: dog 75.00 %, cat 25.00 %\n");
}

TEST(PredictionText, OfCsvQuotesAndKeepsItsColumns) {
  const PredictionText text(PredictionFormat::kCsv, {}, 3);
  EXPECT_EQ(text.header(),
            "path,predicted,in_class,class_1,probability_1,class_2,probability_2,class_3,"
            "probability_3\n");
  EXPECT_EQ(text.line(kDog), "\"a,b.jpg\",dog,0.5000,dog,0.75,cat,0.25,,\n");
}

TEST(PredictionText, OfJsonIsAnObjectALine) {
  const PredictionText text(PredictionFormat::kJsonl, {}, 2);
  const std::string line = text.line(kDog);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  const Json json = parse_json(line, "line");
  EXPECT_EQ(json["path"], "a,b.jpg");
  EXPECT_EQ(json["predicted"], "dog");
  EXPECT_EQ(json["probability"], 0.75);
  EXPECT_EQ(json["top"][1]["class"], "cat");
  EXPECT_EQ(json["top"][1]["probability"], 0.25);
  EXPECT_EQ(json["in_class"], 0.5);
}

}  // namespace
}  // namespace stl10
