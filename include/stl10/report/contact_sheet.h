#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>

namespace stl10 {

/// Writes a grid of images as a PNG, enlarged `zoom` times.
/// @param images float (rows, columns, 3, 96, 96) in [0, 1], RGB, on the CPU.
/// @throws UsageError in a program without OpenCV, IoError when it can't be written.
void save_contact_sheet(const std::filesystem::path& path, const at::Tensor& images, int zoom);

}  // namespace stl10
