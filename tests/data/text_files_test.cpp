#include "stl10/data/text_files.h"

#include <gtest/gtest.h>

#include "stl10/base/error.h"
#include "tiny_data.h"

namespace stl10 {
namespace {

using testing::expect_says;
using testing::message_of;
using testing::TemporaryFolder;
using testing::write_bytes;

using Names = std::vector<std::string>;
using Folds = std::vector<std::vector<int64_t>>;

Names names_in(const std::string& text) {
  const TemporaryFolder folder;
  write_bytes(folder / "class_names.txt", text);
  return read_class_names(folder / "class_names.txt");
}

Folds folds_in(const std::string& text, int64_t train_count = 1000) {
  const TemporaryFolder folder;
  write_bytes(folder / "fold_indices.txt", text);
  return read_folds(folder / "fold_indices.txt", train_count);
}

TEST(ClassNames, AreOneALineWhateverTheLineEnds) {
  const Names expected = {"sea lion", "b"};
  EXPECT_EQ(names_in("sea lion\nb\n"), expected);
  EXPECT_EQ(names_in("sea lion\nb"), expected);
  EXPECT_EQ(names_in("sea lion\r\nb\r\n"), expected);
  EXPECT_EQ(names_in("\xEF\xBB\xBFsea lion\r\nb"), expected);
  EXPECT_EQ(names_in(" sea lion\t\nb\n\n\n"), expected);
}

TEST(ClassNames, EmptyAndRepeatedNamesAreRefusedWithTheirLine) {
  expect_says(message_of<DataError>([] { names_in("a\n\nb\n"); }),
              {"line 2 of", "class_names.txt is empty"});
  expect_says(message_of<DataError>([] { names_in("a\nb\na\n"); }),
              {"line 3 of", "repeats", "found a as in line 1"});
}

TEST(ClassNames, OtherEncodingsAndControlCharactersAreRefused) {
  const std::string little(
      "\xFF\xFE"
      "a\0\n\0b\0\n\0",
      10),
      big("\xFE\xFF\0a\0\n\0b\0\n", 10);
  const std::string unmarked("a\0\n\0b\0\n\0", 8);
  expect_says(message_of<DataError>([&] { names_in(little); }), {"class_names.txt", "UTF-16"});
  expect_says(message_of<DataError>([&] { names_in(big); }), {"class_names.txt", "UTF-16"});
  expect_says(message_of<DataError>([&] { names_in(unmarked); }), {"class_names.txt", "UTF-8"});
  expect_says(message_of<DataError>([&] { names_in("a\n\xe9t\xe9\n"); }), {"UTF-8"});
  expect_says(message_of<DataError>([&] { names_in("a\n\x1b[2Jb\n"); }), {"control characters"});
  expect_says(message_of<DataError>([&] { folds_in(std::string("1 2\0 3\n", 8)); }),
              {"fold_indices"});
}

TEST(ClassNames, NumberFrom2To255) {
  const auto names = [](int count) {
    std::string text;
    for (int k = 0; k < count; ++k) text += "name" + std::to_string(k) + "\n";
    return text;
  };
  EXPECT_EQ(names_in(names(2)).size(), 2u);
  EXPECT_EQ(names_in(names(255)).size(), 255u);
  expect_says(message_of<DataError>([&] { names_in(names(1)); }), {"2 to 255", "found 1"});
  expect_says(message_of<DataError>([&] { names_in(names(256)); }), {"2 to 255", "found 256"});
}

TEST(Folds, MayBeAnyNumberOfAnyLength) {
  EXPECT_EQ(folds_in("7\n"), (Folds{{7}}));
  EXPECT_EQ(folds_in("0 999 256 \n300\n5 4"), (Folds{{0, 999, 256}, {300}, {5, 4}}));
  EXPECT_EQ(folds_in("1\t2\r\n  3\r\n\r\n"), (Folds{{1, 2}, {3}}));
}

TEST(Folds, MayShareImages) { EXPECT_EQ(folds_in("1 2\n2 3\n").size(), 2u); }

TEST(Folds, WrongEntriesAreRefusedWithLineAndEntry) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"1000", "entry 2: 1000"}, {"-1", "entry 2: -1"},
      {"x", "entry 2: x"},       {"1.5", "entry 2: 1.5"},
      {"1,2", "entry 2: 1,2"},   {"99999999999999999999", "entry 2: 99999"},
      {"3", "entry 2: 3 again"}, {"0x1", "entry 2: 0x1"},
      {"+1", "entry 2: +1"}};
  for (const auto& [entry, found] : cases) {
    const std::string text = "1 2\n3 " + entry + " 4\n";
    expect_says(message_of<DataError>([&] { folds_in(text); }),
                {"line 2 of", "fold_indices.txt", "0 to 999", found});
  }
}

TEST(Folds, EmptyLinesBetweenFoldsAreRefused) {
  expect_says(message_of<DataError>([] { folds_in("1\n\n2\n"); }), {"line 2 of", "found nothing"});
}

}  // namespace
}  // namespace stl10
