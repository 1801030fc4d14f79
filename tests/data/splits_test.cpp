#include "stl10/data/splits.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "stl10/base/error.h"
#include "stl10/data/shuffle.h"
#include "tiny_data.h"

namespace stl10 {
namespace {

using testing::expect_says;
using testing::message_of;
using testing::plain_images;
using testing::TemporaryFolder;
using testing::write_bytes;
using Indices = std::vector<int64_t>;

/// A data set whose class k has sizes[k] images; images of all classes alternate.
class SplitData {
 public:
  explicit SplitData(std::vector<int> sizes, const std::string& folds = "") {
    std::string names, labels;
    for (size_t k = 0; k < sizes.size(); ++k) names += "c" + std::to_string(k) + "\n";
    for (bool any = true; any;) {
      any = false;
      for (size_t k = 0; k < sizes.size(); ++k) {
        if (sizes[k]-- <= 0) continue;
        labels += static_cast<char>(k + 1);
        any = true;
      }
    }
    write_bytes(folder_ / "class_names.txt", names);
    write_bytes(folder_ / "train_X.bin", plain_images(static_cast<int>(labels.size())));
    write_bytes(folder_ / "train_y.bin", labels);
    if (!folds.empty()) write_bytes(folder_ / "fold_indices.txt", folds);
    data_ = open_dataset(folder_.path(), {.test = false});
  }

  Split split(const SplitOptions& options, uint64_t seed = 1) const {
    return make_split(data_, options, seed);
  }

  Indices class_counts(const Indices& indices) const {
    Indices counts(data_.class_names.size());
    for (const int64_t i : indices)
      ++counts[static_cast<size_t>(data_.train.labels[static_cast<size_t>(i)])];
    return counts;
  }

  std::vector<Split> parts(int64_t count, uint64_t seed = 1) const {
    return stratified_parts(all(), data_.train.labels, count, seed);
  }

  /// Gives an image of two classes the other one's label.
  void swap_class(int64_t index) {
    int64_t& label = data_.train.labels[static_cast<size_t>(index)];
    label = 1 - label;
  }

  Indices all() const { return all_indices(data_.train); }

