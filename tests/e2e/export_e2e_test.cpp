#include <gtest/gtest.h>

#include <cstdlib>

#include "e2e/program.h"
#include "e2e/run_files.h"
#include "e2e/saved_images.h"
#include "stl10/base/png.h"
#include "stl10/data/dataset.h"
#include "stl10/data/picture.h"

namespace stl10 {
namespace {

using testing::expect_refusal;
using testing::json_of;
using testing::Outcome;
using testing::run;
using testing::ToyFolder;
using testing::operator+;

using Words = std::vector<std::string>;

class ExportE2e : public ::testing::Test {
 protected:
  Outcome call(const Words& words) { return run(folder_.path(), words); }
  Json json(const Words& words) {
    const Outcome outcome = call(words + Words{"--json"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return parse_json(outcome.out, "stdout");
  }
  /// What a script of tests/e2e prints, or nothing and a failure.
  std::string python(const std::string& script, const std::string& words) {
    const std::string command = "cd " + folder_.path().string() + " && " +
                                std::getenv("STL10_PYTHON") + " " STL10_SOURCE_DIR "/tests/e2e/" +
                                script + " " + words + " > python.txt 2>&1";
    EXPECT_EQ(std::system(command.c_str()), 0) << read_file(folder_ / "python.txt");
    return read_file(folder_ / "python.txt");
  }

  /// Exports a run in both formats and has Python compare what they say of the test images.
  void expect_same_elsewhere(const std::string& run, const Words& more = {}) {
    std::filesystem::create_directories(folder_ / "check");
    testing::save_test_images(folder_ / "toy", folder_ / "check" / "images.npy");
    const Words output = {"--overwrite", "--checkpoint", run};
    for (const char* format : {"safetensors", "onnx"}) {
      json(Words{"export", "--format", format, "--output", std::string("check/network.") + format} +
           output + more);
    }
    const Words tap = more.size() > 1 && more[0] == "--tap" ? Words{more[0], more[1]} : Words{};
    json(Words{"embed", "--split", "test", "--data-dir", "toy", "--precision", "fp32", "--output",
               "embedded"} +
         output + tap);
    std::filesystem::copy_file(folder_ / "embedded" / "features.npy",
                               folder_ / "check" / "features.npy",
                               std::filesystem::copy_options::overwrite_existing);
    std::filesystem::remove(folder_ / "check" / "expected.csv");
    if (more.empty()) {
      std::filesystem::copy_file(folder_ / run / "predictions.csv",
                                 folder_ / "check" / "expected.csv");
    }
    python("check_exported.py", "check");
  }

  ToyFolder folder_;
};

Words trained(const std::string& output, const Words& more) {
  return Words{"supervised", "--data-dir",   "toy", "--output",       output, "--epochs",
               "1",          "--batch-size", "20",  "--validation",   "none", "--precision",
               "fp32",       "--threads",    "1",   "--augment.size", "96"} +
         more;
}

TEST_F(ExportE2e, NumPyAndOnnxruntimeSayTheSame) {
  if (std::getenv("STL10_PYTHON") == nullptr) {
    GTEST_SKIP() << "STL10_PYTHON names no Python with numpy, safetensors, onnx and onnxruntime";
  }
  const Words pooled = {"--config", STL10_SOURCE_DIR "/configs/baseline.json"};
  for (const Words& kind :
       {pooled + Words{"--width", "8"}, Words{"--width", "8"},
        Words{"--width", "8", "--encoder.padding", "valid", "--encoder.pools", "false"},
        Words{"--width", "4", "--encoder.padding", "symmetric", "--encoder.pools", "[2]"},
        Words{"--width", "8", "--encoder.kind", "resnet", "--encoder.blocks", "[1,2]"},
        Words{"--width", "8", "--encoder.kind", "resnet", "--encoder.stem", "small",
              "--encoder.blocks", "[1,1]", "--head.outputs", "20"}}) {
    const Outcome done = call(trained("run", kind + Words{"--overwrite"}));
    ASSERT_EQ(done.exit_code, 0) << done.err;
    expect_same_elsewhere("run");
  }
  for (const char* tap : {"flat", "pooled", "layers", "quadrants"}) {
    expect_same_elsewhere("run", {"--tap", tap, "--classifier", "false"});
  }
}

TEST_F(ExportE2e, EmbeddedFeaturesHaveTheProbesNeighbours) {
  ASSERT_EQ(call(testing::quick_simclr("pre")).exit_code, 0);
  const Words fixed = {"--checkpoint", "pre", "--data-dir", "toy", "--precision", "fp32"};
  const Json probe = json(Words{"linear-probe", "--no-floors", "--output", "probe"} + fixed);
  for (const char* split : {"train", "test", "unlabeled"}) {
    const Json embedded = json(
        Words{"embed", "--split", split, "--output", std::string("embedded/") + split} + fixed);
    EXPECT_EQ(embedded["images"], split[0] == 't' ? (split[1] == 'r' ? 60 : 40) : 20);
    EXPECT_EQ(embedded["tap"], probe["tap"]);
  }
  EXPECT_FALSE(std::filesystem::exists(folder_ / "embedded/unlabeled/labels.npy"));
  if (std::getenv("STL10_PYTHON") == nullptr) return;
  const Json& knn = probe["knn"];
  const std::string words =
      "embedded/train embedded/test " + knn["k"].dump() + " " + knn["temperature"].dump();
  EXPECT_NEAR(std::stod(python("check_embedded.py", words)), knn["accuracy"].get<double>(), 1e-9);
}

TEST_F(ExportE2e, RefusesWhatItCannotWrite) {
  ASSERT_EQ(call(testing::quick_simclr("pre")).exit_code, 0);
  const Words from = {"--checkpoint", "pre"};
  expect_refusal(call(Words{"export"} + from), folder_.path(), 2, {"--output FILE"});
  expect_refusal(call(Words{"export", "--output", "pre"} + from), folder_.path(), 1, {"a folder"});
  expect_refusal(call(Words{"export", "--output", "pre/config.json"} + from), folder_.path(), 2,
                 {"pre/config.json is there already", "--overwrite"});
  expect_refusal(call(Words{"export", "--output", "out", "--classifier", "true"} + from),
                 folder_.path(), 2, {"holds no classifier", "--classifier false"});
  expect_refusal(
      call(Words{"embed", "--split", "test", "--data-dir", "toy", "--output", "pre"} + from),
      folder_.path(), 2, {"pre is not empty"});
  expect_refusal(call(Words{"embed", "--output", "out"} + from), folder_.path(), 2,
                 {"--split train, test or unlabeled", "neither"});
  expect_refusal(call(Words{"embed", "--split", "test", "x.png", "--output", "out"} + from),
                 folder_.path(), 2, {"both"});
  const Outcome full = run(folder_.path(), Words{"export", "--output", "/dev/full/x"} + from);
  EXPECT_EQ(full.exit_code, 1);
  EXPECT_EQ(full.error_lines(), 1U);
}

#ifdef STL10_WITH_OPENCV

TEST_F(ExportE2e, PicturesAreEmbeddedAndFindThemselves) {
  ASSERT_EQ(call(testing::quick_simclr("pre")).exit_code, 0);
  const Dataset data = open_dataset(folder_ / "toy");
  std::filesystem::create_directories(folder_ / "pictures");
  for (const int64_t index : {3, 17}) {
    save_picture(folder_ / "pictures" / (std::to_string(index) + ".png"),
                 data.train.images().image(index));
  }
  save_atomically(folder_ / "pictures" / "none.png", "no picture");
  const Words fixed = {"--checkpoint", "pre", "--precision", "fp32"};
  const Outcome embedded = call(Words{"embed", "pictures", "--output", "embedded"} + fixed);
  EXPECT_EQ(embedded.exit_code, 1);
  EXPECT_NE(embedded.err.find("1 of 3 pictures could not be read"), std::string::npos);
  EXPECT_EQ(read_file(folder_ / "embedded" / "index.csv"),
            "row,path\n0,pictures/17.png\n1,pictures/3.png\n");
  const Outcome near = call(Words{"neighbours", "pictures/17.png", "pictures/3.png", "--k", "4",
                                  "--data-dir", "toy", "--output", "near.png", "--json"} +
                            fixed);
  ASSERT_EQ(near.exit_code, 0) << near.err;
  const Json found = parse_json(near.out, "stdout");
  const Json& first = found["pictures"][0]["neighbours"];
  ASSERT_EQ(first.size(), 4U);
  EXPECT_EQ(first[0]["index"], 17);
  EXPECT_NEAR(first[0]["similarity"].get<double>(), 1, 1e-5);
  EXPECT_EQ(found["pictures"][1]["neighbours"][0]["index"], 3);
  EXPECT_TRUE(read_file(folder_ / "near.png").starts_with("\x89PNG"));
}

#endif

}  // namespace
}  // namespace stl10
