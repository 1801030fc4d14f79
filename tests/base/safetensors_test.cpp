#include "stl10/base/safetensors.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "temporary_folder.h"

namespace stl10 {
namespace {

using testing::TemporaryFolder;

TensorFile sample() {
  TensorFile file;
  file.tensors["a.weight"] = at::arange(6, at::kFloat).reshape({2, 3});
  file.tensors["b"] = at::tensor({1.5, -2.0}, at::kDouble).to(at::kBFloat16);
  file.tensors["c"] = at::tensor({7, -7}, at::kLong);
  file.tensors["d"] = at::zeros({0, 4}, at::kByte);
  file.tensors["e"] = at::tensor({3.25}, at::kDouble)[0];
  file.metadata = {{"format", "x"}, {"text", "line\n\"quoted\" \u00e9"}};
  return file;
}

/// A file with this header and `data_size` bytes of data.
std::string with_header(const std::string& header, size_t data_size) {
  std::string bytes(8, '\0');
  for (int i = 0; i < 8; ++i) bytes[i] = static_cast<char>(header.size() >> (8 * i));
  return bytes + header + std::string(data_size, 'x');
}

std::string error_of(const std::string& bytes) {
  const TemporaryFolder folder;
  save_atomically(folder / "x.safetensors", bytes);
  try {
    load_safetensors(folder / "x.safetensors");
  } catch (const DataError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Safetensors, SavedTensorsAreReadBack) {
  const TemporaryFolder folder;
  const TensorFile saved = sample();
  save_safetensors(folder / "x", saved);
  const TensorFile loaded = load_safetensors(folder / "x");
  ASSERT_EQ(loaded.tensors.size(), saved.tensors.size());
  for (const auto& [name, tensor] : saved.tensors) {
    EXPECT_EQ(loaded.tensors.at(name).scalar_type(), tensor.scalar_type()) << name;
    EXPECT_TRUE(at::equal(loaded.tensors.at(name), tensor)) << name;
  }
  EXPECT_EQ(loaded.metadata.at("text"), saved.metadata.at("text"));
}

TEST(Safetensors, ChannelsLastTensorsAreWrittenInTheirLogicalOrder) {
  const TemporaryFolder folder;
  TensorFile file;
  file.tensors["w"] =
      at::arange(24, at::kFloat).reshape({1, 2, 3, 4}).contiguous(at::MemoryFormat::ChannelsLast);
  save_safetensors(folder / "x", file);
  EXPECT_TRUE(at::equal(load_safetensors(folder / "x").tensors.at("w"), file.tensors["w"]));
}

TEST(Safetensors, EveryFlippedBitOfASmallFileIsSeen) {
  const TemporaryFolder folder;
  TensorFile file;
  file.tensors["w"] = at::arange(2, at::kFloat);
  save_safetensors(folder / "x", file);
  const std::string sound = read_file(folder / "x");
  for (size_t i = 0; i < sound.size(); ++i) {
    for (const int bit : {0, 5, 7}) {
      std::string bytes = sound;
      bytes[i] = static_cast<char>(bytes[i] ^ (1 << bit));
      save_atomically(folder / "y", bytes);
      bool refused = false, digest_lost = false;
      try {
        digest_lost = !load_safetensors(folder / "y").metadata.contains("sha256");
      } catch (const DataError&) {
        refused = true;
      }
      // A flip in the name of the digest itself hides it; everything else must be refused.
      EXPECT_TRUE(refused || digest_lost) << "byte " << i << " bit " << bit;
    }
  }
}

TEST(Safetensors, TruncationAtEveryLengthIsSeen) {
  const TemporaryFolder folder;
  TensorFile file;
  file.tensors["w"] = at::arange(2, at::kFloat);
  save_safetensors(folder / "x", file);
  const std::string sound = read_file(folder / "x");
  for (size_t size = 0; size < sound.size(); ++size) {
    EXPECT_NE(error_of(sound.substr(0, size)), "no error") << size;
  }
  EXPECT_NE(error_of(sound + "x"), "no error");
}

TEST(Safetensors, UnsoundHeadersAreRefused) {
  const auto entry = [](const std::string& rest) { return "{\"w\":{" + rest + "}}"; };
  const std::string good = R"("dtype":"F32","shape":[2],"data_offsets":[0,8])";
  EXPECT_EQ(error_of(with_header(entry(good), 8)), "no error");
  EXPECT_NE(error_of(with_header(entry(good), 9)), "no error");
  EXPECT_NE(error_of(with_header(entry(good), 7)), "no error");
  for (const char* bad : {
           R"("dtype":"F99","shape":[2],"data_offsets":[0,8])",
           R"("dtype":"F32","shape":[3],"data_offsets":[0,8])",
           R"("dtype":"F32","shape":[-2],"data_offsets":[0,8])",
           R"("dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8])",
           R"("dtype":"F32","shape":[0,9223372036854775808],"data_offsets":[0,0])",
           R"("dtype":"F32","shape":[0,4294967296,4294967296],"data_offsets":[0,0])",
           R"("dtype":"F32","shape":[1e400],"data_offsets":[0,8])",
           R"("dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8])",
           R"("dtype":"F32","shape":[2],"data_offsets":[1,9])",
           R"("dtype":"F32","shape":[2],"data_offsets":[8,0])",
           R"("dtype":"F32","shape":[2],"data_offsets":[0])",
           R"("dtype":"F32","shape":"2","data_offsets":[0,8])",
           R"("dtype":"F32","data_offsets":[0,8])",
       }) {
    EXPECT_NE(error_of(with_header(entry(bad), 8)), "no error") << bad;
  }
  EXPECT_NE(error_of(with_header("[]", 0)), "no error");
  EXPECT_NE(error_of(with_header("{\"w\":3}", 0)), "no error");
  EXPECT_NE(error_of(with_header("{", 0)), "no error");
}

TEST(Safetensors, ADeepHeaderIsRefusedInAShortLine) {
  const std::string deep = std::string(100000, '[') + std::string(100000, ']');
  const std::string message = error_of(with_header("{\"w\":{\"shape\":" + deep + "}}", 0));
  EXPECT_NE(message.find("nested too deeply"), std::string::npos) << message.substr(0, 500);
  EXPECT_LT(message.size(), 500u);
}

TEST(Safetensors, AMissingFileIsAnIoError) {
  const TemporaryFolder folder;
  EXPECT_THROW(load_safetensors(folder / "none"), IoError);
}

}  // namespace
}  // namespace stl10
