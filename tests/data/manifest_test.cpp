#include "stl10/data/manifest.h"

#include <gtest/gtest.h>

#include "data/tiny_data.h"
#include "stl10/base/error.h"

namespace stl10 {
namespace {

using testing::expect_says;
using testing::message_of;
using testing::TemporaryFolder;
using testing::write_bytes;

const std::string kDigest(64, 'a');

TEST(Manifest, WhatWasWrittenIsRead) {
  const TemporaryFolder folder;
  Manifest manifest;
  rows_of(manifest, DataPart::kTrain) = {{0, "a/1, 2.png", kDigest},
                                         {254, "b/\"x\"\n.png", kDigest}};
  rows_of(manifest, DataPart::kUnlabeled) = {{-1, "u.png", std::string(64, 'b')}};
  write_bytes(folder / kManifestFile, manifest_text(manifest));
  const Manifest read = read_manifest(folder / kManifestFile);
  EXPECT_EQ(manifest_text(read), manifest_text(manifest));
  EXPECT_EQ(rows_of(read, DataPart::kTrain)[1].path, "b/\"x\"\n.png");
  EXPECT_EQ(rows_of(read, DataPart::kTrain)[1].label, 254);
  EXPECT_TRUE(rows_of(read, DataPart::kTest).empty());
  EXPECT_EQ(rows_of(read, DataPart::kUnlabeled)[0].label, -1);
}

TEST(Manifest, OtherLinesAreRefused) {
  const TemporaryFolder folder;
  const std::string header = "part,index,label,path,sha256\n", end = ",a," + kDigest + "\n";
  const auto refusal = [&](const std::string& text) {
    write_bytes(folder / kManifestFile, text);
    return message_of<DataError>([&] { read_manifest(folder / kManifestFile); });
  };
  for (const std::string& line :
       {"train,1,0" + end, "train,0,-1" + end, "train,0," + end, "train,0,1234" + end,
        "unlabeled,0,0" + end, "valid,0,0" + end, "train,0,0,a," + kDigest.substr(1) + "\n",
        "train,0,0,a," + kDigest + ",more\n", std::string("\n")}) {
    expect_says(refusal(header + "test,0,0" + end + line), {"manifest.csv", "line 3"});
  }
  expect_says(refusal(""), {"another first line"});
  expect_says(refusal("part,index\n"), {"another first line"});
  expect_says(refusal(header + "train,0,0,\"a"), {"a quote"});
}

}  // namespace
}  // namespace stl10
