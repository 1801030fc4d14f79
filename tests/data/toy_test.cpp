#include "stl10/data/toy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "stl10/base/error.h"
#include "stl10/base/sha256.h"
#include "stl10/data/dataset.h"
#include "stl10/data/toy_shapes.h"
#include "tiny_data.h"

namespace stl10 {
namespace {

using testing::bytes_of;
using testing::message_of;
using testing::TemporaryFolder;

constexpr ToyOptions kTiny = {.train = 25, .test = 10, .unlabeled = 12, .seed = 1};

std::string image_of(uint64_t seed, ToyPart part, int64_t index, int64_t label) {
  std::string image(kImageBytes, '\0');
  paint_toy_image(seed, part, index, label, reinterpret_cast<uint8_t*>(image.data()));
  return image;
}

TEST(Toy, IsTheSameToTheByteOnEveryMachine) {
  const TemporaryFolder folder;
  write_toy(folder / "toy", kTiny);
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"class_names.txt", "25d255396a9d2978"}, {"fold_indices.txt", "89f414e57bc1d58d"},
      {"train_X.bin", "f7a76dbb13f0fc04"},     {"train_y.bin", "2bfcca7f74f462b2"},
      {"test_X.bin", "efe3aa951e39018c"},      {"test_y.bin", "c848e1013f9f04a9"},
      {"unlabeled_X.bin", "0bfa8bd42d8058dc"}};
  for (const auto& [name, hash] : expected) {
    EXPECT_EQ(sha256_hex(bytes_of(folder / "toy" / name)).substr(0, 16), hash) << name;
  }
}

TEST(Toy, OpensWithTheCountsAskedFor) {
  const TemporaryFolder folder;
  write_toy(folder / "toy", kTiny);
  const Dataset data = open_dataset(folder / "toy", {.unlabeled = true});
  EXPECT_EQ(data.class_names, toy_class_names());
  EXPECT_EQ(data.train.count(), 25);
  EXPECT_EQ(data.test.count(), 10);
  EXPECT_EQ(data.unlabeled.count(), 12);
  std::vector<int> counts(10);
  for (const int64_t label : data.train.labels) ++counts.at(static_cast<size_t>(label));
  EXPECT_EQ(counts, (std::vector<int>{3, 3, 3, 3, 3, 2, 2, 2, 2, 2}));
}

TEST(Toy, MayHaveNoUnlabeledImages) {
  const TemporaryFolder folder;
  write_toy(folder / "toy", {.train = 20, .test = 10, .unlabeled = 0});
  EXPECT_FALSE(std::filesystem::exists(folder / "toy" / "unlabeled_X.bin"));
}

TEST(Toy, TenBalancedFoldsOfAFifthEach) {
  const TemporaryFolder folder;
  write_toy(folder / "toy", {.train = 200, .test = 10, .unlabeled = 0});
  const Dataset data = open_dataset(folder / "toy");
  EXPECT_EQ(std::set(data.folds.begin(), data.folds.end()).size(), 10u);
  for (const std::vector<int64_t>& fold : data.folds) {
    std::vector<int> counts(10);
    for (const int64_t i : fold)
      ++counts.at(static_cast<size_t>(data.train.labels.at(static_cast<size_t>(i))));
    EXPECT_EQ(counts, std::vector<int>(10, 4));
  }
}

TEST(Toy, ImagesDependOnSeedPartAndIndexAlone) {
  const std::string image = image_of(1, ToyPart::kTrain, 7, 3);
  EXPECT_EQ(image, image_of(1, ToyPart::kTrain, 7, 3));
  const std::set<std::string> different = {
      image, image_of(2, ToyPart::kTrain, 7, 3), image_of(1, ToyPart::kTest, 7, 3),
      image_of(1, ToyPart::kUnlabeled, 7, 3), image_of(1, ToyPart::kTrain, 8, 3)};
  EXPECT_EQ(different.size(), 5u);
}

TEST(Toy, AnExistingFolderIsRefused) {
  const TemporaryFolder folder;
  write_toy(folder.path(), kTiny);
  message_of<UsageError>([&] { write_toy(folder.path(), kTiny); });
}

// 400 images a class: the standard error of a class's mean brightness is about 2.
TEST(Toy, MeanColourSaysNothingOfTheClass) {
  for (int64_t label = 0; label < 10; ++label) {
    std::array<double, kChannels> sums{};
    for (int64_t i = 0; i < 400; ++i) {
      const std::string image = image_of(5, ToyPart::kTrain, i, label);
      for (size_t k = 0; k < image.size(); ++k) sums[k / kPixels] += static_cast<uint8_t>(image[k]);
    }
    for (const double sum : sums) EXPECT_NEAR(sum / (400.0 * kPixels), 118, 12) << label;
  }
}

TEST(ToyShapes, HaveDifferentNamesAndSimilarAreas) {
  std::set<std::string> names;
  for (const ToyClass& kind : kToyClasses) {
    names.insert(kind.name);
    int inside = 0;
    for (int y = -1200; y <= 1200; y += 10) {
      for (int x = -1200; x <= 1200; x += 10) inside += kind.inside({x, y}) ? 1 : 0;
    }
    const double area = inside * 100.0 / (1024.0 * 1024.0);
    EXPECT_GT(area, 1.2) << kind.name;
    EXPECT_LT(area, 3.2) << kind.name;
  }
  EXPECT_EQ(names.size(), 10u);
}

TEST(ToyShapes, StayInTheirClassWhenMirrored) {
  for (const ToyClass& kind : kToyClasses) {
    for (int y = -1200; y <= 1200; y += 35) {
      for (int x = 0; x <= 1200; x += 35) {
        ASSERT_EQ(kind.inside({x, y}), kind.inside({-x, y})) << kind.name << " " << x << " " << y;
      }
    }
  }
}

TEST(ToyShapes, TexturesAreLightInHalfOfTheirAreaAndRepeat) {
  const int period = 160;
  for (const ToyClass& kind : kToyClasses) {
    const std::string name = kind.name;
    if (name == "crescent") continue;  // plain
    int light = 0;
    for (int y = 0; y < 12 * period; y += 3) {
      for (int x = 0; x < 12 * period; x += 3) light += kind.is_light({x, y}, period) ? 1 : 0;
    }
    const double samples = std::pow(std::ceil(12.0 * period / 3), 2);
    EXPECT_NEAR(light / samples, 0.5, 0.03) << name;
    if (name == "hourglass") continue;  // circles
    for (int i = 0; i < 500; ++i) {
      const ToyPoint p = {7 * i % 331 - 160, 13 * i % 317 - 160};
      ASSERT_EQ(kind.is_light(p, period), kind.is_light({p.x + 3 * period, p.y}, period)) << name;
      ASSERT_EQ(kind.is_light(p, period), kind.is_light({p.x, p.y - 3 * period}, period)) << name;
    }
  }
}

}  // namespace
}  // namespace stl10