 private:
  TemporaryFolder folder_;
  Dataset data_;
};

Indices joined(const Split& split) {
  Indices all = split.train;
  all.insert(all.end(), split.held_out.begin(), split.held_out.end());
  std::sort(all.begin(), all.end());
  return all;
}

bool includes(const Indices& all, const Indices& part) {
  return std::includes(all.begin(), all.end(), part.begin(), part.end());
}

TEST(Split, HoldoutAndTrainingCoverAllImagesOnce) {
  const SplitData data({20, 20, 20});
  const Split split = data.split({});
  EXPECT_EQ(joined(split), data.all());
  EXPECT_TRUE(std::is_sorted(split.train.begin(), split.train.end()));
  EXPECT_TRUE(std::is_sorted(split.held_out.begin(), split.held_out.end()));
}

TEST(Split, HoldoutTakesTheFractionOfEveryClass) {
  const SplitData data({50, 20, 14, 6});
  EXPECT_EQ(data.class_counts(data.split({}).held_out), (Indices{5, 2, 1, 1}));
  EXPECT_EQ(data.class_counts(data.split({.holdout_fraction = 0.5}).held_out),
            (Indices{25, 10, 7, 3}));
  EXPECT_EQ(data.class_counts(data.split({.holdout_fraction = 0.25}).held_out),
            (Indices{13, 5, 4, 2}));
}

TEST(Split, EveryClassKeepsAnImageToTrainOnAndOneToHoldOut) {
  const SplitData data({2, 1, 0, 3});
  const Split little = data.split({.holdout_fraction = 0.001});
  EXPECT_EQ(data.class_counts(little.held_out), (Indices{1, 0, 0, 1}));
  const Split much = data.split({.holdout_fraction = 0.9});
  EXPECT_EQ(data.class_counts(much.train), (Indices{1, 1, 0, 1}));
}

TEST(Split, NothingToHoldOutIsRefused) {
  const SplitData data({1, 1});
  expect_says(message_of<UsageError>([&] { data.split({}); }), {"held out", "--validation none"});
  EXPECT_EQ(data.split({.validation = Validation::kNone}).train, data.all());
}

TEST(Split, IsAFunctionOfTheSeed) {
  const SplitData data({40, 40});
  const SplitOptions options = {.labels_per_class = 5};
  EXPECT_EQ(data.split(options, 3).held_out, data.split(options, 3).held_out);
  EXPECT_EQ(data.split(options, 3).train, data.split(options, 3).train);
  EXPECT_NE(data.split(options, 3).held_out, data.split(options, 4).held_out);
  EXPECT_NE(data.split(options, 3).train, data.split(options, 4).train);
}

TEST(Split, ClassesAreDrawnApart) {
  const SplitData data({40, 40});  // image i is of class i mod 2
  Indices first, second;
  for (const int64_t i : data.split({}).held_out) (i % 2 == 0 ? first : second).push_back(i / 2);
  EXPECT_NE(first, second);
}

TEST(Split, TestAndNoneTrainOnEverything) {
  const SplitData data({5, 9});
  for (const Validation validation : {Validation::kTest, Validation::kNone}) {
    const Split split = data.split({.validation = validation});
    EXPECT_EQ(split.train, data.all());
    EXPECT_TRUE(split.held_out.empty());
  }
}

TEST(Split, LabelsPerClassDrawsSoManyOfEveryClass) {
  const SplitData data({20, 30, 25});
  const SplitOptions options = {.validation = Validation::kNone, .labels_per_class = 4};
  EXPECT_EQ(data.class_counts(data.split(options).train), (Indices{4, 4, 4}));
  const SplitOptions all = {.validation = Validation::kNone, .labels_per_class = 20};
  EXPECT_EQ(data.class_counts(data.split(all).train), (Indices{20, 20, 20}));
}

TEST(Split, FewerLabelsAreAPartOfMore) {
  const SplitData data({40, 40});
  const auto labels = [&](int64_t count) {
    return data.split({.validation = Validation::kNone, .labels_per_class = count}).train;
  };
  EXPECT_TRUE(includes(labels(40), labels(10)));
  EXPECT_TRUE(includes(labels(10), labels(2)));
}

TEST(Split, TheHeldOutPartIsTakenFromTheLabelsThatAreGiven) {
  const SplitData data({40, 40});
  const Split split = data.split({.holdout_fraction = 0.2, .labels_per_class = 10});
  EXPECT_EQ(joined(split),
            data.split({.validation = Validation::kNone, .labels_per_class = 10}).train);
  EXPECT_EQ(data.class_counts(split.held_out), (Indices{2, 2}));
}

TEST(Split, LabelsBehindTheLastOneDrawnAreNotLookedAt) {
  SplitData data({40, 40});
  const SplitOptions options = {.labels_per_class = 6};
  const Split before = data.split(options);
  const Indices order = shuffled(data.all(), 1, {.purpose = Purpose::kSubset});
  const Indices taken = joined(before);
  size_t last = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    if (std::binary_search(taken.begin(), taken.end(), order[i])) last = i;
  }
  ASSERT_LT(last + 1, order.size());
  for (size_t i = last + 1; i < order.size(); ++i) data.swap_class(order[i]);
  EXPECT_EQ(data.split(options).train, before.train);
  EXPECT_EQ(data.split(options).held_out, before.held_out);
}

TEST(StratifiedParts, EveryImageIsHeldOutOnceAndClassesAreSpread) {
  const SplitData data({23, 10, 5, 3});
  const std::vector<Split> parts = data.parts(5);
  ASSERT_EQ(parts.size(), 5u);
  Indices held_out;
  for (const Split& part : parts) {
    EXPECT_EQ(joined(part), data.all());
    held_out.insert(held_out.end(), part.held_out.begin(), part.held_out.end());
    const Indices counts = data.class_counts(part.held_out);
    EXPECT_TRUE(counts[0] == 4 || counts[0] == 5);
    EXPECT_EQ(counts[1], 2);
    EXPECT_EQ(counts[2], 1);
    EXPECT_LE(counts[3], 1);
    EXPECT_TRUE(part.held_out.size() == 8 || part.held_out.size() == 9);
  }
  std::sort(held_out.begin(), held_out.end());
  EXPECT_EQ(held_out, data.all());
}

TEST(StratifiedParts, EmptyPartsAreLeftOutAndTheSeedDecides) {
  EXPECT_EQ(SplitData({2, 1}).parts(5).size(), 3u);
  const SplitData data({30, 30});
  EXPECT_EQ(data.parts(5, 7)[0].held_out, data.parts(5, 7)[0].held_out);
  EXPECT_NE(data.parts(5, 7)[0].held_out, data.parts(5, 8)[0].held_out);
}

TEST(Split, HeldOutImagesAreNeverTrainedOn) {
  const SplitData data({30, 12, 7}, "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18\n");
  for (const double fraction : {0.05, 0.3, 0.6}) {
    for (uint64_t seed = 0; seed < 20; ++seed) {
      const Split split =
          data.split({.holdout_fraction = fraction, .fold = 0, .labels_per_class = 2}, seed);
      Indices both;
      std::set_intersection(split.train.begin(), split.train.end(), split.held_out.begin(),
                            split.held_out.end(), std::back_inserter(both));
      EXPECT_TRUE(both.empty());
    }
  }
}

TEST(Split, TooManyLabelsPerClassAreRefusedWithTheClass) {
  const SplitData data({20, 7});
  const SplitOptions none = {.validation = Validation::kNone, .labels_per_class = 8};
  expect_says(message_of<UsageError>([&] { data.split(none); }),
              {"--labels-per-class", "of c1", "at most 7", "found 8"});
  EXPECT_EQ(data.class_counts(joined(data.split({.labels_per_class = 7}))), (Indices{7, 7}));
}

TEST(Split, FoldLeavesItsImagesAlone) {
  const SplitData data({6, 6}, "0 1 2 3\n8 9 10 11 4 5\n");
  const SplitOptions second = {.validation = Validation::kNone, .fold = 1};
  EXPECT_EQ(data.split(second).train, (Indices{4, 5, 8, 9, 10, 11}));
  const Split held = data.split({.holdout_fraction = 0.5, .fold = 0});
  EXPECT_EQ(joined(held), (Indices{0, 1, 2, 3}));
  EXPECT_EQ(data.class_counts(held.held_out), (Indices{1, 1}));
}

TEST(Split, FoldsThatAreNotThereAreRefused) {
  const SplitData data({6, 6}, "0 1 2 3\n4 5\n");
  for (const int64_t fold : {int64_t{2}, int64_t{-1}}) {
    expect_says(message_of<UsageError>([&] { data.split({.fold = fold}); }),
                {"--fold", "0 to 1", "found " + std::to_string(fold)});
  }
  const SplitData without({6, 6});
  expect_says(message_of<DataError>([&] { without.split({.fold = 0}); }),
              {"fold_indices.txt is missing", "leave out --fold"});
}

TEST(Split, DescribesWhatTrainsAndWhatJudges) {
  const Split split = {.train = Indices(90), .held_out = Indices(10)};
  EXPECT_EQ(
      describe(split, {}),
      "90 labeled images to train on; validation on 10 others, held out of the training labels");
  EXPECT_EQ(
      describe(split, {.validation = Validation::kTest}),
      "90 labeled images to train on; validation on the TEST split, so its figures choose and "
      "judge at once");
  EXPECT_EQ(describe(split, {.validation = Validation::kNone, .fold = 3, .labels_per_class = 9}),
            "90 labeled images to train on of fold 3, 9 of each class; no validation");
  EXPECT_EQ(describe(split, {.labels_per_class = 10}),
            "90 labeled images to train on, out of 10 of each class; validation on 10 others, held "
            "out of the training labels");
}

}  // namespace
}  // namespace stl10
