#include "stl10/data/fit.h"

#include <gtest/gtest.h>

#include "stl10/base/error.h"
#include "stl10/data/dataset.h"
#include "tiny_data.h"

namespace stl10 {
namespace {

using testing::expect_says;
using testing::message_of;
using testing::TemporaryFolder;
using testing::write_bytes;
using testing::write_tiny_data;

TEST(Fit, IsReadAsItWasWritten) {
  for (const Fit fit : {Fit::kCrop, Fit::kPad}) {
    TemporaryFolder folder;
    write_bytes(folder / kFitFile, fit_file_text(fit));
    EXPECT_EQ(read_fit(folder.path()), fit);
  }
}

TEST(Fit, IsCropWhereADataSetDoesNotSay) {
  TemporaryFolder folder;
  EXPECT_EQ(read_fit(folder.path()), Fit::kCrop);
}

TEST(Fit, BelongsToADataSet) {
  TemporaryFolder folder;
  write_tiny_data(folder.path());
  EXPECT_EQ(open_dataset(folder.path()).fit, Fit::kCrop);
  write_bytes(folder / kFitFile, fit_file_text(Fit::kPad));
  EXPECT_EQ(open_dataset(folder.path()).fit, Fit::kPad);
}

TEST(Fit, OfAnotherNameIsADamagedDataSet) {
  TemporaryFolder folder;
  for (const char* text : {R"({"fit": "squeeze"})", R"({"fitted": "pad"})", "[1]", "{"}) {
    write_bytes(folder / kFitFile, text);
    expect_says(message_of<DataError>([&] { read_fit(folder.path()); }), {kFitFile});
  }
}

}  // namespace
}  // namespace stl10
