#include "stl10/evaluate/predictions.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "temporary_folder.h"

namespace stl10 {
namespace {

Predictions some() {
  return {
      .indices = {5, 1, 9},
      .labels = at::tensor({2, 0, 1}, at::kLong),
      .probabilities =
          at::tensor({0.1f, 0.2f, 0.7f, 1.0f / 3, 0.5f, 1.0f / 6, 0.6f, 0.4f, 0.f}).reshape({3, 3}),
      .predicted = at::tensor({2, 1, 0}, at::kLong)};
}

void expect_equal(const Predictions& a, const Predictions& b) {
  EXPECT_EQ(a.indices, b.indices);
  EXPECT_TRUE(at::equal(a.labels, b.labels));
  EXPECT_TRUE(at::equal(a.predicted, b.predicted));
  EXPECT_TRUE(at::equal(a.probabilities, b.probabilities));
}

class PredictionsTest : public ::testing::Test {
 protected:
  std::vector<Predictions> read(const std::string& text) {
    save_atomically(path_, text);
    return read_predictions(path_, "test");
  }
  void expect_refused(const std::string& text, const std::string& part) {
    try {
      read(text);
      ADD_FAILURE() << "was read: " << text;
    } catch (const DataError& error) {
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
  }

  testing::TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "predictions.csv";
};

TEST_F(PredictionsTest, AreReadAsTheyWereWritten) {
  Predictions validation = some();
  validation.indices = {0, 1, 2};
  const std::vector<Predictions> found =
      read(csv_header(3) + to_csv(some(), "test") + to_csv(validation, "validation"));
  ASSERT_EQ(found.size(), 1u);
  expect_equal(found[0], some());
}

TEST_F(PredictionsTest, OfSeveralFoldsAreKeptApart) {
  Predictions other = some();
  other.predicted = at::tensor({0, 0, 0}, at::kLong);
  const std::string rows = to_csv(some(), "test", 10) + to_csv(other, "test", 2);
  const std::vector<Predictions> found = read(csv_header(3, true) + rows);
  ASSERT_EQ(found.size(), 2u);
  expect_equal(found[0], other);
  expect_equal(found[1], some());
}

TEST_F(PredictionsTest, OfAnotherKindAreRefusedWithTheLine) {
  const std::string header = csv_header(2);
  EXPECT_THROW(read_predictions(folder_ / "nothing", "test"), IoError);
  expect_refused("", "split,index,label");
  expect_refused("a,b\n1,2\n", "line 1");
  expect_refused("split,index,label,predicted\n", "line 1");
  expect_refused(header, "none");
  expect_refused(header + "validation,0,0,0,1,0\n", "rows of the test images");
  expect_refused(header + "test,0,0,0,1,0\ntest,1,0,0,1\n", "line 3");
  expect_refused(header + "test,0,2,0,1,0\n", "line 2");
  expect_refused(header + "test,0,0,-1,1,0\n", "-1");
  expect_refused(header + "test,0,0,0,nan,0\n", "nan");
  expect_refused(header + "test,0,0,0,1.5,0\n", "1.5");
  expect_refused(header + "test,x,0,0,1,0\n", "x");
  expect_refused(header + "test,7,0,0,1,0\ntest,7,0,0,1,0\n", "image 7 again");
}

TEST(SurestMistakes, AreSortedByConfidence) {
  const std::vector<Mistake> mistakes = surest_mistakes(some(), 10);
  ASSERT_EQ(mistakes.size(), 2u);
  EXPECT_EQ(mistakes[0].index, 9);
  EXPECT_EQ(mistakes[0].label, 1);
  EXPECT_EQ(mistakes[0].predicted, 0);
  EXPECT_FLOAT_EQ(static_cast<float>(mistakes[0].confidence), 0.6f);
  EXPECT_EQ(mistakes[1].index, 1);
  EXPECT_EQ(surest_mistakes(some(), 1).size(), 1u);
}

TEST(Predictions, AnEditorsLineEndsChangeNothing) {
  const testing::TemporaryFolder folder;
  for (const bool with_fold : {false, true}) {
    std::string text = csv_header(2, with_fold);
    text += with_fold ? "test,7,1,0,0.75,0.25,3\n" : "test,7,1,0,0.75,0.25\n";
    const auto read = [&](const std::string& bytes) {
      save_atomically(folder / "p.csv", bytes);
      return read_predictions(folder / "p.csv", "test");
    };
    std::string windows = "\xEF\xBB\xBF";
    for (const char c : text) windows += c == '\n' ? "\r\n" : std::string(1, c);
    const std::vector<Predictions> plain = read(text), found = read(windows);
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].indices, plain[0].indices);
    EXPECT_TRUE(at::equal(found[0].probabilities, plain[0].probabilities));
  }
}

}  // namespace
}  // namespace stl10
