#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "stl10/base/image.h"
#include "temporary_folder.h"

/// Small folders in the official layout, written byte by byte without the code under test.
namespace stl10::testing {

inline void write_bytes(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

inline std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// `count` images of which image i has the value i + first everywhere.
inline std::string plain_images(int count, int first = 0) {
  std::string bytes;
  for (int i = 0; i < count; ++i) bytes.append(kImageBytes, static_cast<char>(first + i));
  return bytes;
}

/// Six training images of the classes "a" to "c", three test and four unlabeled images, two folds.
inline void write_tiny_data(const std::filesystem::path& folder) {
  write_bytes(folder / "class_names.txt", "a\nb\nc\n");
  write_bytes(folder / "train_X.bin", plain_images(6));
  write_bytes(folder / "train_y.bin", "\1\2\3\1\2\3");
  write_bytes(folder / "test_X.bin", plain_images(3, 100));
  write_bytes(folder / "test_y.bin", "\3\2\1");
  write_bytes(folder / "unlabeled_X.bin", plain_images(4, 200));
  write_bytes(folder / "fold_indices.txt", "0 1 2 \n3 4 5 \n");
}

/// The message of the error E that `action` must throw.
template <class E, class Action>
std::string message_of(const Action& action) {
  try {
    action();
  } catch (const E& error) {
    return error.what();
  } catch (const std::exception& error) {
    ADD_FAILURE() << "another kind of error: " << error.what();
    return {};
  }
  ADD_FAILURE() << "no error";
  return {};
}

inline void expect_says(const std::string& message, const std::vector<std::string>& parts) {
  for (const std::string& part : parts) {
    EXPECT_NE(message.find(part), std::string::npos) << "`" << part << "` is not in: " << message;
  }
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
}

}  // namespace stl10::testing
