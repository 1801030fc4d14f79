#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <string>

namespace stl10 {

/// The content of a safetensors file: named tensors and string metadata.
struct TensorFile {
  std::map<std::string, at::Tensor> tensors;
  std::map<std::string, std::string> metadata;
};

/// Writes `content` atomically in the safetensors format
/// (https://github.com/huggingface/safetensors): an 8-byte little-endian header size, a JSON
/// header, then the tensors' bytes, row-major and contiguous. Adds the metadata `sha256`: the
/// digest of the whole file with these 64 characters as zeros. Tensors may be of any device and of
/// type float64, float32, bfloat16, int64, int32, uint8 or bool. @throws IoError; the previous file
/// stays then.
void save_safetensors(const std::filesystem::path& path, const TensorFile& content);

/// Reads and checks a safetensors file; tensors are on the CPU and own their memory. The header is
/// checked as strictly as by the Rust reference: its size, its JSON, types, shapes, offsets that
/// follow each other without gaps and end with the file; and, where metadata has a `sha256`, the
/// digest. @throws IoError when it can't be read, DataError when it is damaged or of another kind.
TensorFile load_safetensors(const std::filesystem::path& path);

}  // namespace stl10
