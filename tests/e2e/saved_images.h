#pragma once

#include <filesystem>
#include <vector>

#include "stl10/base/npy.h"
#include "stl10/data/dataset.h"

namespace stl10::testing {

/// Saves the test images of a data set as Python's scripts read them: float32 (N, 3, 96, 96) from 0
/// to 1.
inline void save_test_images(const std::filesystem::path& folder,
                             const std::filesystem::path& npy) {
  const Dataset data = open_dataset(folder);
  const ImageView images = data.test.images();
  const std::vector<int64_t> shape = {images.count, kChannels, kSide, kSide};
  save_npy(npy, NpyType::kFloat32, shape, [&](const auto& write) {
    std::vector<float> image(kImageBytes);
    for (int64_t i = 0; i < images.count; ++i) {
      for (int c = 0; c < kChannels; ++c) {
        for (int y = 0; y < kSide; ++y) {
          for (int x = 0; x < kSide; ++x) {
            image[static_cast<size_t>((c * kSide + y) * kSide + x)] =
                static_cast<float>(images.image(i)[stored_offset(c, y, x)]) / 255;
          }
        }
      }
      write(image.data(), image.size() * sizeof(float));
    }
  });
}

}  // namespace stl10::testing
