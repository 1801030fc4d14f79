#include <gtest/gtest.h>

#include <cstdlib>

#include "e2e/program.h"
#include "e2e/run_files.h"
#include "e2e/saved_images.h"

namespace stl10 {
namespace {

using testing::Outcome;
using testing::run;
using testing::ToyFolder;
using testing::operator+;

using Words = std::vector<std::string>;

/// Against PyTorch and torchvision themselves, which CI doesn't install.
class TorchSlow : public ::testing::Test {
 protected:
  void expect_done(const Words& words) {
    const Outcome outcome = run(folder_.path(), words);
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  }
  void python(const std::string& what) {
    const std::string command =
        "cd " + folder_.path().string() + " && " + std::getenv("STL10_TORCH_PYTHON") +
        " " STL10_SOURCE_DIR "/tests/e2e/check_torch.py " + what + " . > python.txt 2>&1";
    ASSERT_EQ(std::system(command.c_str()), 0) << read_file(folder_ / "python.txt");
  }
  /// Embeds the test images and lays their features beside them.
  void embed(const Words& words) {
    expect_done(Words{"embed", "--split", "test", "--data-dir", "toy", "--precision", "fp32",
                      "--overwrite", "--output", "embedded"} +
                words);
    std::filesystem::copy_file(folder_ / "embedded/features.npy", folder_ / "features.npy",
                               std::filesystem::copy_options::overwrite_existing);
  }

  ToyFolder folder_;
};

TEST_F(TorchSlow, WeightsOfTorchvisionComeInAndGoOut) {
  if (std::getenv("STL10_TORCH_PYTHON") == nullptr) {
    GTEST_SKIP() << "STL10_TORCH_PYTHON names no Python with torch, torchvision and safetensors";
  }
  testing::save_test_images(folder_ / "toy", folder_ / "images.npy");
  const Words weights = {"--checkpoint", "weights.safetensors", "--encoder.kind",
                         "resnet",       "--encoder.size",      "96"};
  ASSERT_NO_FATAL_FAILURE(python("save"));
  ASSERT_NO_FATAL_FAILURE(embed(weights));
  ASSERT_NO_FATAL_FAILURE(python("compare"));
  ASSERT_NO_FATAL_FAILURE(
      expect_done(Words{"finetune", "--data-dir", "toy", "--precision", "fp32", "--epochs", "1",
                        "--validation", "none", "--no-floors", "--output", "tuned"} +
                  weights));
  ASSERT_NO_FATAL_FAILURE(embed({"--checkpoint", "tuned"}));
  ASSERT_NO_FATAL_FAILURE(
      expect_done({"export", "--checkpoint", "tuned", "--output", "network.safetensors"}));
  ASSERT_NO_FATAL_FAILURE(python("exported"));
}

}  // namespace
}  // namespace stl10
