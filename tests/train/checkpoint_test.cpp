#include "stl10/train/checkpoint.h"

#include <gtest/gtest.h>

#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "stl10/base/safetensors.h"
#include "train/problem.h"

namespace stl10 {
namespace {

using testing::Problem;
using testing::TemporaryFolder;

class CheckpointTest : public ::testing::Test {
 protected:
  CheckpointTest() { problem_.run(2, folder_.path()); }

  /// Saves the checkpoint again after `edit`.
  template <class Edit>
  void rewrite(const Edit& edit) {
    TensorFile file = load_safetensors(path_);
    edit(file);
    save_safetensors(path_, file);
  }

  /// What loading it as a whole says.
  template <class ErrorType>
  std::string refusal() {
    Problem other;
    try {
      Checkpoint(path_).restore(other);
    } catch (const ErrorType& error) {
      return error.what();
    }
    return "no error";
  }

  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "last.safetensors";
  Problem problem_;
};

TEST_F(CheckpointTest, ItSaysAllOfItsRun) {
  const Provenance written{.command = "supervised",
                           .config = {{"epochs", 3}, {"width", 8}},
                           .class_names = {"cat", "\u00e9t\u00e9"},
                           .data = "train:0123",
                           .precision = "fp32",
                           .instruction_set = "AVX2"};
  save_checkpoint(path_, problem_, {}, written);
  const Provenance read = Checkpoint(path_).provenance();
  EXPECT_EQ(read.command, written.command);
  EXPECT_EQ(read.config, written.config);
  EXPECT_EQ(read.class_names, written.class_names);
  EXPECT_EQ(read.data, written.data);
  EXPECT_EQ(read.precision, written.precision);
  EXPECT_EQ(read.instruction_set, written.instruction_set);
  EXPECT_EQ(load_safetensors(path_).metadata.at("step"), "[6]");
}

TEST_F(CheckpointTest, AFolderMeansItsLastCheckpoint) {
  EXPECT_EQ(checkpoint_file(folder_.path()), path_);
  EXPECT_EQ(checkpoint_file(path_), path_);
}

TEST_F(CheckpointTest, WeightsAreLoadedWithoutOptimizerState) {
  Problem other;
  ASSERT_FALSE(at::equal(other.weight(), problem_.weight()));
  Checkpoint(path_).load_into(other.network());
  EXPECT_TRUE(at::equal(other.weight(), problem_.weight()));
  EXPECT_EQ(other.optimizers()[0].optimizer.steps(), 0);
}

TEST_F(CheckpointTest, AnotherNetworksCheckpointIsAUsageError) {
  InitStream init;
  Dense wider(2, 1, init);
  EXPECT_THROW(Checkpoint(path_).load_into(*wider), UsageError);
}

TEST_F(CheckpointTest, MissingExtraAndOtherTensorsAreRefused) {
  rewrite([](TensorFile& file) { file.tensors.erase("optimizer.0.first.bias"); });
  EXPECT_NE(refusal<UsageError>().find("optimizer.0.first.bias"), std::string::npos);
  rewrite([](TensorFile& file) {
    file.tensors["optimizer.0.first.bias"] = at::zeros({1});
    file.tensors["more.weight"] = at::zeros({3});
  });
  EXPECT_NE(refusal<UsageError>().find("more.weight"), std::string::npos);
  rewrite([](TensorFile& file) {
    file.tensors.erase("more.weight");
    file.tensors["bias"] = file.tensors["bias"].to(at::kDouble);
  });
  EXPECT_NE(refusal<UsageError>().find("Double"), std::string::npos);
}

TEST_F(CheckpointTest, ARefusedCheckpointChangesNoWeight) {
  rewrite([](TensorFile& file) { file.tensors["weight"] = at::zeros({2, 1}); });
  Problem other;
  const at::Tensor before = other.weight();
  EXPECT_THROW(Checkpoint(path_).restore(other), UsageError);
  EXPECT_TRUE(at::equal(other.weight(), before));
}

TEST_F(CheckpointTest, TheOlderVersionIsNamed) {
  rewrite([](TensorFile& file) { file.metadata["format"] = "stl10-checkpoint-1"; });
  const std::string message = refusal<UsageError>();
  EXPECT_NE(message.find("stl10-checkpoint-1"), std::string::npos) << message;
  EXPECT_NE(message.find("version"), std::string::npos) << message;
}

TEST_F(CheckpointTest, ForeignFilesAreNoCheckpoints) {
  rewrite([](TensorFile& file) { file.metadata["format"] = "pt"; });
  EXPECT_NE(refusal<DataError>().find("not a checkpoint"), std::string::npos);
  rewrite([](TensorFile& file) { file.metadata.erase("format"); });
  EXPECT_NE(refusal<DataError>().find("not a checkpoint"), std::string::npos);
}

TEST_F(CheckpointTest, AMissingDigestIsRefused) {
  std::string bytes = read_file(path_);
  bytes.replace(bytes.find("\"sha256\""), 8, "\"sha257\"");
  save_atomically(path_, bytes);
  EXPECT_NE(refusal<DataError>().find("sha256"), std::string::npos);
}

TEST_F(CheckpointTest, EachMissingOrUnsoundMetadataIsADataErrorThatNamesIt) {
  const auto sound = load_safetensors(path_).metadata;
  const std::map<std::string, std::vector<std::string>> unsound = {
      {"state", {"{}", "[]", "nonsense", R"({"epoch": "x"})"}},
      {"step", {"[]", "[-1]", "[1, 2]", "\"x\"", "1e400"}}};
  for (const auto& item : unsound) {
    const std::string& key = item.first;
    for (const std::string& bad : item.second) {
      rewrite([&](TensorFile& file) { file.metadata[key] = bad; });
      EXPECT_NE(refusal<DataError>().find(key), std::string::npos) << key << " " << bad;
    }
    rewrite([&](TensorFile& file) { file.metadata.erase(key); });
    EXPECT_NE(refusal<DataError>().find(key), std::string::npos) << key;
    rewrite([&](TensorFile& file) { file.metadata = sound; });
  }
  for (const char* key : {"command", "config", "class_names", "data", "precision"}) {
    rewrite([&](TensorFile& file) { file.metadata.erase(key); });
    EXPECT_THROW(Checkpoint(path_).provenance(), DataError) << key;
    rewrite([&](TensorFile& file) { file.metadata = sound; });
  }
}

TEST_F(CheckpointTest, ValuesThatAreNotFiniteAreFound) {
  EXPECT_EQ(first_not_finite(problem_), "");
  problem_.optimizers()[0].optimizer.state().at("first.bias").fill_(NAN);
  EXPECT_EQ(first_not_finite(problem_), "optimizer.0.first.bias");
}

}  // namespace
}  // namespace stl10
